"""Small tiles of what was not edited, looked for one by one: how far off an answer lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Field
    from editor.imaging.copies import Pair

TILE: Final = 32
REACH: Final = 8
MOST_TILES: Final = 64
# Smaller eigenvalue of a tile's structure tensor, grey levels per pixel squared (Shi, Tomasi 1994).
TEXTURED: Final = 3.0
# A tile that correlates less is not the same thing any more.
SAME: Final = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """The tiles of one attempt: how far off in pixels of the copy, how much alike (-1 to 1)."""

    off: NDArray[np.float64]
    alike: NDArray[np.float64]

    @property
    def cost(self) -> float:
        """Mean distance, the full reach for a tile that is not found."""
        return float(np.where(self.alike >= SAME, np.minimum(self.off, REACH), REACH).mean())


def chosen(pair: Pair) -> NDArray[np.intp]:
    """Top and left of the tiles of the ring with most texture, in either picture: n x 2."""
    height, width = pair.parent.shape
    rows, columns = (height - 2 * REACH) // TILE, (width - 2 * REACH) // TILE
    if rows < 1 or columns < 1:
        return np.zeros((0, 2), np.intp)
    area = slice(REACH, REACH + rows * TILE), slice(REACH, REACH + columns * TILE)
    free = pair.parent_ring[area] & pair.answer_ring[area]
    whole = free.reshape(rows, TILE, columns, TILE).min(axis=(1, 3)) == 255
    detail = np.maximum(
        *(texture(one[area], (columns, rows)) for one in (pair.parent, pair.answer))
    )
    strength = np.where(whole, detail, 0.0)
    order = np.argsort(-strength, axis=None, kind="stable")[:MOST_TILES]
    order = order[strength.ravel()[order] > TEXTURED]
    return np.stack(np.unravel_index(order, strength.shape), 1) * TILE + REACH


def texture(grey: Field, grid: tuple[int, int]) -> Field:
    """The smaller eigenvalue of the mean structure tensor of each tile."""
    blurred = cv2.GaussianBlur(grey, (0, 0), 1.0)
    x = np.asarray(cv2.Sobel(blurred, cv2.CV_32F, 1, 0, scale=1 / 8))
    y = np.asarray(cv2.Sobel(blurred, cv2.CV_32F, 0, 1, scale=1 / 8))
    xx, yy, xy = (
        np.asarray(cv2.resize(part, grid, interpolation=cv2.INTER_AREA))
        for part in (x * x, y * y, x * y)
    )
    return np.asarray((xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2), np.float32)


def look(pair: Pair, answer: Field, corners: NDArray[np.intp]) -> Found:
    """Each tile of the parent, looked for in the answer within reach."""
    found = [look_for(pair.parent, answer, int(top), int(left)) for top, left in corners]
    off, alike = np.array(found, np.float64).T
    return Found(off, alike)


def look_for(parent: Field, answer: Field, top: int, left: int) -> tuple[float, float]:
    """How far off one tile is found, to a part of a pixel, and how much alike."""
    tile = parent[top : top + TILE, left : left + TILE]
    area = answer[top - REACH : top + TILE + REACH, left - REACH : left + TILE + REACH]
    scores = np.asarray(cv2.matchTemplate(area, tile, cv2.TM_CCOEFF_NORMED), np.float32)
    row, column = np.unravel_index(int(np.argmax(scores)), scores.shape)
    down = row - REACH + peak(scores[:, column], int(row))
    across = column - REACH + peak(scores[row], int(column))
    return math.hypot(down, across), float(scores[row, column])


def peak(line: Field, at: int) -> float:
    """The top of the parabola through the greatest value and its neighbours, from -0.5 to 0.5."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = (float(line[at + step]) for step in (-1, 0, 1))
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0
