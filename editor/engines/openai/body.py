"""The body of an answer on its way to disk: never whole in memory, never larger than allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Written at once: fewer hops to a thread, and still little memory for 200 answers together.
BATCH: Final = 256 * 1024


class TooLarge(Exception):
    """More came than is accepted; what was accepted is in the file."""


class BodyFile:
    """A file that grows by batches, each written in a thread."""

    def __init__(self, path: Path, *, most: int) -> None:
        self.path = path
        self._most = most
        self._size = 0
        self._batch = bytearray()
        self._file = path.open("wb", buffering=0)

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises TooLarge, and OSError when the disk is full."""
        room = self._most - self._size
        self._batch += chunk[:room]
        self._size += min(len(chunk), room)
        if len(self._batch) >= BATCH:
            await self.flush()
        if len(chunk) > room:
            raise TooLarge

    async def flush(self) -> None:
        """Bring to the file what was taken so far."""
        if self._batch:
            batch, self._batch = self._batch, bytearray()
            await asyncio.to_thread(self._write, batch)

    async def close(self) -> None:
        """Write the rest and close the file, even if the rest cannot be written."""
        try:
            await self.flush()
        finally:
            self._file.close()

    def _write(self, batch: bytearray) -> None:
        with memoryview(batch) as rest:
            at = 0
            while at < len(rest):
                at += self._file.write(rest[at:])
