"""Rendered pictures: made on demand, kept in a bounded cache on disk."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from editor.imaging.preview import fit
from editor.imaging.render import LONGEST
from editor.models import Picture
from editor.models.public_id import new_public_id
from editor.services import media, pictures

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp", "avif": "avif"}
SCREEN_QUALITY = 90
EXPORT_QUALITY = 95
# Its scale is another: 80 looks like 95 of the others.
AVIF_QUALITY = 80
CACHE_BYTES = 4 * 1024**3
# Longer than the longest rendition takes to make.
SPARED_SECONDS = 180
OFFERED_SIDES = (4096, 2048, 1024)


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

    What is too long for these is PNG. Raises SandboxError, media.DiskFull.
    """
    image_format = "webp" if picture.mode in {"LA", "RGBA"} else "jpeg"
    if max(picture.width, picture.height) > LONGEST[image_format]:
        image_format = "png"
    return _cached(picture, "screen", image_format, quality=SCREEN_QUALITY, srgb=True)


def export(
    picture: Picture, image_format: str, *, side: int | None = None, quality: int | None = None
) -> Path:
    """Return the picture as a file to keep: own pixel values and colour profile.

    At full size, or `side` pixels long and never enlarged; `quality` means nothing to PNG. Raises
    SandboxError, media.DiskFull.
    """
    if side is not None and side >= max(picture.width, picture.height):
        side = None
    if quality is None or image_format == "png":
        quality = default_quality(image_format)
    use = f"export.{side or 'full'}.{quality}"
    return _cached(picture, use, image_format, quality=quality, max_side=side)


def default_quality(image_format: str) -> int:
    """Return the quality nobody sees a difference at."""
    return AVIF_QUALITY if image_format == "avif" else EXPORT_QUALITY


def _cached(
    picture: Picture,
    use: str,
    image_format: str,
    *,
    quality: int,
    max_side: int | None = None,
    srgb: bool = False,
) -> Path:
    path: Path = settings.RENDERS_DIR / f"{picture.public_id}.{use}.{EXTENSIONS[image_format]}"
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)  # last used: the oldest go first
        return path
    settings.RENDERS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_room()
    draft = path.with_name(f".{new_public_id()}.{EXTENSIONS[image_format]}")
    try:
        pictures.render(
            picture,
            draft,
            image_format=image_format,
            quality=quality,
            max_side=max_side,
            srgb=srgb,
        )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _trim()
    return path


def _make_room() -> None:
    """On a full disk give up what can be made again. Raises DiskFull when that is not enough."""
    try:
        media.check_room(settings.RENDERS_DIR)
    except media.DiskFull:
        _trim(limit=0)
        media.check_room(settings.RENDERS_DIR)


def _trim(limit: int = CACHE_BYTES) -> None:
    """Drop the files used longest ago until the cache fits its limit.

    What was used or written a moment ago stays: it is on its way to somebody.
    """
    spared = time.time() - SPARED_SECONDS
    files: list[tuple[float, int, Path]] = []
    for file in settings.RENDERS_DIR.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process's draft was done meanwhile
            facts = file.stat()
            files.append((facts.st_mtime, facts.st_size, file))
    total = 0
    for used, size, file in sorted(files, reverse=True):
        total += size
        if total > limit and used < spared:
            file.unlink(missing_ok=True)
