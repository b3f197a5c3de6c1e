"""One connection: what has come is held until it is taken, what is written is known to have left.

A protocol of asyncio and no stream of its: those forget what has come when the connection breaks,
and a provider that refuses an upload answers and hangs up. It behaves alike on uvloop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast

import httpx

if TYPE_CHECKING:
    import ssl

# With more than that untaken the socket is left alone, and the other side has to wait.
FULL: Final = 256 * 1024
# TLS does not tell when what it gave to the socket has left, so that is looked at.
LOOK_SECONDS: Final = 0.01


class Line(asyncio.Protocol):
    """For one task: it alone writes, takes and waits."""

    def __init__(self) -> None:
        self._came: list[bytes] = []
        self._held = 0
        self._is_full = False
        self._is_over = False
        self._is_lost = False
        self._is_secure = False
        self._error: Exception | None = None
        self._changed: asyncio.Future[None] | None = None

    @property
    def has_news(self) -> bool:
        """Whether something waits to be taken, be it that nothing more will come."""
        return self._is_over or bool(self._came)

    @property
    def is_stuck(self) -> bool:
        """Whether a part of what was written has not left this process yet."""
        if self._is_lost:
            return False
        inside = self._transport.get_write_buffer_size() if self._is_secure else 0
        return inside + self._socket.get_write_buffer_size() > 0

    async def change(self) -> None:
        """Wait until something comes, leaves or ends."""
        loop = asyncio.get_running_loop()
        self._changed = loop.create_future()
        must_look = self._is_secure and self.is_stuck
        look = loop.call_later(LOOK_SECONDS, self._wake) if must_look else None
        try:
            await self._changed
        finally:
            self._changed = None
            if look:
                look.cancel()

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Go on under TLS with whoever proves to be `name`. Raises httpx.ConnectError."""
        if self.has_news:
            # It hung up, or somebody spoke who need not prove anything.
            raise httpx.ConnectError("no TLS")
        self._is_secure = True
        loop = asyncio.get_running_loop()
        try:
            inside = await loop.start_tls(self._socket, self, context, server_hostname=name)
        except (OSError, ValueError):
            raise httpx.ConnectError("no TLS") from None
        if inside is None or self._is_lost:
            raise httpx.ConnectError("no TLS")
        self._transport = inside
        # With a limit of nothing it would wait though there is nothing.
        inside.set_write_buffer_limits(high=1)

    def write(self, data: bytes) -> None:
        """Send all of it, some of it later (`is_stuck`). Raises httpx.WriteError."""
        if not self._transport.is_closing():
            self._transport.write(data)
        if self._transport.is_closing():
            raise httpx.WriteError("the connection is closed")

    async def read(self) -> bytes:
        """Return what has come as soon as there is any; empty at the end. Raises httpx.ReadError."""
        while not self.has_news:
            await self.change()
        return self.take()

    def take(self) -> bytes:
        """Return what has come. Raises httpx.ReadError when that is all and the connection broke."""
        if not self._came:
            if self._error:
                raise httpx.ReadError("the connection broke")
            return b""
        taken = b"".join(self._came)
        self._came.clear()
        self._held = 0
        if self._is_full and not self._transport.is_closing():
            self._is_full = False
            self._transport.resume_reading()
        return taken

    def hang_up(self) -> None:
        """Close the connection at once, whatever is still on its way."""
        if not self._is_lost:
            self._transport.abort()
            if not self._socket.is_closing() or self._socket.get_write_buffer_size():
                self._socket.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop gives the socket."""
        self._transport = self._socket = cast("asyncio.Transport", transport)
        self._socket.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        """The event loop has read from the socket."""
        self._came.append(data)
        self._held += len(data)
        if self._held > FULL and not self._is_full:
            self._is_full = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The other side will say no more; without TLS it may still listen."""
        self._is_over = True
        self._wake()
        return not self._is_secure

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed, by whomever."""
        self._is_over = self._is_lost = True
        self._error = exc
        self._wake()

    def resume_writing(self) -> None:
        """All that was written has left."""
        self._wake()

    def _wake(self) -> None:
        if self._changed and not self._changed.done():
            self._changed.set_result(None)


async def connect(address: str, port: int) -> Line:
    """Return a connection to an address in numbers. Raises OSError."""
    loop = asyncio.get_running_loop()
    _transport, line = await loop.create_connection(Line, address, port)
    return line
