"""A connection that hands over as much as has come, where httpcore asks for little at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpcore

if TYPE_CHECKING:
    import ssl

# As much as asyncio reads from a socket at once. httpcore asks for 64 KiB, and what is more would
# be cut and copied: with 200 answers of 2 MB a fifth of the worker's time.
AT_ONCE: Final = 256 * 1024


class WideStream(httpcore.AsyncNetworkStream):
    """All as the stream within does it, but for how much is read."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what is there, up to `AT_ONCE` bytes; empty at the end."""
        return await self._inner.read(max(max_bytes, AT_ONCE), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close it."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return the same connection under TLS."""
        inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        return WideStream(inner)

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream within says."""
        return self._inner.get_extra_info(info)
