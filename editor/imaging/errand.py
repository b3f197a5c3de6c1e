"""Everything an engine is shown of an edit, written by one child: crop, mask, further pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from editor.imaging import png, proof, render
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
    inputs: Sequence[Recipe] = (),
    input_outs: Sequence[str] = (),
    max_side: int = 4096,
) -> dict[str, int]:
    """Write the crop and the mask's part of it as PNG, and each input, no longer than allowed.

    `box` is x0, y0, x1, y1 of upright pixels, half open. Profiles are left out.
    """
    x0, y0, x1, y1 = box
    png.write(working(recipe).crop((x0, y0, x1, y1)), Path(out), lasting=False)
    if mask is not None:
        png.write(proof.coverage_in(mask, mask_box, box), Path(mask_out), lasting=False)
    for one, target in zip(inputs, input_outs, strict=True):
        render.export(recipe=one, out=target, format="png", max_side=max_side)
    return {"files": 1 + (mask is not None) + len(inputs)}
