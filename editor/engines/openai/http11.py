"""One request and its answer over one connection: h11 knows HTTP, and asyncio the socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import h11
import httpx

from editor.engines.openai.phases import Phase

if TYPE_CHECKING:
    from editor.engines.openai.line import Line
    from editor.engines.openai.phases import Tell

# The most that a head, or a line between chunks, may take.
HEAD_BYTES: Final = 100 * 1024
# Answers that end with their head, whatever that announces (RFC 9112, 6.3).
NO_BODY: Final = frozenset({204, 304})


class Exchange:
    """Errors are httpx's, without the texts of h11, which may quote a header field."""

    def __init__(self, request: httpx.Request) -> None:
        """Raises httpx.LocalProtocolError for what is no request."""
        self._request = request
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self._head = self._bytes_of(
            h11.Request,
            method=request.method,
            target=request.url.raw_path,
            headers=request.headers.raw,
        )
        self._answer: h11.Response | None = None

    async def ask(self, line: Line, tell: Tell) -> h11.Response:
        """Send the request and return the head of its answer. Raises httpx.TransportError."""
        self._line = line
        await tell(Phase.SENDING)
        if line.has_news:
            # It hung up, or tired of waiting: nothing was sent, and that is no answer to it.
            raise httpx.ConnectError("they spoke before they were asked")
        try:
            is_whole = await self._send()
        except httpx.WriteError:
            # Whoever hangs up on an upload may have said why.
            is_whole = False
        if is_whole:
            await tell(Phase.WAITING)
        while self._answer is None:
            self._hear(await line.read())
        return self._answer

    def body(self) -> AsyncGenerator[bytes]:
        """The answer's body as it comes. Raises httpx.TransportError where it is cut short."""
        length = self._length()
        return self._parsed() if length is None else self._as_it_comes(length)

    async def _parsed(self) -> AsyncGenerator[bytes]:
        while not isinstance(event := self._event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            else:
                self._http.receive_data(await self._line.read())

    def _length(self) -> int | None:
        """How long the body is; None where it comes in chunks, to the end, or not at all."""
        if self._answer is None or self._request.method == "HEAD":
            return None
        if self._answer.status_code in NO_BODY:
            return None
        said = dict(self._answer.headers)
        if b"transfer-encoding" in said or b"content-length" not in said:
            return None
        return int(said[b"content-length"])

    async def _as_it_comes(self, left: int) -> AsyncGenerator[bytes]:
        """So many bytes, past h11, which copies them three times."""
        piece, _is_over = self._http.trailing_data
        while True:
            if taken := piece[:left]:
                yield taken
            left -= len(taken)
            if not left:
                return
            if not (piece := await self._line.read()):
                raise httpx.RemoteProtocolError("this is not all of the answer")

    async def _send(self) -> bool:
        """Whether all of it has left: a refusal that comes earlier ends it."""
        self._line.write(self._head)
        async with aclosing(_pieces(self._request)) as pieces:
            async for piece in pieces:
                if self._is_refused() or not await self._left(h11.Data, data=piece):
                    return False
        return await self._left(h11.EndOfMessage)

    async def _left(self, kind: type[h11.Event], **values: Any) -> bool:
        """Write, and wait until that has left; false if it was refused meanwhile."""
        if data := self._bytes_of(kind, **values):
            self._line.write(data)
        await asyncio.sleep(0)  # what has come is let in before a broken line takes it along
        while self._line.is_stuck:
            # Before each wait: what came while nobody waited wakes nobody.
            if self._is_refused():
                return False
            await self._line.change()
        return True

    def _is_refused(self) -> bool:
        """Whether they have refused while there is more to send.

        An answer that is no refusal may be a head that a server sends before it has read all.
        """
        if self._answer is None and self._line.has_news:
            self._hear(self._line.take())
        return self._answer is not None and self._answer.status_code >= httpx.codes.MULTIPLE_CHOICES

    def _bytes_of(self, kind: type[h11.Event], **values: Any) -> bytes:
        """What an event is on the wire."""
        try:
            return self._http.send(kind(**values)) or b""
        except h11.LocalProtocolError:
            raise httpx.LocalProtocolError("this is no request") from None

    def _hear(self, data: bytes) -> None:
        """Look for the head of the answer; what only informs is passed over."""
        self._http.receive_data(data)
        event = self._event()
        while isinstance(event, h11.InformationalResponse):
            event = self._event()
        if isinstance(event, h11.Response):
            self._answer = event

    def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            return self._http.next_event()
        except h11.RemoteProtocolError:
            raise httpx.RemoteProtocolError("this is no answer, or not all of it") from None


async def _pieces(request: httpx.Request) -> AsyncGenerator[bytes]:
    """The body; whoever makes it is closed with it, and not some time later."""
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise TypeError("a request's body can be sent asynchronously")
    pieces = aiter(request.stream)
    try:
        async for piece in pieces:
            yield piece
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
