"""How visible the border of an edit is, and what an answer did outside its mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.imaging import bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Coverage, Field, Pixels

# The picture and its halves: a step of colour shows in coarse ones, a broken line in fine ones.
SCALES: Final = (1, 2, 4)
# Pixels from the border that are its surroundings.
NEAR: Final = 2
FAR: Final = 8
# Grey levels: noise of any picture, so that a seam in a blue sky is finite.
FLOOR: Final = 0.5
# Grey levels that count as changed: a JPEG of good quality stays below.
TOLERANCE: Final = 8
HEAT_SIDE: Final = 256
MOST_PIXELS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Outside:
    """What differs where coverage is 0: percent of those pixels, mean in grey levels, and where.

    `heat` is small: each pixel the mean difference of what it stands for, 0 inside the mask.
    """

    percent: float
    mean: float
    heat: NDArray[np.uint8]


def score(pixels: Pixels, coverage: Coverage) -> float:
    """The jump of the gradient across the mask's border, as a multiple of what is usual near it.

    Usual is what the livelier side has: a tree painted before a plain sky is no seam. 1 is a line
    like any other; geometric means, of three scales. 1 also where there is no border.
    """
    area = around(coverage)
    looked_at = limited(pixels[area]), limited(coverage[area][..., None])[..., 0]
    ratios = [at_scale(*looked_at, scale) for scale in SCALES]
    found = [ratio for ratio in ratios if ratio is not None]
    return float(np.mean(found)) if found else 1.0


def limited(pixels: Pixels) -> Pixels:
    """At most MOST_PIXELS: of a larger mask nobody sees single pixels, and floats take memory."""
    height, width = pixels.shape[:2]
    if height * width <= MOST_PIXELS:
        return pixels
    shrink = math.sqrt(MOST_PIXELS / (height * width))
    return bands.resized(pixels, (round(width * shrink), round(height * shrink)))


def around(coverage: Coverage) -> tuple[slice, slice]:
    """Rows and columns of the mask with its surroundings at the coarsest scale."""
    x, y, width, height = cv2.boundingRect((coverage > 0).astype(np.uint8))
    margin = (FAR + 4) * SCALES[-1]
    return (
        slice(max(0, y - margin), y + height + margin),
        slice(max(0, x - margin), x + width + margin),
    )


def at_scale(pixels: Pixels, coverage: Coverage, scale: int) -> float | None:
    """The score in a copy reduced by `scale`; None when no border is left in it."""
    height, width = coverage.shape
    size = width // scale, height // scale
    if min(size) < 4:
        return None
    field = bands.premultiplied(pixels) if bands.has_alpha(pixels) else pixels.astype(np.float32)
    small = np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)
    inner = np.asarray(cv2.resize(coverage, size, interpolation=cv2.INTER_AREA)) >= 128
    sides = near(inner), near(~inner)
    found: list[list[Field]] = [[], [], []]
    for turned in (False, True):
        rows = small.swapaxes(0, 1) if turned else small
        half, within, without = (one.T if turned else one for one in (inner, *sides))
        jump = np.log(jumps(rows.reshape(*half.shape, -1)) + FLOOR)
        found[0].append(jump[half[:, 1:-2] != half[:, 2:-1]])
        found[1].append(jump[within[:, 1:-2] & within[:, 2:-1]])
        found[2].append(jump[without[:, 1:-2] & without[:, 2:-1]])
    across, inside, outside = (np.concatenate(parts) for parts in found)
    if not across.size or not inside.size or not outside.size:
        return None
    return float(np.exp(across.mean() - max(inside.mean(), outside.mean())))


def jumps(rows: Field) -> Field:
    """Of each step along the rows, how far it is from the mean of the steps on both sides."""
    step = np.diff(rows, axis=1)
    apart = np.abs(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2)
    # One band after the other: numpy's mean of so few takes five times as long.
    bands_of = [apart[..., band] for band in range(apart.shape[2])]
    return np.asarray(reduce(np.add, bands_of) / len(bands_of), np.float32)


def near(side: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels on one side of the border, near it but not on it."""
    depth = np.asarray(cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 3))
    return np.asarray((depth > NEAR) & (depth <= FAR))


def outside(parent: Pixels, answer: Pixels, coverage: Coverage) -> Outside:
    """Compare where nothing should have changed; both of one size and of the same colours."""
    most = np.empty(coverage.shape, np.uint8)
    for rows in bands.strips(coverage.shape[0]):
        most[rows] = apart(parent[rows], answer[rows]) * (coverage[rows] == 0)
    count = max(1, int(np.count_nonzero(coverage == 0)))
    return Outside(
        percent=100 * int(np.count_nonzero(most > TOLERANCE)) / count,
        mean=float(most.sum(dtype=np.int64)) / count,
        heat=heat(most),
    )


def apart(parent: Pixels, answer: Pixels) -> NDArray[np.uint8]:
    """How far the band that differs most does; what has no alpha is opaque."""
    if bands.has_alpha(answer) and not bands.has_alpha(parent):
        parent = np.dstack([parent, np.full((*parent.shape[:2], 1), 255, np.uint8)])
    return np.asarray(reduce(cv2.max, cv2.split(cv2.absdiff(parent, answer))), np.uint8)


def heat(most: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The differences, at most HEAT_SIDE pixels wide and high."""
    height, width = most.shape
    shrink = min(1.0, HEAT_SIDE / max(height, width))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    return np.asarray(cv2.resize(most, size, interpolation=cv2.INTER_AREA), np.uint8)
