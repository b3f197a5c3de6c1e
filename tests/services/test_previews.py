"""Previews that were left for later: made when somebody looks, or by the worker."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from editor.imaging import preview
from editor.services import arrivals, media, previews
from tests.making import as_bytes, make_door, make_image, make_upload

if TYPE_CHECKING:
    from pathlib import Path

    from editor.models import Picture
    from tests.conftest import People


@pytest.fixture
def bare(people: People) -> Picture:
    """A picture as it comes by the API: without previews."""
    kept, _mask = arrivals.take_in(
        door=make_door(people.project, people.olga),
        files=[make_upload(as_bytes(make_image(400, 300)))],
        mask=None,
    )
    return kept[0]


def names(picture: Picture) -> set[str]:
    return {path.name for path in media.path(picture.folder).iterdir()}


def test_the_first_who_looks_makes_all(bare: Picture, data_dir: Path) -> None:
    before = names(bare)
    side = preview.SIDES[0]
    assert not previews.place(bare, side).exists()
    with Image.open(previews.file(bare, side)) as image:
        assert (image.format, max(image.size)) == ("WEBP", min(side, 400))
    assert names(bare) == before | {f"{one}.webp" for one in preview.SIDES}
    assert list((data_dir / "scratch").iterdir()) == []


def test_what_is_there_is_not_made_again(bare: Picture) -> None:
    found = previews.file(bare, preview.SIDES[0])
    made = found.stat().st_ino
    assert previews.file(bare, preview.SIDES[0]).stat().st_ino == made


def test_twice_at_once_is_whole_and_the_same(bare: Picture, data_dir: Path) -> None:
    together = threading.Barrier(4)

    def look(number: int) -> bytes:
        together.wait(20)
        return previews.file(bare, preview.SIDES[number % len(preview.SIDES)]).read_bytes()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look, range(4)))
    assert len(set(found)) == len(preview.SIDES)
    assert list((data_dir / "scratch").iterdir()) == []
