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
