"""A client of the programming interface: calls the ASGI application, byte for byte."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from project.api_handler import ApiHandler
from tests.making import make_api_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from editor.models import ApiKey
    from project.body_limit import Event, Receive
    from tests.conftest import People

EDITS = "/v1/images/edits"


@dataclass(frozen=True, slots=True)
class Came:
    """What an answer was."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error; all four keys of the envelope are there, and nothing else."""
        document = self.json()
        assert set(document) == {"error"}
        assert set(document["error"]) == {"message", "type", "param", "code"}
        found: dict[str, Any] = document["error"]
        return found

    @property
    def code(self) -> str:
        return str(self.error["code"])

    @property
    def told(self) -> tuple[int, str | None, str | None]:
        """An error in short: status, code, and the field to mend."""
        return self.status, self.error["code"], self.error["param"]

    @property
    def edit(self) -> str:
        return self.headers["x-pentimento-edit"]


@dataclass(slots=True)
class Line:
    """A connection: what was sent on it so far, and whether the client hung up."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    heard: Callable[[bytes], None] = lambda _data: None

    @property
    def came(self) -> Came:
        start = self.sent[0]
        said = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        pieces = (event.get("body", b"") for event in self.sent[1:])
        return Came(start["status"], said, b"".join(pieces))


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a key."""

    key: ApiKey
    token: str

    def said(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", **headers}

    def get(self, path: str, **headers: str) -> Came:
        return call("GET", path, headers=self.said(headers))

    def post(self, path: str, body: bytes, content_type: str, **headers: str) -> Came:
        return call(
            "POST", path, body, headers=self.said({"content-type": content_type, **headers})
        )

    async def edit(
        self,
        form: tuple[bytes, str],
        *,
        path: str = EDITS,
        line: Line | None = None,
        **headers: str,
    ) -> Came:
        """Ask for an edit within a running loop; names of headers are written with underscores."""
        body, content_type = form
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        said = self.said({"content-type": content_type, **said})
        return await acall("POST", path, [body], headers=said, line=line)


def make_caller(people: People, **wanted: Any) -> Caller:
    return Caller(*make_api_key(people.project, people.emil, **wanted))


def call(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
    application: Any = None,
) -> Came:
    """Call without a server in between; a body without a length is a chunked one."""
    return asyncio.run(acall(method, path, [body], headers=headers, application=application))


async def acall(
    method: str,
    path: str,
    body: Sequence[bytes] | Receive = (b"",),
    *,
    headers: Mapping[str, str] | None = None,
    line: Line | None = None,
    application: Any = None,
) -> Came:
    """The same within a running loop, the body in pieces; `line` shows it while it lasts.

    A body that can be called is asked for whatever the client sends.
    """
    line = line or Line()
    pieces = _pieces(() if callable(body) else body)

    async def receive() -> Event:
        for event in pieces:
            return event
        await line.gone.wait()
        return {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        line.sent.append(event)
        line.heard(event.get("body", b""))

    path_only, _mark, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path_only),
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 5000),
    }
    await (application or ApiHandler())(scope, body if callable(body) else receive, send)
    return line.came if line.sent else Came(0, {}, b"")


def _pieces(body: Sequence[bytes]) -> Iterator[Event]:
    for number, piece in enumerate(body, start=1):
        yield {"type": "http.request", "body": piece, "more_body": number < len(body)}
