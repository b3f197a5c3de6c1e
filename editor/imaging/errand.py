"""Everything an engine is shown of an edit, written by one child: crop, mask, further pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.imaging import render, stitch

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
    """Write the crop and the mask's part of it as PNG, and each input, no longer than allowed."""
    render.crop(recipe=recipe, box=box, out=out)
    if mask is not None:
        stitch.mask_for_crop(mask=mask, mask_box=mask_box, crop_box=box, out=mask_out)
    for one, target in zip(inputs, input_outs, strict=True):
        render.export(recipe=one, out=target, format="png", max_side=max_side)
    return {"files": 1 + (mask is not None) + len(inputs)}
