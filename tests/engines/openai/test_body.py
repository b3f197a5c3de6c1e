"""An answer on its way to disk: at once where that is quick, in a thread where it is not."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from editor.engines.openai.body import BATCH, SLOW_SECONDS, BodyFile, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HALF = b"x" * (BATCH // 2)


class Watched(BodyFile):
    """Notes the size of each batch, and whether a thread of its own wrote it."""

    def _write(self, batch: bytes) -> None:
        noted.append((len(batch), threading.current_thread() is not threading.main_thread()))
        super()._write(batch)


noted: list[tuple[int, bool]] = []


def written(path: Path, chunks: Iterable[bytes], *, seconds: float = 0.0, most: int = 10**9) -> int:
    """Write to a disk that takes so long each time; the batches are in `noted`."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += seconds
        return now

    async def write() -> None:
        body = Watched(path, most=most, clock=clock)
        try:
            for chunk in chunks:
                await body.write(chunk)
        finally:
            await body.close()

    noted.clear()
    asyncio.run(write())
    return path.stat().st_size


def test_a_quick_disk_is_written_to_at_once(tmp_path: Path) -> None:
    assert written(tmp_path / "a", [HALF] * 5) == 5 * len(HALF)
    assert noted == [(BATCH, False), (BATCH, False), (len(HALF), False)]


def test_a_slow_disk_is_waited_for_once(tmp_path: Path) -> None:
    assert written(tmp_path / "a", [HALF] * 5, seconds=2 * SLOW_SECONDS) == 5 * len(HALF)
    assert noted == [(BATCH, False), (BATCH, True), (len(HALF), True)]


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_what_is_more_than_allowed_is_cut(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(TooLarge):
        written(tmp_path / "a", [HALF] * 5, seconds=seconds, most=BATCH + 7)
    assert (tmp_path / "a").stat().st_size == BATCH + 7


def test_bytes_come_in_their_order(tmp_path: Path) -> None:
    chunks = [bytes([number]) * (number * 999) for number in range(100)]
    for seconds in (0.0, 1.0):
        written(tmp_path / "a", chunks, seconds=seconds)
        assert (tmp_path / "a").read_bytes() == b"".join(chunks)
