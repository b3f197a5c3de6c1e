"""Bells between processes: hints that may be lost, and never harm."""

from __future__ import annotations

import os
import select
import socket
from pathlib import Path
from typing import Any

import pytest

from editor.services import bell
from editor.services.bell import Rope


def is_readable(handle: int) -> bool:
    return bool(select.select([handle], [], [], 0)[0])


def test_a_ring_says_which_edits(data_dir: Path) -> None:
    with bell.hung(Rope.NEWS) as handle, bell.hung(Rope.NEWS) as other:
        assert not is_readable(handle)
        bell.ring(Rope.NEWS, [3, 2**40])
        bell.ring(Rope.NEWS, [5])
        assert bell.heard(handle) == bell.heard(other) == {3, 2**40, 5}
        assert not is_readable(handle)
        assert bell.heard(handle) == set()
    assert list((data_dir / "bells").iterdir()) == []


def test_each_rope_has_its_own_bells() -> None:
    with bell.hung(Rope.NEWS) as news, bell.hung(Rope.WORK) as work:
        bell.ring(Rope.WORK)
        assert (bell.heard(work), bell.heard(news)) == ({0}, set())


def test_with_nobody_there_a_ring_is_nothing(data_dir: Path) -> None:
    bell.ring(Rope.NEWS, [1])
    assert not (data_dir / "bells").exists()


def test_a_bell_that_nobody_reads_is_taken_down(data_dir: Path) -> None:
    with bell.hung(Rope.NEWS) as handle:
        stale = data_dir / "bells" / "news-1-dead"
        os.mkfifo(stale)
        bell.ring(Rope.NEWS, [1])
        assert not stale.exists()
        assert bell.heard(handle) == {1}


def test_a_full_bell_makes_nobody_wait() -> None:
    with bell.hung(Rope.NEWS) as handle:
        for _ in range(20):
            bell.ring(Rope.NEWS, range(1, 1001))
        assert bell.heard(handle) <= set(range(1, 1001))
        while is_readable(handle):
            bell.heard(handle)
        bell.ring(Rope.NEWS, [5])
        assert bell.heard(handle) == {5}


def test_a_ring_of_more_than_a_pipe_holds_still_rings() -> None:
    with bell.hung(Rope.NEWS) as handle:
        bell.ring(Rope.NEWS, range(20_000))
        assert bell.heard(handle) <= set(range(20_000))


@pytest.mark.parametrize("place", ["file", "file/below", "n" * 300])
def test_where_no_fifo_can_be_it_stays_silent(settings: Any, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    settings.BELLS_DIR = tmp_path / place
    with bell.hung(Rope.NEWS) as handle:
        bell.ring(Rope.NEWS, [1])
        assert not is_readable(handle)


def test_what_is_no_bell_does_no_harm(data_dir: Path) -> None:
    with bell.hung(Rope.NEWS) as handle:
        folder = data_dir / "bells"
        (folder / "news-file").write_bytes(b"")
        (folder / "news-folder").mkdir()
        line = socket.socket(socket.AF_UNIX)
        line.bind(str(folder / "news-s"))
        line.close()
        bell.ring(Rope.NEWS, [1])
        assert bell.heard(handle) == {1}


def test_handles_are_closed_whatever_happens() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    def fall() -> None:
        with bell.hung(Rope.NEWS):
            raise ZeroDivisionError

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            fall()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
