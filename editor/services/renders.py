"""Rendered pictures: for the screen, and as files to keep; made on demand and cached."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from editor.imaging.preview import fit
from editor.imaging.render import LONGEST
from editor.models import Picture
from editor.services import media, pictures, render_cache

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp", "avif": "avif"}
SCREEN_QUALITY = 90
EXPORT_QUALITY = 95
# Its scale is another: 80 looks like 95 of the others.
AVIF_QUALITY = 80
OFFERED_SIDES = (4096, 2048, 1024)


class Camera(StrEnum):
    """What of the original's EXIF goes along with a file; its place only when named."""

    NOTHING = ""
    DATA = "exif"
    DATA_AND_PLACE = "exif-gps"


@dataclass(frozen=True, slots=True)
class Size:
    """A size a picture can be had in: its longest side, and what comes of it."""

    side: int
    width: int
    height: int


def sizes(picture: Picture) -> list[Size]:
    """Return the usual sizes smaller than the picture, largest first."""
    whole = picture.width, picture.height
    smaller = [side for side in OFFERED_SIDES if side < max(whole)]
    return [Size(side, *fit(whole, side)) for side in smaller]


def file_name(picture: Picture, image_format: str, side: int | None) -> str:
    """Return the name of an exported file; one that was made smaller says its size."""
    end = EXTENSIONS[image_format]
    if side is None or side >= max(picture.width, picture.height):
        return f"{picture.stem}.{end}"
    width, height = fit((picture.width, picture.height), side)
    return f"{picture.stem} {width}x{height}.{end}"


def screen(picture: Picture) -> Path:
    """Return the full picture for the screen: sRGB JPEG, or WebP where it is transparent.

    What is too long for these is PNG. Raises SandboxError, media.DiskFull, render_cache.Gone.
    """
    image_format = "webp" if picture.mode in {"LA", "RGBA"} else "jpeg"
    if max(picture.width, picture.height) > LONGEST[image_format]:
        image_format = "png"
    return _cached(picture, "screen", image_format, quality=SCREEN_QUALITY, srgb=True)


def export(
    picture: Picture,
    image_format: str,
    *,
    side: int | None = None,
    quality: int | None = None,
    camera: Camera = Camera.NOTHING,
) -> Path:
    """Return the picture as a file to keep: own pixel values and colour profile.

    At full size, or `side` pixels long and never enlarged; `quality` means nothing to PNG. Raises
    SandboxError, media.DiskFull, render_cache.Gone.
    """
    if side is not None and side >= max(picture.width, picture.height):
        side = None
    if quality is None or image_format == "png":
        quality = default_quality(image_format)
    use = ".".join(["export", str(side or "full"), str(quality), *filter(None, [camera])])
    exif_of = _source(picture, camera)
    return _cached(picture, use, image_format, quality=quality, max_side=side, exif_of=exif_of)


def exactly(
    picture: Picture, image_format: str, size: tuple[int, int], *, quality: int | None = None
) -> Path:
    """Return the picture as a file of just that size: scaled to cover it, cut at the centre.

    Raises as `export`.
    """
    if size == (picture.width, picture.height):
        return export(picture, image_format, quality=quality)
    if quality is None or image_format == "png":
        quality = default_quality(image_format)
    use = f"export.{size[0]}x{size[1]}.{quality}"
    return _cached(picture, use, image_format, quality=quality, cover=list(size))


def default_quality(image_format: str) -> int:
    """Return the quality nobody sees a difference at."""
    return AVIF_QUALITY if image_format == "avif" else EXPORT_QUALITY


def _source(picture: Picture, camera: Camera) -> dict[str, object] | None:
    """Whose EXIF is the picture's: that of the file it began as."""
    if camera == Camera.NOTHING:
        return None
    original = picture.root or picture
    with_place = camera == Camera.DATA_AND_PLACE
    return {"file": str(media.path(original.original_file)), "place": with_place}


def _cached(picture: Picture, use: str, image_format: str, **wishes: Any) -> Path:
    path = render_cache.place(picture, f"{use}.{EXTENSIONS[image_format]}")

    def make(draft: Path) -> None:
        pictures.render(picture, draft, image_format=image_format, **wishes)

    return render_cache.kept(path, make)
