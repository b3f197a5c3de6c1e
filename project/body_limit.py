"""Refuses a request body over the limit while it arrives, before Django keeps it anywhere.

Counts what really comes: a chunked body announces no length (Node's streams, curl), and Django's
own limits look at form fields only.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

type Scope = dict[str, Any]
type Event = Mapping[str, Any]
type Receive = Callable[[], Awaitable[Event]]
type Send = Callable[[Event], Awaitable[None]]
type Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyLimit:
    """An ASGI application around another; answers 413 to bodies over `limit` bytes."""

    def __init__(self, application: Application, *, limit: int, message: str) -> None:
        self._application = application
        self._limit = limit
        self._message = message.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a receive that counts."""
        if _announced(scope) > self._limit:
            await self._refuse(send)
            return
        received = 0

        async def counted() -> Event:
            nonlocal received
            event = await receive()
            received += len(event.get("body", b""))
            # To a visitor who left, every application closes its files and says nothing.
            return event if received <= self._limit else {"type": "http.disconnect"}

        await self._application(scope, counted, send)
        if received > self._limit:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(self._message)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": self._message})


def _announced(scope: Scope) -> int:
    """The Content-Length, or 0 where there is none or it is no number."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    # Python refuses to read numbers of thousands of digits; twenty are more than any disk holds.
    return int(value[:20]) if value.isdigit() else 0
