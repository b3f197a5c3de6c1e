"""The count must see whatever should not have changed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.imaging import proof
from editor.imaging.recipe import working
from tests.imaging.make import make_file, make_picture
from tests.imaging.test_stitch import CROP, MASK, MODES, SIZE, make_mask, make_parent, make_scene

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.recipe import Patch, Recipe


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("strip", [1, 7, 512])
def test_every_pixel_that_should_not_have_changed_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, strip: int
) -> None:
    monkeypatch.setattr(proof, "STRIP", strip)
    parent, mask = make_parent(tmp_path, mode), make_mask(tmp_path)
    pixels = np.array(working(parent)).reshape(SIZE[1], SIZE[0], -1)
    # The corners, two places beside the mask, one in the mask of coverage 0, one painted.
    for x, y in ((0, 0), (59, 0), (0, 49), (59, 49), (19, 15), (37, 40), (21, 16), (26, 21)):
        pixels[y, x, -1] ^= 1
    changed = make_file(tmp_path / "b.png", Image.fromarray(pixels.squeeze()))
    found = proof.everywhere(
        parent=parent, recipe={**parent, "base": str(changed)}, mask=mask, mask_box=MASK
    )
    assert found["changed"] == 7


def make_patch(folder: Path, parent: Recipe, alpha: Image.Image) -> Patch:
    """A patch of the mask's box that changes a bit of every pixel that `alpha` lets through."""
    old = np.array(working(parent).crop((MASK[0], MASK[1], MASK[2], MASK[3])))
    return {
        "pixels": str(make_file(folder / "pixels.png", Image.fromarray(old ^ 1))),
        "alpha": str(make_file(folder / "alpha.png", alpha)),
        "x": MASK[0],
        "y": MASK[1],
    }


@pytest.mark.parametrize("mode", MODES)
def test_what_a_patch_lets_through_too_much_is_seen_as_in_full(tmp_path: Path, mode: str) -> None:
    parent, mask = make_parent(tmp_path, mode), make_mask(tmp_path)
    with Image.open(mask) as coverage:
        alpha = coverage.point([0] + [255] * 255)
    alpha.paste(255, (0, 0, 5, 2))
    patch = make_patch(tmp_path, parent, alpha)
    crop = working(parent).crop((CROP[0], CROP[1], CROP[2], CROP[3]))
    found = proof.of_patch(make_scene(tmp_path, mask), crop, patch)
    assert found["changed"] == 10
    assert found == proof.everywhere(
        parent=parent, recipe={**parent, "patches": [patch]}, mask=mask, mask_box=MASK
    )


@pytest.mark.parametrize("place", [(9, 15), (20, 30), (50, 45)])
def test_a_patch_that_reaches_out_of_its_crop_proves_nothing(
    tmp_path: Path, place: tuple[int, int]
) -> None:
    parent, mask = make_parent(tmp_path), make_mask(tmp_path)
    patch = make_patch(tmp_path, parent, Image.new("L", (17, 26), 255))
    patch["x"], patch["y"] = place
    crop = working(parent).crop((CROP[0], CROP[1], CROP[2], CROP[3]))
    with pytest.raises(ValueError, match=r"patch at|outside"):
        proof.of_patch(make_scene(tmp_path, mask), crop, patch)


@pytest.mark.parametrize("other", [make_picture("RGB", (60, 51)), make_picture("RGBA", SIZE)])
def test_another_size_or_mode_is_refused(tmp_path: Path, other: Image.Image) -> None:
    parent, mask = make_parent(tmp_path), make_mask(tmp_path)
    recipe: Recipe = {**parent, "base": str(make_file(tmp_path / "other.png", other))}
    with pytest.raises(ValueError, match="made of RGB"):
        proof.everywhere(parent=parent, recipe=recipe, mask=mask, mask_box=MASK)
