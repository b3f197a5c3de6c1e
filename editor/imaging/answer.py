"""An engine's answer before anything is made of it: read, kept as it came, shown, or taken whole.

Imports Pillow and NumPy only: the process that serves pages has it looked at with little memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from PIL import Image

from editor.imaging import colour, container, overlay, pixels, png, preview
from editor.imaging.errors import Rejected
from editor.imaging.files import replacing
from editor.imaging.recipe import Patch, Recipe, working

if TYPE_CHECKING:
    from collections.abc import Sequence

type Box = tuple[int, int, int, int]

# Answers come from outside; no engine draws more than this for a smaller crop.
MOST_PIXELS: Final = 64_000_000
EXTENSIONS: Final = {"jpeg": "jpg"}
# Nobody looks closer at what is shown only to be compared.
SHOWN_SIDE: Final = 4096
SHOWN_QUALITY: Final = 90


class Raw(TypedDict):
    """The answer as it came: a file beside the others, never served as it is."""

    file: str
    format: str
    width: int
    height: int
    bytes: int


class Taken(TypedDict):
    """Where an answer that was taken whole lies in the picture."""

    x: int
    y: int
    resized: bool


def read(path: Path, at_least: int = 0) -> Image.Image:
    """The working pixels of a file that an engine made, of 64 MP at most, or `at_least`.

    Raises Rejected answer_unreadable.
    """
    try:
        return pixels.load(path, container.examine(path), max(MOST_PIXELS, at_least))
    except Rejected as refusal:
        raise Rejected("answer_unreadable") from refusal


def keep(answer: Path, size: tuple[int, int], out: Path) -> Raw:
    """Keep the bytes as they came in the folder `out`; `size` is that of what they show."""
    kind = container.examine(answer).format
    name = f"raw.{EXTENSIONS.get(kind, kind)}"
    shutil.copyfile(answer, out / name)
    length = (out / name).stat().st_size
    return Raw(file=name, format=kind, width=size[0], height=size[1], bytes=length)


def placed(
    drawn: Image.Image, crop_box: Sequence[int], size: Sequence[int]
) -> tuple[Image.Image, Box]:
    """The answer as large as its crop, without what lies beyond the picture, and where it lies."""
    wanted = crop_box[2] - crop_box[0], crop_box[3] - crop_box[1]
    if drawn.size != wanted:
        drawn = drawn.resize(wanted, Image.Resampling.LANCZOS)
    box = shared(crop_box, (0, 0, *size))
    part = inside(box, crop_box)
    return (drawn if part == (0, 0, *wanted) else drawn.crop(part)), box


def in_mode(drawn: Image.Image, mode: str, parent: Recipe, box: Box) -> Image.Image:
    """The answer in the parent's mode; a hole in an answer shows what was there, in `box`."""
    if drawn.mode == mode:
        return drawn
    has_holes = "A" in drawn.mode and drawn.getchannel("A").getextrema() != (255, 255)
    if has_holes and "A" not in mode:
        ground = working(parent).crop(box).convert("RGBA")
        drawn = Image.alpha_composite(ground, drawn.convert("RGBA"))
    return drawn.convert(mode)


def take(
    *,
    source: str,
    parent: Recipe,
    size: Sequence[int],
    mode: str,
    crop_box: Sequence[int],
    out_dir: str,
) -> Taken:
    """Write a patch of the whole crop with nothing of the parent left in it, and previews.

    The answer is scaled to the crop and otherwise as it came. Raises Rejected answer_unreadable.
    """
    out, drawn = Path(out_dir), read(Path(source))
    part, box = placed(drawn, crop_box, size)
    patch = Patch(pixels=str(out / "pixels.png"), alpha=str(out / "alpha.png"), x=box[0], y=box[1])
    png.write(in_mode(part, mode, parent, box), Path(patch["pixels"]))
    png.write(Image.new("L", part.size, 255), Path(patch["alpha"]))
    overlay.write({**parent, "patches": [*parent["patches"], patch]}, size, out)
    wanted = crop_box[2] - crop_box[0], crop_box[3] - crop_box[1]
    return Taken(x=box[0], y=box[1], resized=drawn.size != wanted)


def show(*, source: str, icc: str | None, out: str) -> dict[str, int]:
    """Write what an answer shows as WebP in sRGB, nothing but pixels; `icc` is its picture's profile.

    Raises Rejected answer_unreadable.
    """
    small = preview.shrink(read(Path(source)), SHOWN_SIDE)
    found = Path(icc).read_bytes() if icc else None
    if found and colour.usable(found, small.mode):
        small = colour.to_srgb(small, found)
    small.info = {}
    with replacing(Path(out)) as path:
        small.save(path, "WEBP", quality=SHOWN_QUALITY, method=2)
    return {"width": small.width, "height": small.height}


def shared(first: Sequence[int], second: Sequence[int]) -> Box:
    """The box that two boxes share; ValueError when they share none."""
    box = (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError(f"{list(first)} lies outside {list(second)}")
    return box


def inside(box: Sequence[int], ground: Sequence[int]) -> Box:
    """A box as seen from where another begins."""
    left, top = ground[:2]
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top
