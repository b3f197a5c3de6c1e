"""What an edit may have changed, to the pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageOps

if TYPE_CHECKING:
    from pathlib import Path


def upright(photo: Path) -> Image.Image:
    with Image.open(photo) as image:
        return ImageOps.exif_transpose(image)


def assert_only_changed_near(
    before: Image.Image, after: Image.Image, box: tuple[float, float, float, float]
) -> None:
    """Something changed, and nothing outside the box (shares of width and height)."""
    assert (after.size, after.mode) == (before.size, before.mode)
    changed = ImageChops.difference(before, after).convert("L").point([0] + [255] * 255).getbbox()
    assert changed is not None
    width, height = before.size
    assert changed[0] >= box[0] * width
    assert changed[1] >= box[1] * height
    assert changed[2] <= box[2] * width
    assert changed[3] <= box[3] * height
