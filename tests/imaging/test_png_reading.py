"""Our own PNG files are read back exactly, and every other file is left to Pillow."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import pixels, png, png_reading
from editor.imaging.container import Container
from editor.imaging.errors import Rejected
from tests.imaging.make import make_exif, make_file, make_picture, make_rgb_profile

if TYPE_CHECKING:
    from pathlib import Path

MODES = ["L", "LA", "RGB", "RGBA"]
# More than one strip, and rows longer than one.
SIZES = [(1, 1), (3, 5000), (1700, 1300), (1_500_000, 2)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", SIZES)
def test_what_we_wrote_is_read_back(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    image = make_picture(mode, size)
    png.write(image, tmp_path / "a.png", make_rgb_profile())
    read = png_reading.read(tmp_path / "a.png", pixels.KNOWN_PIXELS)
    assert read is not None
    assert (read.mode, read.size, read.tobytes()) == (mode, size, image.tobytes())
    assert read.info == {}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", [3, 100])
def test_the_last_rows_may_wait_in_the_unpacker(tmp_path: Path, mode: str, width: int) -> None:
    """All was fed, and a strip is full: what is left comes without anything more to feed."""
    image = make_picture(mode, (width, png.STRIP_BYTES // (width * len(mode)) + 1))
    png.write(image, tmp_path / "a.png")
    read = png_reading.read(tmp_path / "a.png", pixels.KNOWN_PIXELS)
    assert read is not None
    assert read.tobytes() == image.tobytes()


def test_what_others_wrote_is_not_ours(tmp_path: Path) -> None:
    photo = make_picture()
    for path in (
        make_file(tmp_path / "filters", photo),
        make_file(tmp_path / "palette", photo.convert("P")),
        make_file(tmp_path / "key", photo, transparency=(1, 2, 3)),
        make_file(tmp_path / "deep", Image.new("I;16", (9, 9))),
    ):
        assert png_reading.read(path, pixels.KNOWN_PIXELS) is None, path.name
    (tmp_path / "empty").touch()
    assert png_reading.read(tmp_path / "empty", pixels.KNOWN_PIXELS) is None


def test_a_turn_is_not_overlooked(tmp_path: Path) -> None:
    """A file of ours may come back from another program, turned."""
    image = make_picture(size=(4, 3))
    block = make_exif(orientation=6).tobytes().removeprefix(b"Exif\0\0")
    png.write(image, tmp_path / "a.png", exif=block)
    loaded = pixels.load(tmp_path / "a.png", Container("png"))
    assert loaded.tobytes() == image.transpose(Image.Transpose.ROTATE_270).tobytes()


def test_too_many_pixels_are_refused_as_always(tmp_path: Path) -> None:
    png.write(make_picture(size=(20, 20)), tmp_path / "a.png")
    assert png_reading.read(tmp_path / "a.png", 399) is None
    with pytest.raises(Rejected, match="megapixels"):
        pixels.load(tmp_path / "a.png", Container("png"), 100)


@settings(max_examples=150)
@given(st.data())
def test_damage_is_never_taken_for_pixels(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("png") / "a.png"
    png.write(make_picture(size=(12, 9)), path)
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 13))
    path.write_bytes(
        data.draw(
            st.sampled_from(
                [good[:at], good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :], good[at:]]
            )
        )
    )
    whole = path.read_bytes() == good
    read = png_reading.read(path, pixels.KNOWN_PIXELS)
    assert (read is not None) == whole
    if read is not None:
        with Image.open(BytesIO(good)) as image:
            assert read.tobytes() == image.tobytes()
