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
