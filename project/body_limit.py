"""Refuses a request body over the limit while it arrives, before Django keeps it anywhere.

Counts what really comes: a chunked body announces no length (Node's streams, curl), and Django's
own limits look at form fields only.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

type Scope = dict[str, Any]
type Event = Mapping[str, Any]
type Receive = Callable[[], Awaitable[Event]]
type Send = Callable[[Event], Awaitable[None]]
type Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said to a body that is too large, and in what form."""

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class BodyLimit:
    """An ASGI application around another; answers 413 to bodies over `limit` bytes.

    So many `drained` bytes more are read and dropped first: most clients look for an answer only
    when all has left, and take a closed connection for a fault of the line.
    """

    def __init__(
        self,
        application: Application,
        *,
        limit: int,
        refusal: Callable[[], Refusal],
        drained: int = 0,
    ) -> None:
        self._application = application
        self._limit = limit
        self._refusal = refusal
        self._drained = drained

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a receive that counts."""
        if _announced(scope) > self._limit:
            if not waits(scope):
                await self._drain(receive, 0)
            await self._refuse(send)
            return
        received, more = 0, True

        async def counted() -> Event:
            nonlocal received, more
            event = await receive()
            received += len(event.get("body", b""))
            more = event.get("more_body", False)
            # To a visitor who left, every application closes its files and says nothing.
            return event if received <= self._limit else {"type": "http.disconnect"}

        await self._application(scope, counted, send)
        if received > self._limit:
            if more:
                await self._drain(receive, received - self._limit)
            await self._refuse(send)

    async def _drain(self, receive: Receive, dropped: int) -> None:
        more = True
        while more and dropped < self._drained:
            event = await receive()
            dropped += len(event.get("body", b""))
            more = event.get("more_body", False)

    async def _refuse(self, send: Send) -> None:
        refusal = self._refusal()
        headers = [
            (b"content-type", refusal.content_type.encode()),
            (b"content-length", str(len(refusal.body)).encode()),
            (b"connection", b"close"),
            *refusal.headers,
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": refusal.body})


def waits(scope: Scope) -> bool:
    """Return whether the client sends nothing before it is told to go on (RFC 9110, 10.1.1)."""
    expected: bytes = dict(scope["headers"]).get(b"expect", b"")
    return expected.lower() == b"100-continue"


def _announced(scope: Scope) -> int:
    """The Content-Length, or 0 where there is none or it is no number."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    # Python refuses to read numbers of thousands of digits; twenty are more than any disk holds.
    return int(value[:20]) if value.isdigit() else 0
