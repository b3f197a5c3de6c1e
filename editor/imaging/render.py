"""Makes files of a recipe: downloads, crops for engines, previews.

Nothing of the original but pixels and colour profile gets into them, unless its EXIF is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

from PIL import Image, ImageOps

from editor.imaging import colour, exif, png, preview
from editor.imaging.errors import Rejected
from editor.imaging.files import replacing
from editor.imaging.recipe import Recipe, profile, working
from editor.imaging.sandbox.wire import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["RENDER_LIMITS", "Recipe", "export", "previews", "working"]

type Format = Literal["png", "jpeg", "webp", "avif"]

# Raised when the same picture and wishes would make another file than before.
RENDERER = 2
RENDER_LIMITS = Limits(cpu_seconds=120, memory_bytes=None, wall_seconds=120.0, file_bytes=1024**3)
# Longest side a file of the format can have (JFIF, RFC 9649, libavif's own limit).
LONGEST = {"jpeg": 65500, "webp": 16383, "avif": 32768}
DEFAULT_QUALITY = {"jpeg": 92, "webp": 88, "avif": 75}
# 24 MP take 2 to 3 s; 8 takes 3.1 s, 6 takes 9.
AVIF_SPEED = 9
# What is transparent must not shine into its surroundings when pixels are mixed.
PREMULTIPLIED = {"RGBA": "RGBa", "LA": "La"}
# Alpha is packed without loss: 24 MP of noisy alpha take 3.7 s at method 0, 7.4 s at 2.
WEBP_METHODS = {"RGB": 2, "RGBA": 0, "L": 2, "LA": 0}


class Exported(TypedDict):
    """The file written: pixels and bytes."""

    width: int
    height: int
    mode: str
    bytes: int


class Source(TypedDict):
    """Whose EXIF goes along, and whether it may say the place."""

    file: str
    place: bool


def export(  # noqa: PLR0913  which picture, and how it is wanted
    *,
    recipe: Recipe,
    out: str,
    format: Format,
    quality: int | None = None,
    max_side: int | None = None,
    cover: Sequence[int] | None = None,
    srgb: bool = False,
    exif_of: Source | None = None,
) -> Exported:
    """Write the picture to `out`, at most `max_side` pixels long, in its profile or in sRGB.

    With `cover` it is just so wide and high: scaled to cover that, and cut at the centre.
    `quality` is 1 to 100 and has no meaning for PNG. JPEG gets a white ground where the picture
    is transparent. The EXIF of the file of `exif_of` goes along.
    Raises Rejected side_too_long.
    """
    image, icc = working(recipe), profile(recipe)
    if max_side is not None:
        image = preview.shrink(image, max_side)
    if cover is not None:
        image = covering(image, (cover[0], cover[1]))
    if max(image.size) > (limit := LONGEST.get(format, max(image.size))):
        raise Rejected("side_too_long", {"format": format.upper(), "limit": limit})
    # Pillow writes grey as RGB to these, which a profile for grey does not describe.
    if srgb or (format in {"webp", "avif"} and image.mode in {"L", "LA"}):
        image, icc = colour.to_srgb(image, icc), None
    if format == "jpeg":
        image = on_white(image)
    block = exif_of and exif.carried(Path(exif_of["file"]), image.size, with_place=exif_of["place"])
    return save(image, Along(icc, block or None), Path(out), format, quality)


class Along(NamedTuple):
    """What goes into a file besides pixels; `exif` begins with its TIFF header."""

    icc: bytes | None
    exif: bytes | None


def save(
    image: Image.Image, along: Along, out: Path, kind: Format, quality: int | None
) -> Exported:
    """Write `image` with what goes along and no other metadata."""
    if kind == "png":
        png.write(image, out, along.icc, exif=along.exif)
    else:
        image.info = {}
        options: dict[str, int | bytes | None] = {"icc_profile": along.icc}
        if along.exif:
            options["exif"] = exif.PREFIX + along.exif if kind == "jpeg" else along.exif
        options["quality"] = DEFAULT_QUALITY[kind] if quality is None else quality
        if kind == "webp":
            options["method"] = WEBP_METHODS[image.mode]
        if kind == "avif":
            options["speed"] = AVIF_SPEED
        with replacing(out) as path:
            image.save(path, kind.upper(), **options)
    return Exported(
        width=image.width, height=image.height, mode=image.mode, bytes=out.stat().st_size
    )


def covering(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture scaled until it covers `size`, its middle cut out."""
    if image.size == size:
        return image
    scaled = image.convert(PREMULTIPLIED.get(image.mode, image.mode))
    fitted = ImageOps.fit(scaled, size, Image.Resampling.LANCZOS)
    return fitted.convert(image.mode)


def on_white(image: Image.Image) -> Image.Image:
    """The picture without alpha, white shining through."""
    if image.mode not in {"LA", "RGBA"}:
        return image
    opaque = image.mode.removesuffix("A")
    ground = Image.new(opaque, image.size, "white")
    ground.paste(image.convert(opaque), mask=image.getchannel("A"))
    return ground


def previews(*, recipe: Recipe, out_dir: str) -> dict[str, list[int]]:
    """Write the previews of the picture; name -> [width, height]."""
    return preview.write(working(recipe), profile(recipe), Path(out_dir))
