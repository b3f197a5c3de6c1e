"""Everything an engine is shown of an edit, written by one child: crop, mask, further pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from editor.imaging import mirror, png, render, stitch
from editor.imaging.recipe import working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.imaging.recipe import Recipe


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
        area = stitch.coverage_in(mask, mask_box, shown)
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
    far = cv2.distanceTransform(
        (coverage == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )
    near = (far > 0) & (far <= by)
    area.paste(Image.fromarray(np.where(near, np.uint8(255), coverage)), reach[:2])
    return area
