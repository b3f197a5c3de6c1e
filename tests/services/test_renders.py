"""The cache of rendered pictures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from editor.services import render_cache, renders
from tests.making import as_bytes, make_image, make_picture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People


@pytest.mark.parametrize(
    ("mode", "width", "suffix"), [("RGBA", 16_384, ".png"), ("RGB", 90, ".jpg")]
)
def test_the_screen_gets_a_format_that_can_hold_the_picture(
    people: People, mode: str, width: int, suffix: str
) -> None:
    picture = make_picture(people.project, people.olga, as_bytes(make_image(width, 2, mode)))
    assert renders.screen(picture).suffix == suffix


def test_the_file_used_longest_ago_goes_first(data_dir: Path) -> None:
    folder = data_dir / "renders"
    for age, name in enumerate(["new", "old", "oldest"]):
        (folder / name).write_bytes(b"x" * 10)
        os.utime(folder / name, (1000 - age, 1000 - age))
    render_cache.trim(limit=20)
    assert {file.name for file in folder.iterdir()} == {"new", "old"}


def test_a_draft_that_vanishes_while_the_cache_is_counted_is_no_error(data_dir: Path) -> None:
    # What the directory still lists and nobody finds any more, as between two processes.
    (data_dir / "renders" / "draft").symlink_to(data_dir / "gone")
    render_cache.trim(limit=0)
