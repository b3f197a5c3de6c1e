"""curl, which sends what it is told and explains nothing."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.conformance.clients.calls import AZURE_VERSION, Call, Failure, Reply, Upload, as_list

if TYPE_CHECKING:
    from collections.abc import Iterator

PATHS = {
    "edit": "/images/edits",
    "generate": "/images/generations",
    "variation": "/images/variations",
    "models": "/models",
}
METHODS = {"models": "GET", "model": "GET", "get": "GET", "put": "PUT"}


class Curl:
    """One process for each call."""

    name = "curl"

    def __init__(self, home: str, key: str) -> None:
        self._home = home
        self._key = key

    def send(self, *calls: Call) -> list[Reply]:
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(self._one, calls))

    def raises(self, status: int) -> str:
        return ""

    def _one(self, call: Call) -> Reply:
        with TemporaryDirectory() as folder:
            place = Path(folder)
            words = ["curl", "--silent", "--show-error", "--no-buffer", "--noproxy", "*"]
            words += [
                "--max-time",
                str(call.timeout),
                "--request",
                METHODS.get(call.operation, "POST"),
            ]
            words += ["--dump-header", str(place / "head"), "--output", str(place / "body")]
            words += ["--retry", str(call.retries)] if call.retries else []
            words += [*self._who(call), *self._what(call, place), self._where(call)]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            return _reply(call, place, done)

    def _who(self, call: Call) -> Iterator[str]:
        key = self._key if call.key is None else call.key
        if key:
            yield "--header"
            yield f"api-key: {key}" if call.azure else f"Authorization: Bearer {key}"
        for name, value in call.headers.items():
            yield from ("--header", f"{name}: {value}")

    def _where(self, call: Call) -> str:
        if call.azure:
            path = f"/openai/deployments/{call.azure}{PATHS[call.operation]}"
            return f"{self._home}{path}?api-version={AZURE_VERSION}"
        if call.operation == "model":
            return f"{self._home}/v1/models/{quote(call.path, safe='')}"
        return f"{self._home}/v1{call.path or PATHS[call.operation]}"

    def _what(self, call: Call, place: Path) -> Iterator[str]:
        body = call.body
        if call.operation == "generate":
            body = dict(call.fields) | ({"stream": True} if call.stream else {})
        if body is not None:
            (place / "sent").write_text(json.dumps(body))
            yield from ("--header", "Content-Type: application/json")
            yield from ("--data-binary", f"@{place / 'sent'}")
        elif call.operation in ("edit", "variation"):
            yield from self._form(call, place)

    def _form(self, call: Call, place: Path) -> Iterator[str]:
        several = not isinstance(call.images, Upload)
        parts = [("image[]" if several else "image", image) for image in as_list(call.images)]
        parts += [
            (name, file) for name, file in (("mask", call.mask), ("markup", call.markup)) if file
        ]
        for name, upload in [*parts, *call.parts]:
            yield from ("--form", f"{name}={_file(upload)}")
        for number, (name, value) in enumerate(call.fields.items()):
            # From a file: what begins with @ or < is no order then, and it may be long.
            (place / f"field-{number}").write_text(_text(value), encoding="utf-8")
            yield from ("--form", f"{name}=<{place / f'field-{number}'}")
        if call.stream:
            yield from ("--form", "stream=true")
        if any(upload.how == "stream" for _name, upload in parts):
            yield from ("--header", "Transfer-Encoding: chunked")


def _file(upload: Upload) -> str:
    if upload.how == "bytes":
        return f'@"{upload.path}";filename=upload;type=application/octet-stream'
    name = upload.filename.replace("\\", "\\\\").replace('"', '\\"')
    return f'@"{upload.path}";filename="{name}";type={upload.mimetype}'


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reply(call: Call, place: Path, done: subprocess.CompletedProcess[str]) -> Reply:
    head, body = place / "head", place / "body"
    heads = _heads(head.read_text("latin-1") if head.exists() else "")
    status, headers = heads[-1] if heads else (0, {})
    text = body.read_text() if body.exists() else ""
    failure = Failure("curl", message=done.stderr) if done.returncode else None
    streams = headers.get("content-type", "").startswith("text/event-stream")
    events = list(_events(text)) if streams else []
    found = None if streams else _json(text)
    return Reply(
        status=status,
        headers=headers,
        body=found if status < 400 else None,
        envelope=found if status >= 400 else None,
        events=events,
        comments=sum(line.startswith(":") for line in text.splitlines()) if streams else 0,
        failure=failure,
        sends=max(1, len(heads)),
        request_id=headers.get("x-request-id"),
    )


def _heads(text: str) -> list[tuple[int, dict[str, str]]]:
    """Read the head of each answer; leave to go on (100) is none."""
    blocks = [block for block in text.replace("\r", "").split("\n\n") if block.strip()]
    return [head for head in map(_head, blocks) if head[0] >= 200]


def _head(text: str) -> tuple[int, dict[str, str]]:
    first, *lines = text.splitlines()
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


def _events(text: str) -> Iterator[dict[str, Any]]:
    """Read events as strictly as they must be written: a named event, one line of data."""
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(":")]
        if lines:
            event, data = lines
            value = json.loads(data.removeprefix("data: "))
            assert event == f"event: {value['type']}", block[:200]
            yield value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
