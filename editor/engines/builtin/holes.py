"""The geometry of masks: clusters of holes, their surroundings, their thin parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

type Mask = NDArray[np.bool_]
type Slices = tuple[slice, slice]

# Holes are grouped on a grid of this many pixels, which is fast and exact enough for context.
GRID: Final = 8
# Holes nearer to each other than this are one: each would be the other's context.
NEAR: Final = 16
# Many small searches cost more than a few large ones.
MOST_CLUSTERS: Final = 48
# Context on each side of a hole, in pixels; at least one box of it (builtin-engine.md, "Take").
LEAST_CONTEXT: Final = 96
# Parts of a larger inscribed radius are holes, thinner ones scratches and hairs.
THIN_RADIUS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Holes that are filled together.

    ``view`` cuts them and their context out of the picture; ``hole`` (height x width of the view)
    is true for their own pixels only.
    """

    view: Slices
    hole: Mask


def clusters(hole: Mask) -> Iterator[Cluster]:
    """Part the true pixels of ``hole`` (height x width) into clusters, top to bottom."""
    coarse = reduce_any(hole, GRID)
    labels, count = _labels(coarse)
    for label in range(1, count):
        own = labels == label
        view = with_context(_bounds(own & coarse, hole.shape), hole.shape)
        yield Cluster(view, hole[view] & _enlarged(own, view))


def reduce_any(mask: Mask, by: int) -> Mask:
    """Shrink by a whole number; a cell is true when any of its pixels is."""
    height, width = mask.shape
    padded = np.zeros((-(-height // by) * by, -(-width // by) * by), dtype=np.bool_)
    padded[:height, :width] = mask
    cells: Mask = padded.reshape(padded.shape[0] // by, by, -1, by).any(axis=(1, 3))
    return cells


def grow(mask: Mask, radius: int) -> Mask:
    """Add all pixels within ``radius`` (a square's half side)."""
    if radius < 1:
        return mask
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), dtype=np.uint8)
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(np.bool_)


def thick_part(hole: Mask) -> Mask:
    """Return the hole without what is thinner than `THIN_RADIUS` and sticks out of no blob."""
    padded = np.pad(hole.astype(np.uint8), 1)
    core = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1] > THIN_RADIUS
    # Twice the radius, so that the corners of a blob stay with it.
    return grow(core, round(2 * THIN_RADIUS) + 1) & hole


def with_context(box: Slices, shape: tuple[int, ...]) -> Slices:
    """Widen a box by its own size on each side, at least `LEAST_CONTEXT`, within the picture."""
    rows, columns = (_widened(side, limit) for side, limit in zip(box, shape, strict=False))
    return rows, columns


def _widened(side: slice, limit: int) -> slice:
    margin = max(LEAST_CONTEXT, side.stop - side.start)
    return slice(max(0, side.start - margin), min(limit, side.stop + margin))


def _labels(coarse: Mask) -> tuple[NDArray[np.int32], int]:
    """Number the groups from 1; 0 is nothing. Widens what counts as near until there are few."""
    near = NEAR // GRID
    while True:
        joined = grow(coarse, near // 2).astype(np.uint8)
        count, labels = cv2.connectedComponents(joined, connectivity=8, ltype=cv2.CV_32S)
        if count <= MOST_CLUSTERS:
            return labels.astype(np.int32, copy=False), count
        near *= 2


def _bounds(cells: Mask, shape: tuple[int, ...]) -> Slices:
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    return (
        slice(int(rows[0]) * GRID, min(shape[0], (int(rows[-1]) + 1) * GRID)),
        slice(int(columns[0]) * GRID, min(shape[1], (int(columns[-1]) + 1) * GRID)),
    )


def _enlarged(cells: Mask, view: Slices) -> Mask:
    """Return the part of a grid mask that a view shows, in pixels."""
    rows, columns = (np.arange(side.start, side.stop) // GRID for side in view)
    return cells[np.ix_(rows, columns)]
