from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from editor.imaging import png
from editor.imaging.container import Container, examine
from tests.imaging.make import make_picture, make_rgb_profile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (1, 97), (61, 1), (61, 97)])
def test_what_is_written_is_read_back(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    image = make_picture(mode, size)
    png.write(image, tmp_path / "a.png")
    # Checks the sums of the chunks, which Pillow does not.
    assert examine(tmp_path / "a.png") == Container("png", 8)
    with Image.open(tmp_path / "a.png") as read:
        assert (read.mode, read.size, read.tobytes()) == (mode, size, image.tobytes())
        assert read.info == {}


def test_what_the_image_carries_along_stays_behind(tmp_path: Path) -> None:
    image = make_picture()
    image.info |= {
        "icc_profile": make_rgb_profile(),
        "transparency": (0, 0, 0),
        "exif": b"Exif\0\0secret",
        "comment": "secret",
        "dpi": (300, 300),
    }
    png.write(image, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as read:
        assert read.info == {}


def test_the_profile_goes_with_it(tmp_path: Path) -> None:
    png.write(make_picture(), tmp_path / "a.png", make_rgb_profile())
    with Image.open(tmp_path / "a.png") as read:
        assert read.info["icc_profile"] == make_rgb_profile()


def test_flat_pictures_become_tiny(tmp_path: Path) -> None:
    png.write(Image.new("RGBA", (2000, 2000), "red"), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size < 120_000


def test_a_mode_that_png_has_not_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ValueError, match="CMYK"):
        png.write(Image.new("CMYK", (2, 2)), folder / "a.png")
    assert list(folder.iterdir()) == []
