"""Rendered pictures: made on demand, kept in a bounded cache on disk."""

import contextlib
import os
from pathlib import Path

from django.conf import settings

from editor.imaging.render import LONGEST
from editor.models import Picture
from editor.models.public_id import new_public_id
from editor.services import pictures

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp"}
SCREEN_QUALITY = 90
EXPORT_QUALITY = 95
CACHE_BYTES = 4 * 1024**3


def screen(picture: Picture) -> Path:
    """Return the full picture for the screen: sRGB JPEG, or WebP where it is transparent.

    What is too long for these is PNG.
    """
    image_format = "webp" if picture.mode in {"LA", "RGBA"} else "jpeg"
    if max(picture.width, picture.height) > LONGEST[image_format]:
        image_format = "png"
    return _cached(picture, "screen", image_format, quality=SCREEN_QUALITY, srgb=True)


def export(picture: Picture, image_format: str) -> Path:
    """Return the full picture as a file to keep: own pixel values and colour profile."""
    return _cached(picture, "export", image_format, quality=EXPORT_QUALITY, srgb=False)


def _cached(picture: Picture, use: str, image_format: str, *, quality: int, srgb: bool) -> Path:
    path: Path = settings.RENDERS_DIR / f"{picture.public_id}.{use}.{EXTENSIONS[image_format]}"
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)  # last used: the oldest go first
        return path
    settings.RENDERS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{new_public_id()}.{EXTENSIONS[image_format]}")
    try:
        pictures.render(picture, draft, image_format=image_format, quality=quality, srgb=srgb)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _trim()
    return path


def _trim(limit: int = CACHE_BYTES) -> None:
    """Drop the files used longest ago until the cache fits its limit."""
    files: list[tuple[float, int, Path]] = []
    for file in settings.RENDERS_DIR.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process's draft was done meanwhile
            facts = file.stat()
            files.append((facts.st_mtime, facts.st_size, file))
    total = 0
    for _used, size, file in sorted(files, reverse=True):
        total += size
        if total > limit:
            file.unlink(missing_ok=True)
