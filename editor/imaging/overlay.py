"""Previews of a picture made of an ancestor's preview and patches; no full picture is decoded.

A preview was packed with loss. So those of a chain do not all begin at the one before: each begins
at the base, or at every fifth result, and what no patch touches is packed anew once in five edits.
Where there is no preview to begin with, the picture is rendered.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from editor.imaging import colour, pixels, preview
from editor.imaging.container import Container
from editor.imaging.recipe import profile, working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.imaging.recipe import Patch, Recipe

EVERY = 5
# Pixels of the preview beside a patch that the filter still reaches.
REACH = 3


def write(recipe: Recipe, size: Sequence[int], out_dir: Path) -> dict[str, list[int]]:
    """Write the previews of a picture of `size` (width, height) as `preview.write` does."""
    side, patches = preview.SIDES[0], recipe["patches"]
    done = (len(patches) - 1) // EVERY * EVERY
    begun = patches[done - 1]["pixels"] if done > 0 else recipe["base"]
    ground = Path(begun).with_name(f"{side}.webp")
    fitting = preview.fit((size[0], size[1]), side)
    if not ground.exists():
        return preview.write(working(recipe), profile(recipe), out_dir)
    shown, icc = pixels.load(ground, Container("webp")), profile(recipe)
    if shown.size != fitting:
        raise ValueError(f"a preview of {shown.size} for a picture of {tuple(size)}")
    for patch in patches[max(done, 0) :]:
        draw(shown, patch, (size[0] / fitting[0], size[1] / fitting[1]), icc)
    return preview.write(shown, None, out_dir)


def previews(*, recipe: Recipe, size: Sequence[int], out_dir: str) -> dict[str, list[int]]:
    """`write`, for pictures whose previews were left for later."""
    return write(recipe, size, Path(out_dir))


def draw(shown: Image.Image, patch: Patch, scale: tuple[float, float], icc: bytes | None) -> None:
    """Draw a patch of the full picture, in its profile, on a preview in sRGB."""
    new = colour.to_srgb(pixels.load_png(patch["pixels"]), icc)
    alpha = pixels.load_png(patch["alpha"])
    corners = (patch["x"], patch["y"], patch["x"] + new.width, patch["y"] + new.height)
    spans = [
        span(corners[axis], corners[axis + 2], scale[axis], shown.size[axis]) for axis in (0, 1)
    ]
    (x0, x1), (y0, y1) = spans
    margin = [int((REACH + 2) * one) + 1 for one in scale]
    box = (
        x0 * scale[0] - patch["x"] + margin[0],
        y0 * scale[1] - patch["y"] + margin[1],
        x1 * scale[0] - patch["x"] + margin[0],
        y1 * scale[1] - patch["y"] + margin[1],
    )
    size = x1 - x0, y1 - y0
    small, share = (
        image.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=preview.GAP)
        for image in (widened(new, margin, "edge"), widened(alpha, margin, "constant"))
    )
    shown.paste(small.convert(shown.mode), (x0, y0), share)


def span(start: int, end: int, scale: float, most: int) -> tuple[int, int]:
    """The pixels of a preview that a patch from `start` to `end` reaches."""
    return max(0, int(start / scale) - REACH), min(most, int(end / scale) + 1 + REACH)


def widened(image: Image.Image, margin: Sequence[int], mode: str) -> Image.Image:
    """With a margin: of the same pixels as at the edge, or of nothing."""
    around = np.pad(
        np.asarray(image).reshape(image.height, image.width, -1),
        ((margin[1], margin[1]), (margin[0], margin[0]), (0, 0)),
        "edge" if mode == "edge" else "constant",
    )
    return Image.fromarray(around[..., 0] if around.shape[2] == 1 else around)
