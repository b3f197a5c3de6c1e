"""Masks in the store before a row names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from editor.services import masks, media

if TYPE_CHECKING:
    from pathlib import Path

FACTS: dict[str, Any] = {"box": [2, 1, 7, 5], "painted": 20, "polarity": "alpha"}


@pytest.fixture
def folder(data_dir: Path) -> Path:
    """A scratch folder with a coverage in it."""
    made = data_dir / "scratch" / "mask"
    made.mkdir()
    (made / masks.FILE).write_bytes(b"coverage")
    return made


def test_a_mask_is_moved_into_the_store(folder: Path, data_dir: Path) -> None:
    kept = masks.keep(folder, FACTS, "f" * 64)
    assert (kept.sha256, kept.box, kept.painted) == ("f" * 64, (2, 1, 7, 5), 20)
    assert media.path(f"{kept.folder}/{masks.FILE}").read_bytes() == b"coverage"
    assert media.path(kept.folder).is_relative_to(data_dir / "pictures")
    assert not folder.exists()


def test_one_that_no_row_names_is_dropped(folder: Path, data_dir: Path) -> None:
    masks.drop(masks.keep(folder, FACTS, "f" * 64))
    assert [path for path in (data_dir / "pictures").rglob("*") if path.is_file()] == []


def test_there_may_be_none_to_drop() -> None:
    masks.drop(None)
