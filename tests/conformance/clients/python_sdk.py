"""The official Python SDK, as its users call it."""

from __future__ import annotations

import inspect
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import openai

from tests.conformance.clients.calls import AZURE_VERSION, Call, Failure, Reply, Upload, error_class
from tests.faults.fake import NO_TLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass
class Line:
    """What went over the wire: how many requests, and the last answer."""

    sends: int = 0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    def asked(self, _request: Any) -> None:
        self.sends += 1

    def answered(self, response: Any) -> None:
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}


class PythonSDK:
    """Calls in this process, each with a client of its own."""

    name = "python"

    def __init__(self, home: str, key: str) -> None:
        self._home = home
        self._key = key

    def send(self, *calls: Call) -> list[Reply]:
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(self._one, calls))

    def raises(self, status: int) -> str:
        return error_class(status, "APIStatusError")

    def _one(self, call: Call) -> Reply:
        line = Line()
        hooks: dict[str, list[Any]] = {"request": [line.asked], "response": [line.answered]}
        http = openai.DefaultHttpxClient(event_hooks=hooks, trust_env=False, verify=NO_TLS)
        with http, ExitStack() as files:
            client = self._client(call, http)
            try:
                with warnings.catch_warnings():
                    # That of variations: the SDK's authors would rather have them forgotten.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    return self._asked(client, call, line, files)
            except openai.APIError as error:
                return _failed(error, line)

    def _client(self, call: Call, http: Any) -> openai.OpenAI:
        key = self._key if call.key is None else call.key
        given: dict[str, Any] = {
            "max_retries": call.retries,
            "timeout": call.timeout,
            "http_client": http,
        }
        if call.azure:
            return openai.AzureOpenAI(
                api_key=key,
                azure_endpoint=self._home,
                azure_deployment=call.azure,
                api_version=AZURE_VERSION,
                **given,
            )
        return openai.OpenAI(
            api_key=key or "none",
            base_url=f"{self._home}/v1",
            **given,
        )

    def _asked(self, client: openai.OpenAI, call: Call, line: Line, files: ExitStack) -> Reply:
        result = _invoke(client, call, files)
        if call.stream:
            events: list[Mapping[str, Any]] = []
            try:
                events.extend(event.to_dict() for event in result)
            except openai.APIError as error:
                return _failed(error, line, events)
            return Reply(status=line.status, headers=line.headers, events=events, sends=line.sends)
        return Reply(
            status=line.status,
            headers=line.headers,
            body=result if isinstance(result, dict) else result.to_dict(),
            sends=line.sends,
            request_id=getattr(result, "_request_id", None),
        )


def _invoke(client: openai.OpenAI, call: Call, files: ExitStack) -> Any:
    headers: dict[str, Any] = dict(call.headers)
    if call.key == "":
        headers["Authorization"] = openai.Omit()
    options: dict[str, Any] = {"extra_headers": headers}
    if call.operation == "models":
        return client.models.list(**options)
    if call.operation == "model":
        return client.models.retrieve(call.path, **options)
    if call.operation in ("get", "post", "put"):
        send = getattr(client, call.operation)
        body = {} if call.operation == "get" else {"body": call.body}
        asked = {"options": {"headers": headers}, **body}
        return send(call.path, cast_to=dict[str, Any], **asked)
    method = {"edit": "edit", "generate": "generate", "variation": "create_variation"}
    return _method(getattr(client.images, method[call.operation]), call, files, options)


def _method(method: Any, call: Call, files: ExitStack, options: dict[str, Any]) -> Any:
    """Call a method with what it knows by name, and the rest as its `extra_body`."""
    known = inspect.signature(method).parameters
    wanted = dict(call.fields)
    if call.stream:
        wanted["stream"] = True
    if call.images is not None:
        wanted["image"] = _pictures(call.images, files)
    for name, upload in (("mask", call.mask), ("markup", call.markup)):
        if upload is not None:
            wanted[name] = _file(upload, files)
    extra = {name: value for name, value in wanted.items() if name not in known}
    named = {name: value for name, value in wanted.items() if name in known}
    return method(**named, **options, **({"extra_body": extra} if extra else {}))


def _pictures(images: Upload | Sequence[Upload], files: ExitStack) -> Any:
    if isinstance(images, Upload):
        return _file(images, files)
    return [_file(image, files) for image in images]


def _file(upload: Upload, files: ExitStack) -> Any:
    if upload.how == "bytes":
        return upload.path.read_bytes()
    if upload.how == "typed":
        return (upload.filename, upload.path.read_bytes(), upload.mimetype)
    return files.enter_context(upload.path.open("rb"))


def _failed(error: openai.APIError, line: Line, events: Sequence[Mapping[str, Any]] = ()) -> Reply:
    status = error.status_code if isinstance(error, openai.APIStatusError) else 0
    failure = Failure(
        kind=type(error).__name__,
        status=status,
        code=error.code,
        param=error.param,
        type=error.type,
        message=error.message,
        request_id=getattr(error, "request_id", None),
    )
    return Reply(
        status=line.status,
        headers=line.headers,
        envelope=_json(error) if status else None,
        events=events,
        failure=failure,
        sends=line.sends,
        request_id=failure.request_id,
    )


def _json(error: Any) -> Any:
    try:
        return error.response.json()
    except ValueError:
        return error.response.text
