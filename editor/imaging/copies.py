"""Grey copies of parent and answer, small enough to be compared at length."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from editor.imaging import bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Field, Pixels


@dataclass(frozen=True, slots=True)
class Pair:
    """Parent and answer as grey copies of one size, and where each shows what was not edited."""

    parent: Field
    answer: Field
    parent_ring: NDArray[np.uint8]
    answer_ring: NDArray[np.uint8]


def reduced(parent: Pixels, answer: Pixels, ring: NDArray[np.uint8]) -> Pair:
    """Copies of the ring's size."""
    size = ring.shape[1], ring.shape[0]
    drawn = ring & whole(answer[..., -1] == 255, size) if bands.has_alpha(answer) else ring
    grey = [reduced_grey(one, size) for one in (parent, answer)]
    return Pair(grey[0], grey[1], ring, drawn)


def smaller(pair: Pair, pixels: int) -> Pair:
    """Copies of copies, of at most so many pixels."""
    size = limited(pair.parent.shape, pixels)
    grey = [
        np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.float32)
        for one in (pair.parent, pair.answer)
    ]
    rings = [whole(one == 255, size) for one in (pair.parent_ring, pair.answer_ring)]
    return Pair(grey[0], grey[1], rings[0], rings[1])


def limited(shape: tuple[int, ...], pixels: int) -> tuple[int, int]:
    """Width and height of a copy of at most so many pixels."""
    height, width = shape[:2]
    shrink = min(1.0, math.sqrt(pixels / (height * width)))
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def reduced_grey(pixels: Pixels, size: tuple[int, int]) -> Field:
    """A grey copy. Made smaller first: that is quicker, but what is transparent has no colour."""
    source = bands.luma(pixels)[..., None] if bands.has_alpha(pixels) else pixels
    small = bands.with_bands(np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA)))
    return bands.luma(small).astype(np.float32)


def whole(chosen: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.uint8]:
    """255 for the pixels of a copy that were chosen wholly: half of one does not count."""
    full = chosen.view(np.uint8) * np.uint8(255)
    small = np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA))
    return np.where(small == 255, np.uint8(255), np.uint8(0))
