"""The body of an answer on its way to disk: never whole in memory, never larger than allowed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Written at once: few calls, and still little memory for 200 answers together.
BATCH: Final = 256 * 1024
# A batch goes into the memory of the system in a tenth of a millisecond, a thread costs more than
# that. A disk that lets us wait longer than this gets its thread, and nobody else waits for it.
SLOW_SECONDS: Final = 0.02


class TooLarge(Exception):
    """More came than is accepted; what was accepted is in the file."""


class BodyFile:
    """A file that grows by batches; from the first that was slow on, each is written in a thread."""

    def __init__(
        self, path: Path, *, most: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.path = path
        self._most = most
        self._clock = clock
        self._is_slow = False
        self._size = 0
        self._batch: list[bytes] = []
        self._held = 0
        self._file = path.open("wb", buffering=0)

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises TooLarge, and OSError when the disk is full."""
        taken = chunk[: self._most - self._size]
        self._batch.append(taken)
        self._held += len(taken)
        self._size += len(taken)
        if self._held >= BATCH:
            await self.flush()
        if len(taken) < len(chunk):
            raise TooLarge

    async def flush(self) -> None:
        """Bring to the file what was taken so far."""
        batch = b"".join(self._batch)
        self._batch.clear()
        self._held = 0
        if self._is_slow:
            await asyncio.to_thread(self._write, batch)
        elif batch:
            began = self._clock()
            self._write(batch)
            self._is_slow = self._clock() - began > SLOW_SECONDS

    async def close(self) -> None:
        """Write the rest and close the file, even if the rest cannot be written."""
        try:
            await self.flush()
        finally:
            self._file.close()

    def _write(self, batch: bytes) -> None:
        with memoryview(batch) as rest:
            at = 0
            while at < len(rest):
                at += self._file.write(rest[at:])
