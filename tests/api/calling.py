"""A client of the programming interface: calls the ASGI application, byte for byte."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from project.api_handler import ApiHandler
from tests.making import make_api_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.models import ApiKey
    from tests.conftest import People


@dataclass(frozen=True, slots=True)
class Came:
    """What an answer was."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The error's code; all four keys of the envelope are there."""
        error = self.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        return str(error["code"])


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a key."""

    key: ApiKey
    token: str

    def get(self, path: str, **headers: str) -> Came:
        return call("GET", path, headers={"authorization": f"Bearer {self.token}"} | headers)

    def post(self, path: str, body: bytes, content_type: str, **headers: str) -> Came:
        said = {"authorization": f"Bearer {self.token}", "content-type": content_type}
        return call("POST", path, body, headers=said | headers)


def make_caller(people: People, **wanted: Any) -> Caller:
    return Caller(*make_api_key(people.project, people.emil, **wanted))


def call(
    method: str, path: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None
) -> Came:
    """Call without a server in between; a body without a length is a chunked one."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        asked = iter([{"type": "http.request", "body": body, "more_body": False}])
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            for event in asked:
                return event
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(event: dict[str, Any]) -> None:
            sent.append(event)

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
        await ApiHandler()(scope, receive, send)

    asyncio.run(run())
    start = sent[0]
    said = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Came(start["status"], said, b"".join(event.get("body", b"") for event in sent[1:]))
