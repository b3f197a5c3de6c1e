"""Counts the protected pixels of a result that differ from its parent.

A result is its parent with a patch pasted where the patch's alpha is 255. Whatever lies outside the
patch's box is therefore the parent's own, and inside it a pixel can only differ where alpha is not
0. So reading the patch's files back and pasting them on the parent's crop says as much as decoding
both pictures; `everywhere` does that, and a test holds one against the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np
from PIL import Image

from editor.imaging import pixels
from editor.imaging.answer import inside, shared
from editor.imaging.recipe import Patch, Recipe, layers, working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Rows compared at once: keeps the extra memory of 80 MP under 100 MB.
STRIP = 512


class Scene(TypedDict):
    """Where everything lies, in pixels of the upright picture of `size` (width, height).

    `crop` is a PNG of what the engine saw; `crop_box` may reach beyond the picture. `mask` is the
    coverage inside `mask_box`. Boxes are x0, y0, x1, y1, half open.
    """

    size: Sequence[int]
    crop: str
    crop_box: Sequence[int]
    mask: str
    mask_box: Sequence[int]


class Proof(TypedDict):
    """Pixels with coverage exactly 0, and how many of them differ from the parent's."""

    protected: int
    changed: int


def coverage_in(mask: str, mask_box: Sequence[int], box: Sequence[int]) -> Image.Image:
    """The part of the mask file inside `box` of the picture, 0 where the mask is not."""
    area = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
    area.paste(pixels.load_png(mask), (mask_box[0] - box[0], mask_box[1] - box[1]))
    return area


def of_patch(scene: Scene, parent: Image.Image, patch: Patch) -> Proof:
    """Read the patch from its files and compare; `parent` is the crop without the patch.

    Raises ValueError for a patch that reaches out of the crop or the picture.
    """
    new, alpha = layers(patch, parent.mode)
    box = patch["x"], patch["y"], patch["x"] + alpha.width, patch["y"] + alpha.height
    if shared(shared(box, scene["crop_box"]), (0, 0, *scene["size"])) != box:
        raise ValueError(f"a patch at {box} in a crop at {list(scene['crop_box'])}")
    left, first, right, _last = inside(box, scene["crop_box"])
    free = coverage_in(scene["mask"], scene["mask_box"], box)
    changed = 0
    for top, bottom in strips(alpha.height):
        before = parent.crop((left, first + top, right, first + bottom))
        after = before.copy()
        after.paste(new, (0, -top), alpha)
        changed += differing(before, after, free.crop((0, top, free.width, bottom)))
    return Proof(
        protected=scene["size"][0] * scene["size"][1] - painted(scene),
        changed=changed,
    )


def painted(scene: Scene) -> int:
    """How many pixels of the picture the mask covers at all."""
    box = shared(scene["mask_box"], (0, 0, *scene["size"]))
    part = pixels.load_png(scene["mask"]).crop(inside(box, scene["mask_box"]))
    return part.width * part.height - part.histogram()[0]


def everywhere(*, parent: Recipe, recipe: Recipe, mask: str, mask_box: Sequence[int]) -> Proof:
    """Render parent and result at full size and compare all that is protected.

    Raises ValueError when size or mode differ.
    """
    before, after = working(parent), working(recipe)
    if (before.size, before.mode) != (after.size, after.mode):
        raise ValueError(f"{after.mode} {after.size} made of {before.mode} {before.size}")
    free = coverage_in(mask, mask_box, (0, 0, *before.size))
    return Proof(
        protected=free.histogram()[0],
        changed=differing(before, after, free),
    )


def differing(before: Image.Image, after: Image.Image, coverage: Image.Image) -> int:
    """How many pixels with coverage 0 differ in any band."""
    changed = 0
    for top, bottom in strips(before.height):
        bands = np.moveaxis(rows(before, top, bottom) != rows(after, top, bottom), 2, 0)
        differs = np.logical_or.reduce(bands)
        changed += int(np.count_nonzero(differs & (rows(coverage, top, bottom)[..., 0] == 0)))
    return changed


def strips(height: int) -> list[tuple[int, int]]:
    """First and last row of each strip."""
    return [(top, min(top + STRIP, height)) for top in range(0, height, STRIP)]


def rows(image: Image.Image, top: int, bottom: int) -> NDArray[np.uint8]:
    """Rows top..bottom as height x width x bands."""
    strip = np.asarray(image.crop((0, top, image.width, bottom)), dtype=np.uint8)
    return strip.reshape(bottom - top, image.width, -1)
