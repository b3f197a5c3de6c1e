"""White sheets."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from editor.imaging import blank


@pytest.mark.parametrize("size", [(1, 1), (1024, 1024), (1536, 1024), (16, 8192)])
def test_a_sheet_is_a_white_picture_of_that_size(size: tuple[int, int]) -> None:
    image = Image.open(io.BytesIO(blank.sheet(*size)))
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", size)
    assert image.getcolors() == [(size[0] * size[1], (255, 255, 255))]


def test_the_same_size_is_the_same_file() -> None:
    first = blank.sheet(3840, 2160)
    assert first == blank.sheet(3840, 2160)
    assert len(first) < 3840 * 2160 * 3 / 800
