"""Scratch folders and the store."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from editor.services import media

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_is_said_and_leaves_nothing(data_dir: Path, code: int) -> None:
    with pytest.raises(media.DiskFull), media.scratch():
        raise OSError(code, "no room")
    assert not list((data_dir / "scratch").iterdir())


def test_other_errors_stay_what_they_are(data_dir: Path) -> None:
    with pytest.raises(PermissionError), media.scratch():
        raise PermissionError(errno.EACCES, "not yours")


def scratch_folders(data_dir: Path, *names: str) -> list[Path]:
    folders = [data_dir / "scratch" / name for name in names]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    return folders


def test_several_folders_are_kept_together(data_dir: Path) -> None:
    one, other = media.keep_each(scratch_folders(data_dir, "one", "other"))
    assert (media.path(one) / "file").read_text() == "one"
    assert (media.path(other) / "file").read_text() == "other"
    assert [name.split("/")[1][:2] for name in (one, other)] == [one[:2], other[:2]]
    assert not list((data_dir / "scratch").iterdir())


def test_of_several_folders_all_are_kept_or_none(data_dir: Path) -> None:
    """The second goes with the first, and cannot be moved any more then."""
    (first,) = scratch_folders(data_dir, "first")
    second = first / "second"
    second.mkdir()
    with pytest.raises(FileNotFoundError):
        media.keep_each([first, second])
    assert not [path for path in (data_dir / "pictures").rglob("*") if path.is_file()]
    assert not list((data_dir / "pictures").glob("*/*"))
