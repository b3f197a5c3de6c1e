"""Parts of an image that may reach beyond it, as if its edges were mirrors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence


def inside(box: Sequence[int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part of a box that lies in an image of that size."""
    return max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])


def cut(image: Image.Image, box: Sequence[int]) -> Image.Image:
    """The part of an image in `box`, mirrored where that reaches beyond; it must meet the image."""
    x0, y0, x1, y1 = box
    left, top, right, bottom = inside(box, image.size)
    part = image.crop((left, top, right, bottom))
    if (left, top, right, bottom) == (x0, y0, x1, y1):
        return part
    filled = cv2.copyMakeBorder(
        np.asarray(part), top - y0, y1 - bottom, left - x0, x1 - right, cv2.BORDER_REFLECT_101
    )
    return Image.fromarray(filled, part.mode)
