"""Scratch folders and the store."""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from editor.services import media

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_is_said_and_leaves_nothing(data_dir: Path, code: int) -> None:
    with pytest.raises(media.DiskFull), media.scratch():
        raise OSError(code, "no room")
    assert not list((data_dir / "scratch").iterdir())


def test_other_errors_stay_what_they_are(data_dir: Path) -> None:
    with pytest.raises(PermissionError), media.scratch():
        raise PermissionError(errno.EACCES, "not yours")


FILES = [("one.jpg", b"one"), ("two.png", b"two" * 1000)]


@contextmanager
def mapped(source: Path) -> Iterator[mmap.mmap]:
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def stored(data_dir: Path) -> list[Path]:
    return list((data_dir / "pictures").glob("*/*"))


def test_several_files_are_put_side_by_side(data_dir: Path) -> None:
    put = media.put_each(FILES)
    put.wait()
    one, two = put.names
    assert (media.path(one) / "one.jpg").read_bytes() == b"one"
    assert (media.path(two) / "two.png").read_bytes() == b"two" * 1000
    assert set(stored(data_dir)) == {media.path(one), media.path(two)}
    shelves = {name[:2] for name in (one, two)} | {name.split("/")[1][:2] for name in (one, two)}
    assert (len(shelves), one != two) == (1, True)
    assert not list((data_dir / "scratch").iterdir())


def test_files_that_are_mapped_are_put_like_any(data_dir: Path) -> None:
    source = data_dir / "scratch" / "source"
    source.write_bytes(b"mapped" * 100_000)
    with mapped(source) as data:
        put = media.put_each([("file", data)])
    put.wait()
    (name,) = put.names
    assert (media.path(name) / "file").read_bytes() == source.read_bytes()


def test_of_several_files_all_are_put_or_none(data_dir: Path) -> None:
    """The second cannot be written: its name leads to nowhere."""
    with pytest.raises(FileNotFoundError):
        media.put_each([*FILES, ("no/where", b"three")])
    assert stored(data_dir) == []


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, media.DiskFull), (errno.EIO, OSError)], ids=["full", "broken"]
)
def test_what_does_not_reach_the_disk_is_removed(
    data_dir: Path, code: int, said: type[Exception]
) -> None:
    put = media.put_each(FILES)
    put.wait()
    safe: Future[None] = Future()
    safe.set_result(None)
    failed: Future[None] = Future()
    failed.set_exception(OSError(code, "the disk says no"))
    with pytest.raises(said):
        media.Put(put.names, [safe, failed]).wait()
    assert stored(data_dir) == []


def test_folders_that_do_not_reach_the_disk_count_as_well(data_dir: Path) -> None:
    put = media.put_each(FILES)
    put.along(data_dir, data_dir / "nowhere")
    with pytest.raises(FileNotFoundError):
        put.wait()
    assert stored(data_dir) == []


def test_no_file_is_put_where_room_is_short(data_dir: Path, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 2**62
    with pytest.raises(media.DiskFull):
        media.put_each(FILES)
    assert stored(data_dir) == []


def test_a_folder_that_cannot_be_moved_is_not_kept(data_dir: Path) -> None:
    folder = data_dir / "scratch" / "gone"
    with pytest.raises(FileNotFoundError):
        media.keep(folder)
    assert stored(data_dir) == []


def test_bytes_are_summed_up_meanwhile(data_dir: Path) -> None:
    source = data_dir / "scratch" / "source"
    source.write_bytes(b"mapped" * 100_000)
    with media.summed(source.read_bytes()) as one:
        pass
    with mapped(source) as data:
        with pytest.raises(KeyError), media.summed(data) as two:
            raise KeyError
        assert two.done()
    sums = {one.result(), two.result()}
    assert sums == {hashlib.sha256(source.read_bytes()).hexdigest()}


def test_a_file_that_does_not_reach_the_disk_is_told(data_dir: Path) -> None:
    """As of a pipe, which has none."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb", buffering=0),
        os.fdopen(writing, "wb", buffering=0) as pipe,
        pytest.raises(OSError, match="Invalid argument"),
        media.syncing(pipe),
    ):
        pass
    with (
        (data_dir / "scratch" / "file").open("wb", buffering=0) as file,
        pytest.raises(KeyError),
        media.syncing(file),
    ):
        raise KeyError
