"""From a file to working pixels: upright, 8 bits, one of the modes L, LA, RGB, RGBA."""

from __future__ import annotations

import importlib
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PIL import (
    AvifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from editor.imaging import colour, metadata, png_reading
from editor.imaging.container import Container
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

# Once here, in the process that forks the children, and not in each of them when it opens a file.
Image.preinit()
WORKING = frozenset({"L", "LA", "RGB", "RGBA"})
# Our name -> the names Pillow may give it. A phone's MPO is a JPEG with more pictures behind.
FORMATS = {
    "png": (PngImagePlugin.PngImageFile.format,),
    "jpeg": (JpegImagePlugin.JpegImageFile.format, MpoImagePlugin.MpoImageFile.format),
    "webp": (WebPImagePlugin.WebPImageFile.format,),
    "avif": (AvifImagePlugin.AvifImageFile.format,),
    "heic": ("HEIF",),
}
# Editing histories make XMP blocks of several MB; Pillow's own 1 MiB refuses honest pictures.
MAX_TEXT = 8 * 1024 * 1024
# For files that passed the intake, under whatever limit it had then.
KNOWN_PIXELS = 1_000_000_000


@contextmanager
def strict(max_pixels: int) -> Iterator[None]:
    """Pillow with our limits, for the whole process while it lasts.

    Raises Rejected too_many_pixels for a picture over `max_pixels`.
    """
    before = Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK
    Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK = max_pixels, MAX_TEXT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Rejected("too_many_pixels", {"megapixels": f"{max_pixels / 1e6:g}"}) from None
    finally:
        Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK = before


@cache
def can_read_heic() -> bool:
    """Whether the extra for HEIC is installed; makes Pillow able to open it."""
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return False
    return True


def open_as(stream: IO[bytes], kind: str) -> ImageFile.ImageFile:
    """Open a picture of the format `kind` and no other; nothing is decoded yet.

    Raises Rejected damaged or heic_unsupported; bomb errors pass, see `strict`.
    """
    if kind == "heic" and not can_read_heic():
        raise Rejected("heic_unsupported")
    wanted = [name for name in FORMATS[kind] if name]
    try:
        image = Image.open(stream, formats=wanted[:1])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
        raise
    except Exception as error:
        raise Rejected("damaged") from error
    if image.format not in wanted:
        raise Rejected("damaged")
    return image


def decode(image: ImageFile.ImageFile) -> None:
    """Read all pixels; Rejected truncated or damaged when that cannot be done."""
    try:
        image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
        raise
    except Exception as error:
        code = "truncated" if "truncated" in str(error) else "damaged"
        raise Rejected(code) from error


def needs_conversion(image: Image.Image) -> bool:
    """Whether plain decoding gives other pixels than the working ones."""
    return image.mode not in WORKING or "transparency" in image.info


def to_working(image: Image.Image, bits: int) -> tuple[Image.Image, str | None]:
    """The picture in a working mode, and the notice of what was lost on the way.

    `bits` is the depth of a sample in the file. Raises Rejected mode_unsupported.
    """
    if not needs_conversion(image):
        return image, None
    if image.mode == "CMYK":
        return colour.to_srgb(image, cmyk_profile(image)), "converted_from_cmyk"
    if image.mode in {"P", "PA"}:
        clear = image.mode == "PA" or "transparency" in image.info
        return image.convert("RGBA" if clear else "RGB"), "converted_from_palette"
    if image.mode in {"I;16", "I"}:
        return from_16_bit(image), "converted_from_16_bit"
    if image.mode in {"1", "L", "RGB"}:
        return from_key(image, bits), None
    raise Rejected("mode_unsupported", {"mode": image.mode})


def cmyk_profile(image: Image.Image) -> bytes | None:
    profile = image.info.get("icc_profile")
    return profile if profile and colour.usable(profile, "CMYK") else None


def from_16_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 bits to L by its high byte, or to LA when one value is transparent."""
    # A factor with a fraction keeps Pillow from rounding up: 65535 must give 255.
    grey = image.convert("I").point([value >> 8 for value in range(65536)], "L")
    key = image.info.get("transparency")
    if isinstance(key, int):
        alpha = image.convert("I").point([255 * (value != key) for value in range(65536)], "L")
        return Image.merge("LA", (grey, alpha))
    return grey


def from_key(image: Image.Image, bits: int) -> Image.Image:
    """1, L or RGB with perhaps a transparent colour, to L, LA, RGB or RGBA (PNG, 11.3.2.1)."""
    if "transparency" not in image.info:
        return image.convert("L")
    if image.mode == "L" and bits < 8:
        image.info["transparency"] = image.info["transparency"] * 255 // ((1 << bits) - 1)
    if image.mode == "RGB" and bits == 16:
        image.info["transparency"] = tuple(part >> 8 for part in image.info["transparency"])
    return image.convert("RGBA" if image.mode == "RGB" else "LA")


def load(path: Path, found: Container, max_pixels: int = KNOWN_PIXELS) -> Image.Image:
    """The working pixels of a file, in memory of their own and without metadata.

    Raises Rejected as `strict`, `open_as`, `decode` and `to_working` do.
    """
    if found.format == "png" and (ours := png_reading.read(path, max_pixels)):
        return ours
    with strict(max_pixels), path.open("rb") as stream, open_as(stream, found.format) as image:
        decode(image)
        turned = metadata.upright(image, metadata.orientation_of(metadata.exif_of(image)))
        working, _ = to_working(turned, found.bits)
        return bare(working)


def load_png(path: str) -> Image.Image:
    """The pixels of a PNG that we wrote."""
    return load(Path(path), Container("png"))


def bare(image: Image.Image) -> Image.Image:
    """The same pixels in a picture that knows nothing else."""
    # Not filled first: every pixel is pasted.
    fresh = Image.new(image.mode, image.size, None)
    fresh.paste(image)
    return fresh
