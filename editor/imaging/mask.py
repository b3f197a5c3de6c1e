"""The mask a client sends, made into the one form we keep.

Coverage: 255 = edit, 0 = protected, between = blended. Kept as an L PNG of the box that holds
every pixel with coverage above 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from editor.imaging import container, pixels, png
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from PIL import Image

# What is wrong with these is said as it is.
PLAIN = frozenset({"mask_not_png", "mask_size", "mask_no_alpha"})

type Polarity = Literal["alpha", "white"]


class MaskFacts(TypedDict):
    """Box [x0, y0, x1, y1] (half open) and counts in pixels of the picture.

    `painted` have coverage above 0, `protected` exactly 0. `polarity`: "alpha" when transparent
    meant edit, "white" when white did.
    """

    box: list[int]
    painted: int
    protected: int
    full: bool
    polarity: Polarity


def normalise(
    *, source: str, out: str, width: int, height: int, only_alpha: bool = False
) -> MaskFacts:
    """Write the coverage of the mask file `source` for a picture of width x height to `out`.

    Takes PNG of any kind: alpha that is not opaque everywhere means transparent = edit (the wire
    form of /v1/images/edits), else white = edit. With `only_alpha` nothing but that form, as PNG
    or WebP. Raises Rejected mask_not_png, mask_unreadable, mask_size, mask_no_alpha or mask_empty.
    """
    coverage, polarity = read(Path(source), width, height, only_alpha=only_alpha)
    box = coverage.getbbox()
    if box is None:
        raise Rejected("mask_empty")
    return _keep(coverage.crop(box), box, width * height, polarity, out)


def divide(
    *, source: str, outs: list[str], boxes: list[list[int]], width: int, height: int
) -> dict[str, list[MaskFacts]]:
    """Write what the mask covers within each of the boxes as a mask of its own.

    Raises as `normalise`, and Rejected mask_areas unless each box holds some of what is painted,
    and together they hold all of it, once.
    """
    coverage, polarity = read(Path(source), width, height)
    areas: list[MaskFacts] = []
    for (left, top, right, bottom), out in zip(boxes, outs, strict=True):
        part = coverage.crop((left, top, right, bottom))
        inner = part.getbbox()
        if inner is None:
            raise Rejected("mask_areas")
        x0, y0, x1, y1 = inner
        box = left + x0, top + y0, left + x1, top + y1
        areas.append(_keep(part.crop(inner), box, width * height, polarity, out))
    if sum(area["painted"] for area in areas) != width * height - coverage.histogram()[0]:
        raise Rejected("mask_areas")
    return {"areas": areas}


def _keep(
    covered: Image.Image, box: tuple[int, int, int, int], total: int, polarity: Polarity, out: str
) -> MaskFacts:
    """Write what is covered, which lies in that box of a picture of so many pixels."""
    png.write(covered, Path(out))
    painted = covered.width * covered.height - covered.histogram()[0]
    return MaskFacts(
        box=list(box),
        painted=painted,
        protected=total - painted,
        full=painted == total,
        polarity=polarity,
    )


def read(
    source: Path, width: int, height: int, *, only_alpha: bool = False
) -> tuple[Image.Image, Polarity]:
    """The coverage of a hostile file as an L picture, and how it was said."""
    try:
        check_header(source, (width, height), only_alpha=only_alpha)
        found = container.examine(source)
        with (
            pixels.strict(width * height),
            source.open("rb") as stream,
            pixels.open_as(stream, found.format) as image,
        ):
            check_size(image.size, (width, height))
            if getattr(image, "n_frames", 1) > 1:
                raise Rejected("mask_unreadable")
            pixels.decode(image)
            working, _ = pixels.to_working(image, found.bits)
            return coverage_of(working, only_alpha=only_alpha)
    except Rejected as refusal:
        if refusal.code in PLAIN:
            raise
        raise Rejected("mask_unreadable") from refusal


def check_header(source: Path, wanted: tuple[int, int], *, only_alpha: bool) -> None:
    """Refuse another format, and another size, before anything is opened."""
    with source.open("rb") as stream:
        head = stream.read(30)
    if head.startswith(container.PNG):
        check_size((int.from_bytes(head[16:20]), int.from_bytes(head[20:24])), wanted)
    elif only_alpha and container.recognise(head) == "webp":
        check_size(webp_size(head), wanted)
    else:
        raise Rejected("mask_not_png")


def webp_size(head: bytes) -> tuple[int, int]:
    """Width and height as a WebP begins with them (RFC 9649, 2.5 to 2.7). Raises Rejected."""
    kind, bits = head[12:16], int.from_bytes(head[21:25], "little")
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        bits = int.from_bytes(head[26:30], "little")
        return bits & 0x3FFF, bits >> 16 & 0x3FFF
    raise Rejected("damaged")


def check_size(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    """Refuse another size."""
    if size != wanted:
        names = ("mask_width", "mask_height", "width", "height")
        raise Rejected("mask_size", dict(zip(names, size + wanted, strict=True)))


def coverage_of(image: Image.Image, *, only_alpha: bool = False) -> tuple[Image.Image, Polarity]:
    """Coverage from the alpha of `image` if it says anything, else from its brightness."""
    if only_alpha and "A" not in image.mode:
        raise Rejected("mask_no_alpha")
    if only_alpha:
        return image.getchannel("A").point([255 - value for value in range(256)]), "alpha"
    if image.mode in {"LA", "RGBA"}:
        alpha = image.getchannel("A")
        if alpha.getextrema() != (255, 255):
            return alpha.point([255 - value for value in range(256)]), "alpha"
        image = image.convert(image.mode.removesuffix("A"))
    return image.convert("L"), "white"
