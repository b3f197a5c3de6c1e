"""Everything an engine is shown of an edit, written by one child: crop, mask, further pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image

from editor.imaging import mirror, png, proof, render
from editor.imaging.recipe import working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from editor.imaging.recipe import Recipe

# A disc's radius is a whole number of steps of at least so many; a single painted pixel is not lost
# between steps up to the coarsest.
FINE: Final = 32
COARSEST: Final = 15


def write(  # noqa: PLR0913  what to write, and where
    *,
    recipe: Recipe,
    box: Sequence[int],
    out: str,
    mask: str | None = None,
    mask_box: Sequence[int] = (),
    mask_out: str = "",
    grow: int = 0,
    inputs: Sequence[Recipe] = (),
    input_outs: Sequence[str] = (),
    max_side: int = 4096,
) -> dict[str, int]:
    """Write the crop and the mask's part of it as PNG, and each input, no longer than allowed.

    `box` is x0, y0, x1, y1 of upright pixels, half open; what lies beyond the picture is what a
    mirror at its edge would show, of the mask as well. That reaches `grow` pixels further than
    what was painted. Profiles are left out.
    """
    picture = working(recipe)
    png.write(mirror.cut(picture, box), Path(out), lasting=False)
    if mask is not None:
        shown = mirror.inside(box, picture.size)
        area = proof.coverage_in(mask, mask_box, shown)
        there = [place - shown[index % 2] for index, place in enumerate(box)]
        png.write(grown(mirror.cut(area, there), grow), Path(mask_out), lasting=False)
    for one, target in zip(inputs, input_outs, strict=True):
        render.export(recipe=one, out=target, format="png", max_side=max_side)
    return {"files": 1 + (mask is not None) + len(inputs)}


def grown(area: Image.Image, by: int) -> Image.Image:
    """Coverage with all within `by` pixels of anything covered covered as well, as a disc would.

    Works on what the mask can reach only, so that a small one in a large crop takes no time.
    """
    found = area.getbbox()
    if by < 1 or found is None:
        return area
    reach = (
        max(found[0] - by, 0),
        max(found[1] - by, 0),
        min(found[2] + by, area.width),
        min(found[3] + by, area.height),
    )
    coverage = np.asarray(area.crop(reach))
    fresh = near(coverage, by) & (coverage == 0)
    area.paste(Image.fromarray(np.where(fresh, np.uint8(255), coverage)), reach[:2])
    return area


def near(coverage: NDArray[np.uint8], by: int) -> NDArray[np.bool_]:
    """Where anything covered lies within `by` pixels; by coarser steps where that is far."""
    step = min(max(by // FINE, 1), COARSEST)
    height, width = coverage.shape
    cells = np.where(coverage > 0, np.uint8(255), np.uint8(0))
    if step > 1:
        size = -(-width // step), -(-height // step)
        cells = cv2.resize(cells, size, interpolation=cv2.INTER_AREA)
    free = (cells == 0).astype(np.uint8)
    far = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    close = (far <= by / step).astype(np.uint8)
    found = cv2.resize(close, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(found > 0)
