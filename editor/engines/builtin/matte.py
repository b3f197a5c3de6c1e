"""How much of each pixel a thing covers, and which colours are its own.

The edge of a coarse cut is refined by a guided filter (He, Sun and Tang, ECCV 2010), whose
coefficients are found on the small grid of the cut and applied at full size (He and Sun, "Fast
Guided Filter", 2015). Colours on the edge are a mix of thing and background; they are parted as
in Forte and Pitie, "Approximate Fast Foreground Colour Estimation" (ICIP 2021). Only pixels near
the edge are touched: everything else is all thing or all background.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.engines.builtin.subject import Found
    from editor.engines.builtin.synthesis import Pixels

type Floats = NDArray[np.float32]
type Places = tuple[NDArray[np.intp], NDArray[np.intp]]

# Reach of the filter in cells of the grid, and the contrast (a variance) that is no edge yet.
REACH: Final = 3
FLAT: Final = 2e-4
# How far from the cut the edge may really be, in cells.
BAND: Final = 3
# A guided filter never quite gets to either end: below is background, above the thing itself.
CLEAR, SOLID = 0.1, 0.9
# How far the pure colours on both sides are looked for, in cells.
COLOURS: Final = 6
OPAQUE: Final = 255


@dataclass(frozen=True, slots=True)
class Matte:
    """What of a picture is a thing: ``alpha`` (height x width, 255 = all of the pixel).

    At ``edge`` (rows, columns) pixels may be mixed: there ``share`` is the thing's part, ``thing``
    its colour and ``around`` that of the background, one row of bands for each pixel.
    """

    alpha: Pixels
    edge: Places
    share: Floats
    thing: Floats
    around: Floats


def matte_of(image: Pixels, found: Found) -> Matte:
    """Bring a cut to full size. ``image`` has one or three bands."""
    view = image[found.top : found.top + found.height, found.left : found.left + found.width]
    size = (found.solid.shape[1], found.solid.shape[0])
    cells = cv2.resize(view, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)
    guide: Floats = (cells / OPAQUE).astype(np.float32)
    solid = found.solid.astype(np.float32)
    slopes = _slopes(guide, solid)
    edge = _edge(found)
    colours: Floats = view[edge].astype(np.float32)
    grid = _on_grid(edge, found)
    share = _share(_sampled(slopes, grid), colours)
    small = _share(slopes, cells.astype(np.float32))
    thing, around = _pure(cells.astype(np.float32), small, grid)
    rest = colours - share[:, None] * thing - (1 - share[:, None]) * around
    return Matte(
        alpha=_alpha(image.shape, found, edge, share),
        edge=(edge[0] + found.top, edge[1] + found.left),
        share=share,
        thing=np.clip(thing + share[:, None] * rest, 0, OPAQUE),
        around=np.clip(around + (1 - share[:, None]) * rest, 0, OPAQUE),
    )


def _slopes(guide: Floats, solid: Floats) -> Floats:
    """Find the guided filter's plane at each cell: one slope a band, then the offset."""
    bands = guide.shape[2]
    mean, mean_solid = _box(guide), _box(solid)
    products = guide[..., :, None] * guide[..., None, :]
    squares = _box(products.reshape(*solid.shape, -1)).reshape(products.shape)
    spread = squares - mean[..., :, None] * mean[..., None, :] + np.eye(bands) * FLAT
    with_solid = _box(guide * solid[..., None]) - mean * mean_solid[..., None]
    slope = np.linalg.solve(spread, with_solid[..., None])[..., 0]
    offset = mean_solid - (slope * mean).sum(axis=2)
    return _box(np.concatenate([slope, offset[..., None]], axis=2).astype(np.float32))


def _box(values: Floats, reach: int = REACH) -> Floats:
    side = (2 * reach + 1,) * 2
    layers = values.reshape(*values.shape[:2], -1)
    means = [
        cv2.boxFilter(np.ascontiguousarray(layers[..., band]), -1, side)
        for band in range(layers.shape[2])
    ]
    return np.stack(means, axis=2).reshape(values.shape).astype(np.float32, copy=False)


def _share(slopes: Floats, colours: Floats) -> Floats:
    value = (slopes[..., :-1] * colours).sum(axis=-1) / OPAQUE + slopes[..., -1]
    share: Floats = np.clip((value - CLEAR) / (SOLID - CLEAR), 0, 1).astype(np.float32)
    return share


def _edge(found: Found) -> Places:
    """Return the pixels of the view that lie near the rim of the cut."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND + 1,) * 2)
    solid = found.solid.astype(np.uint8)
    # What the view or the picture ends at is no rim.
    grown = cv2.dilate(solid, kernel, borderType=cv2.BORDER_REPLICATE)
    near = grown - cv2.erode(solid, kernel, borderType=cv2.BORDER_REPLICATE)
    size = (found.width, found.height)
    rows, columns = np.nonzero(cv2.resize(near, size, interpolation=cv2.INTER_NEAREST))
    return rows, columns


def _on_grid(edge: Places, found: Found) -> tuple[Floats, Floats]:
    rows = (edge[0] + 0.5) * found.solid.shape[0] / found.height - 0.5
    columns = (edge[1] + 0.5) * found.solid.shape[1] / found.width - 0.5
    return rows.astype(np.float32), columns.astype(np.float32)


def _sampled(grid: Floats, places: tuple[Floats, Floats]) -> Floats:
    """Read the layers of a grid between its cells."""
    height, width = grid.shape[:2]
    row, column = np.clip(places[0], 0, height - 1), np.clip(places[1], 0, width - 1)
    top, left = row.astype(np.intp), column.astype(np.intp)
    below, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    down, along = (row - top)[:, None], (column - left)[:, None]
    upper = grid[top, left] * (1 - along) + grid[top, right] * along
    lower = grid[below, left] * (1 - along) + grid[below, right] * along
    sampled: Floats = upper * (1 - down) + lower * down
    return sampled


def _pure(cells: Floats, share: Floats, places: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return the colours of thing and background next to each place, unmixed."""
    found = []
    for part in (share, 1 - share):
        # Cells that are nearly all of one kind count most by far; a trace of the others keeps
        # the sum from being nothing.
        weight = (part**4 + 1e-5)[..., None]
        colour = _box(cells * weight, COLOURS) / _box(weight, COLOURS)
        found.append(_sampled(colour, places))
    return found[0], found[1]


def _alpha(shape: tuple[int, ...], found: Found, edge: Places, share: Floats) -> Pixels:
    alpha = np.zeros(shape[:2], dtype=np.uint8)
    view = alpha[found.top : found.top + found.height, found.left : found.left + found.width]
    size = (found.width, found.height)
    view[:] = cv2.resize(
        found.solid.astype(np.uint8) * OPAQUE, size, interpolation=cv2.INTER_NEAREST
    )
    view[edge] = np.rint(share * OPAQUE).astype(np.uint8)
    return alpha
