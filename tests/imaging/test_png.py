from __future__ import annotations

import zlib
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
@pytest.mark.parametrize("stripe", [1, 500, 1 << 22])
def test_what_is_written_is_read_back(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    size: tuple[int, int],
    stripe: int,
) -> None:
    monkeypatch.setattr(png, "STRIPE_BYTES", stripe)
    image = make_picture(mode, size)
    png.write(image, tmp_path / "a.png")
    # Checks the sums of the chunks, which Pillow does not.
    assert examine(tmp_path / "a.png") == Container("png", 8)
    with Image.open(tmp_path / "a.png") as read:
        assert (read.mode, read.size, read.tobytes()) == (mode, size, image.tobytes())
        assert read.info == {}


def test_the_checksum_of_the_stream_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow stops reading before it, other programs do not."""
    monkeypatch.setattr(png, "STRIPE_BYTES", 1000)
    image = make_picture("RGB", (100, 100))
    png.write(image, tmp_path / "a.png")
    data, at, stream = (tmp_path / "a.png").read_bytes(), 8, b""
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            stream += data[at + 8 : at + 8 + length]
        at += 12 + length
    assert len(zlib.decompress(stream)) == 100 * 301


def test_the_profile_goes_with_it(tmp_path: Path) -> None:
    png.write(make_picture(), tmp_path / "a.png", make_rgb_profile())
    with Image.open(tmp_path / "a.png") as read:
        assert read.info["icc_profile"] == make_rgb_profile()


def test_flat_pictures_become_tiny(tmp_path: Path) -> None:
    png.write(Image.new("RGBA", (2000, 2000), "red"), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size < 120_000


def test_a_mode_that_is_not_a_working_one_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(KeyError):
        png.write(Image.new("CMYK", (2, 2)), folder / "a.png")
    assert list(folder.iterdir()) == []
