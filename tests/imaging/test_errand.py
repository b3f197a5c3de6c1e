from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from editor.imaging import errand
from tests.imaging.make import make_file, make_picture

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.recipe import Recipe

CROP = [10, 5, 50, 45]
MASK = [20, 15, 37, 41]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_what_an_engine_is_shown_are_the_pixels_of_the_crop(tmp_path: Path, mode: str) -> None:
    image = make_picture(mode, (60, 50))
    coverage = make_picture("L", (MASK[2] - MASK[0], MASK[3] - MASK[1]), seed=9)
    recipe: Recipe = {
        "base": str(make_file(tmp_path / "base", image)),
        "icc": None,
        "patches": [],
    }
    errand.write(
        recipe=recipe,
        box=CROP,
        out=str(tmp_path / "crop.png"),
        mask=str(make_file(tmp_path / "mask", coverage)),
        mask_box=MASK,
        mask_out=str(tmp_path / "crop-mask.png"),
    )
    expected = Image.new("L", image.size, 0)
    expected.paste(coverage, (MASK[0], MASK[1]))
    box = (10, 5, 50, 45)
    with Image.open(tmp_path / "crop.png") as out, Image.open(tmp_path / "crop-mask.png") as mask:
        assert (out.mode, out.tobytes()) == (mode, image.crop(box).tobytes())
        assert out.info == {}
        assert (mask.mode, mask.tobytes()) == ("L", expected.crop(box).tobytes())


def test_further_pictures_are_no_longer_than_allowed(tmp_path: Path) -> None:
    recipe: Recipe = {
        "base": str(make_file(tmp_path / "base", make_picture("RGB", (60, 50)))),
        "icc": None,
        "patches": [],
    }
    out = tmp_path / "input.png"
    errand.write(
        recipe=recipe,
        box=CROP,
        out=str(tmp_path / "crop.png"),
        inputs=[recipe],
        input_outs=[str(out)],
        max_side=30,
    )
    with Image.open(out) as image:
        assert image.size == (30, 25)


def write_edges(folder: Path, box: list[int], *, grow: int = 0) -> tuple[Image.Image, Image.Image]:
    """Crop and mask of a picture of 60 x 50 whose left upper corner is painted."""
    recipe: Recipe = {
        "base": str(make_file(folder / "base", make_picture("RGB", (60, 50)))),
        "icc": None,
        "patches": [],
    }
    errand.write(
        recipe=recipe,
        box=box,
        out=str(folder / "crop.png"),
        mask=str(make_file(folder / "mask", Image.new("L", (10, 10), 255))),
        mask_box=[0, 0, 10, 10],
        mask_out=str(folder / "crop-mask.png"),
        grow=grow,
    )
    crop, mask = Image.open(folder / "crop.png"), Image.open(folder / "crop-mask.png")
    crop.load()
    mask.load()
    return crop, mask


def test_beyond_the_picture_lies_what_a_mirror_shows(tmp_path: Path) -> None:
    image = make_picture("RGB", (60, 50))
    crop, mask = write_edges(tmp_path, [-8, -6, 40, 56])
    assert crop.size == mask.size == (48, 62)
    assert crop.crop((8, 6, 48, 56)).tobytes() == image.crop((0, 0, 40, 50)).tobytes()
    assert crop.getpixel((8 - 3, 6 + 7)) == image.getpixel((3, 7))
    assert crop.getpixel((8 + 7, 6 - 5)) == image.getpixel((7, 5))
    assert crop.getpixel((8 + 7, 6 + 49 + 4)) == image.getpixel((7, 49 - 4))
    # What was painted is painted in the mirror, too: else its image would be kept.
    assert mask.getbbox() == (0, 0, 18, 16)


def test_a_picture_smaller_than_its_crop_is_mirrored_again_and_again(tmp_path: Path) -> None:
    image = make_picture("RGB", (60, 50))
    crop, _mask = write_edges(tmp_path, [-150, 0, 210, 50])
    assert crop.size == (360, 50)
    assert crop.getpixel((150 - 2 * 59 + 5, 9)) == image.getpixel((5, 9))


def test_the_mask_that_is_sent_is_grown_as_a_disc_and_within_the_crop(tmp_path: Path) -> None:
    _crop, mask = write_edges(tmp_path, [0, 0, 40, 13], grow=5)
    assert mask.getbbox() == (0, 0, 15, 13)
    assert mask.getpixel((12, 12)) == 255
    assert mask.getpixel((14, 9)) == 255
    assert mask.getpixel((14, 12)) == 0


def test_a_soft_edge_stays_as_it_is_and_what_grows_is_full() -> None:
    area = Image.new("L", (40, 40), 0)
    area.putpixel((20, 20), 7)
    grown = errand.grown(area.copy(), 3)
    assert grown.getpixel((20, 20)) == 7
    assert grown.getpixel((23, 20)) == 255
    assert grown.getpixel((23, 21)) == 0
    assert errand.grown(area.copy(), 0).tobytes() == area.tobytes()
    assert errand.grown(Image.new("L", (9, 9), 0), 4).getbbox() is None


def test_a_large_disc_is_grown_by_steps_and_no_speck_is_lost() -> None:
    area = Image.new("L", (1400, 1400), 0)
    area.putpixel((700, 700), 1)
    for by in (100, 480):
        box = errand.grown(area.copy(), by).getbbox()
        assert box is not None
        step = min(by // 32, 15)
        for edge in (700 - box[0], 700 - box[1], box[2] - 701, box[3] - 701):
            assert abs(edge - by) <= 2 * step
