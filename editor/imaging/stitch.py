"""Puts an engine's answer into the picture and proves that the rest is untouched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from PIL import Image

from editor.imaging import container, mirror, pixels, png, preview
from editor.imaging.errors import Rejected
from editor.imaging.recipe import Recipe, profile, working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Rows compared or blended at once: keeps the extra memory of 80 MP under 100 MB.
STRIP = 512
# Answers come from outside; no engine draws more than this for a smaller crop.
ANSWER_PIXELS = 64_000_000


class PatchFacts(TypedDict):
    """Where the patch lies in the picture and how many of its pixels replace the parent's."""

    x: int
    y: int
    width: int
    height: int
    painted: int
    resized: bool


class Proof(TypedDict):
    """Pixels with coverage exactly 0, and how many of them differ from the parent's."""

    protected: int
    changed: int
    width: int
    height: int
    mode: str
    previews: dict[str, list[int]]


class WholeFacts(TypedDict):
    """A whole new picture."""

    width: int
    height: int
    mode: str
    resized: bool


def coverage_in(mask: str, mask_box: Sequence[int], box: Sequence[int]) -> Image.Image:
    """The part of the mask file inside `box` of the picture, 0 where the mask is not."""
    area = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
    area.paste(pixels.load_png(mask), (mask_box[0] - box[0], mask_box[1] - box[1]))
    return area


def patch(  # noqa: PLR0913 - a file of each kind and the two places
    *,
    crop: str,
    answer: str,
    mask: str,
    crop_box: Sequence[int],
    mask_box: Sequence[int],
    out_pixels: str,
    out_alpha: str,
) -> PatchFacts:
    """Blend the engine's answer into the parent's crop by coverage; write what changed.

    With coverage c every band is round((parent * (255 - c) + answer * c) / 255). Raises Rejected
    answer_unreadable; ValueError when mask and crop have nothing in common.
    """
    box = overlap(mask_box, crop_box)
    inside = tuple(place - crop_box[index % 2] for index, place in enumerate(box))
    local = (inside[0], inside[1], inside[2], inside[3])
    parent = pixels.load_png(crop)
    drawn, resized = fitted(Path(answer), parent)
    coverage = coverage_in(mask, mask_box, box)
    png.write(blended(parent.crop(local), drawn.crop(local), coverage), Path(out_pixels))
    alpha = coverage.point([0] + [255] * 255)
    png.write(alpha, Path(out_alpha))
    return PatchFacts(
        x=box[0],
        y=box[1],
        width=alpha.width,
        height=alpha.height,
        painted=alpha.histogram()[255],
        resized=resized,
    )


def overlap(first: Sequence[int], second: Sequence[int]) -> tuple[int, int, int, int]:
    """The box that two boxes share; ValueError when they share none."""
    box = (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError(f"the mask {list(first)} lies outside the crop {list(second)}")
    return box


def fitted(answer: Path, parent: Image.Image) -> tuple[Image.Image, bool]:
    """The answer in the mode and size of `parent`, and whether it had to be resampled."""
    drawn = read_answer(answer, max(ANSWER_PIXELS, parent.width * parent.height))
    resized = drawn.size != parent.size
    if resized:
        drawn = drawn.resize(parent.size, Image.Resampling.LANCZOS)
    if drawn.mode == parent.mode:
        return drawn, resized
    if "A" in drawn.mode and "A" not in parent.mode:
        # A hole in an answer shows what was there.
        ground = parent.convert("RGBA")
        drawn = Image.alpha_composite(ground, drawn.convert("RGBA"))
    return drawn.convert(parent.mode), resized


def read_answer(path: Path, max_pixels: int) -> Image.Image:
    """The working pixels of a file that an engine or provider made."""
    try:
        return pixels.load(path, container.examine(path), max_pixels)
    except Rejected as refusal:
        raise Rejected("answer_unreadable") from refusal


def blended(parent: Image.Image, answer: Image.Image, coverage: Image.Image) -> Image.Image:
    """The formula of `patch`, strip by strip, in integers."""
    result = Image.new(parent.mode, parent.size)
    for top, bottom in strips(parent.height):
        old, new = rows(parent, top, bottom), rows(answer, top, bottom)
        share = rows(coverage, top, bottom).astype(np.uint16)
        mixed = old * (255 - share) + new * share + np.uint16(127)
        strip = (mixed // np.uint16(255)).astype(np.uint8)
        result.paste(Image.fromarray(strip.reshape(shape_of(parent, top, bottom))), (0, top))
    return result


def strips(height: int) -> list[tuple[int, int]]:
    return [(top, min(top + STRIP, height)) for top in range(0, height, STRIP)]


def shape_of(image: Image.Image, top: int, bottom: int) -> tuple[int, ...]:
    bands = len(image.getbands())
    size = (bottom - top, image.width)
    return size if bands == 1 else (*size, bands)


def rows(image: Image.Image, top: int, bottom: int) -> NDArray[np.uint8]:
    """Rows top..bottom as height x width x bands."""
    strip = np.asarray(image.crop((0, top, image.width, bottom)), dtype=np.uint8)
    return strip.reshape(bottom - top, image.width, -1)


def finish(
    *,
    parent: Recipe,
    recipe: Recipe,
    mask: str | None,
    mask_box: Sequence[int] | None,
    out_dir: str,
) -> Proof:
    """Render parent and result, count protected pixels that differ, write the previews.

    Both are rendered from their files, so that the count is evidence and not an assumption.
    Without a mask nothing is protected. Raises ValueError when size or mode differ.
    """
    before, after = working(parent), working(recipe)
    if (before.size, before.mode) != (after.size, after.mode):
        raise ValueError(f"{after.mode} {after.size} made of {before.mode} {before.size}")
    protected, changed = 0, 0
    if mask is not None and mask_box is not None:
        protected, changed = count(before, after, mask, mask_box)
    return Proof(
        protected=protected,
        changed=changed,
        width=after.width,
        height=after.height,
        mode=after.mode,
        previews=preview.write(after, profile(recipe), Path(out_dir)),
    )


def count(
    before: Image.Image, after: Image.Image, mask: str, mask_box: Sequence[int]
) -> tuple[int, int]:
    """How many pixels have coverage 0, and how many of those differ in any band."""
    protected = changed = 0
    coverage = np.asarray(pixels.load_png(mask), dtype=np.uint8)
    x0, y0, x1, _ = mask_box
    for top, bottom in strips(before.height):
        free = np.ones((bottom - top, before.width), dtype=np.bool_)
        inside = coverage[max(0, top - y0) : max(0, bottom - y0)]
        start = max(y0, top) - top
        free[start : start + len(inside), x0:x1] = inside == 0
        differs = (rows(before, top, bottom) != rows(after, top, bottom)).any(axis=2)
        protected += int(np.count_nonzero(free))
        changed += int(np.count_nonzero(free & differs))
    return protected, changed


def whole(
    *, answer: str, parent: Recipe, out: str, crop_box: Sequence[int] | None = None
) -> WholeFacts:
    """Write the answer of an edit without mask as lossless PNG in the parent's mode and size.

    `crop_box` is what the engine was shown: what it drew beyond the picture is dropped.
    """
    ground = working(parent)
    x0, y0, x1, y1 = crop_box or (0, 0, *ground.size)
    drawn, resized = fitted(Path(answer), mirror.cut(ground, (x0, y0, x1, y1)))
    drawn = drawn.crop((-x0, -y0, ground.width - x0, ground.height - y0))
    png.write(drawn, Path(out))
    return WholeFacts(width=drawn.width, height=drawn.height, mode=drawn.mode, resized=resized)
