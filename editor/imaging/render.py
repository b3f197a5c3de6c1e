"""Makes files of a recipe: downloads, crops for engines, previews.

Nothing of the original but pixels and colour profile ever gets into them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypedDict

from PIL import Image

from editor.imaging import colour, png, preview
from editor.imaging.errors import Rejected
from editor.imaging.files import replacing
from editor.imaging.recipe import Recipe, profile, working
from editor.imaging.sandbox.wire import Limits

__all__ = ["RENDER_LIMITS", "Recipe", "export", "previews", "working"]

type Format = Literal["png", "jpeg", "webp", "avif"]

RENDER_LIMITS = Limits(cpu_seconds=120, memory_bytes=None, wall_seconds=120.0, file_bytes=1024**3)
# Longest side a file of the format can have (JFIF, RFC 9649, libavif's own limit).
LONGEST = {"jpeg": 65500, "webp": 16383, "avif": 32768}
DEFAULT_QUALITY = {"jpeg": 92, "webp": 88, "avif": 75}
# 24 MP take 2 to 3 s; 8 takes 3.1 s, 6 takes 9.
AVIF_SPEED = 9
# Alpha is packed without loss: 24 MP of noisy alpha take 3.7 s at method 0, 7.4 s at 2.
WEBP_METHODS = {"RGB": 2, "RGBA": 0, "L": 2, "LA": 0}


class Exported(TypedDict):
    """The file written: pixels and bytes."""

    width: int
    height: int
    mode: str
    bytes: int


def export(
    *,
    recipe: Recipe,
    out: str,
    format: Format,
    quality: int | None = None,
    max_side: int | None = None,
    srgb: bool = False,
) -> Exported:
    """Write the picture to `out`, at most `max_side` pixels long, in its profile or in sRGB.

    `quality` is 1 to 100 and has no meaning for PNG. JPEG gets a white ground where the picture
    is transparent. Raises Rejected side_too_long.
    """
    image, icc = working(recipe), profile(recipe)
    if max_side is not None:
        image = preview.shrink(image, max_side)
    if max(image.size) > (limit := LONGEST.get(format, max(image.size))):
        raise Rejected("side_too_long", {"format": format.upper(), "limit": limit})
    # Pillow writes grey as RGB to these, which a profile for grey does not describe.
    if srgb or (format in {"webp", "avif"} and image.mode in {"L", "LA"}):
        image, icc = colour.to_srgb(image, icc), None
    if format == "jpeg":
        image = on_white(image)
    return save(image, icc, Path(out), format, quality)


def save(
    image: Image.Image, icc: bytes | None, out: Path, kind: Format, quality: int | None
) -> Exported:
    """Write `image` with its profile and no other metadata."""
    if kind == "png":
        png.write(image, out, icc)
    else:
        image.info = {}
        options: dict[str, int | bytes | None] = {"icc_profile": icc}
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
