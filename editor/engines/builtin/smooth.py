"""Skies, walls, paper: surfaces that are continued, not searched for.

A patch search leaves off-colour patches in them. Where the rim of a hole is one smooth surface we
continue that surface (a quadratic one, corrected by harmonic interpolation of what it misses at
the rim) and add the grain of the rim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.engines.builtin.holes import grow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.engines.builtin.detail import Floats, Indices
    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

# The rim is at least this wide, and this share of the hole's inscribed radius.
RIM: Final = 8
RIM_SHARE: Final = 0.35
# Levels of 255: what the surface may miss at the rim, and how strong the grain may be.
MOST_MISSED: Final = 6.0
MOST_GRAIN: Final = 3.5
# So few pixels of the rim may break these bounds (a star, a dead pixel).
STRAY: Final = 0.004
GRAIN_SIGMA: Final = 2.0
SWEEPS: Final = 12
TILE: Final = 8
TRIES: Final = 12


def rim_of(hole: Mask, known: Mask) -> Mask:
    """Return the known pixels around a hole that decide what kind of surface it lies in."""
    radius = float(cv2.distanceTransform(np.pad(hole.astype(np.uint8), 1), cv2.DIST_L2, 3).max())
    return grow(hole, max(RIM, round(RIM_SHARE * radius))) & known


def surface(image: Pixels, hole: Mask, known: Mask) -> tuple[Floats, Mask] | None:
    """Continue the surface around ``hole`` (height x width; ``image`` height x width x 3).

    Returns it as float levels and the rim it was learnt from, or None when the rim is not
    smooth.
    """
    rim = rim_of(hole, known)
    if rim.sum() < 3 * RIM * RIM:
        return None
    softened = soften(image, known)
    quadratic = _quadratic(softened, rim)
    missed = softened - quadratic
    grain = np.abs(image - softened).max(axis=2)[rim]
    strays = np.abs(missed).max(axis=2)[rim] > MOST_MISSED
    if strays.mean() > STRAY or (grain > 3 * MOST_GRAIN).mean() > STRAY:
        return None
    return quadratic + harmonic(missed, rim), rim


def soften(image: Pixels, known: Mask) -> Floats:
    """Blur without letting unknown pixels in; unknown ones far from any known are 0."""
    weight = known.astype(np.float32)
    total = cv2.GaussianBlur(image * weight[..., None], (0, 0), GRAIN_SIGMA)
    share = cv2.GaussianBlur(weight, (0, 0), GRAIN_SIGMA)
    return (total / np.maximum(share, 1e-3)[..., None]).astype(np.float32)


def harmonic(values: Floats, known: Mask) -> Floats:
    """Interpolate between known pixels so that nothing bends more than it must.

    Solves Laplace's equation coarse to fine: each level starts from the one below. Without any
    known pixel all is 0.
    """
    height, width = known.shape
    if not known.any():
        return np.zeros_like(values)
    if min(height, width) <= 2 or known.all():
        return np.where(known[..., None], values, values[known].mean(axis=0)).astype(np.float32)
    halves, known_halves = _halved(values, known)
    rough = cv2.resize(
        harmonic(halves, known_halves),
        (2 * known_halves.shape[1], 2 * known_halves.shape[0]),
        interpolation=cv2.INTER_LINEAR,
    )[:height, :width]
    result = np.where(known[..., None], values, rough)
    cross = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=np.float32) / 4
    for _ in range(SWEEPS):
        average = cv2.filter2D(result, cv2.CV_32F, cross, borderType=cv2.BORDER_REFLECT_101)
        result = np.where(known[..., None], values, average)
    return result.astype(np.float32)


def grain_matches(hole: Mask, rim: Mask, *, seed: int) -> tuple[Indices, Indices]:
    """Pair the pixels of the hole with pixels of the rim, tile by tile at random.

    Returns flat indices; pixels for which no try fell into the rim are left out.
    """
    random = np.random.default_rng(seed)
    width = hole.shape[1]
    targets, free = np.flatnonzero(hole), np.flatnonzero(rim)
    rows, columns = divmod(targets, width)
    tiles = rows // TILE * (width // TILE + 1) + columns // TILE
    found = np.full(targets.size, -1, dtype=np.intp)
    for _ in range(TRIES):
        corners = random.choice(free, int(tiles.max()) + 1)[tiles]
        offered = corners + rows % TILE * width + columns % TILE
        offered = np.minimum(offered, rim.size - 1)
        fits = (found < 0) & rim.ravel()[offered]
        found[fits] = offered[fits]
    return targets[found >= 0], found[found >= 0]


def _halved(values: Floats, known: Mask) -> tuple[Floats, Mask]:
    height, width = -(-known.shape[0] // 2), -(-known.shape[1] // 2)
    weight = np.zeros((2 * height, 2 * width, 1), dtype=np.float32)
    weight[: known.shape[0], : known.shape[1], 0] = known
    padded = np.zeros((2 * height, 2 * width, values.shape[2]), dtype=np.float32)
    padded[: known.shape[0], : known.shape[1]] = values
    total = (padded * weight).reshape(height, 2, width, 2, -1).sum(axis=(1, 3))
    count = weight.reshape(height, 2, width, 2, 1).sum(axis=(1, 3))
    return total / np.maximum(count, 1), count[..., 0] > 0


def _quadratic(values: Floats, rim: Mask) -> Floats:
    """Fit one quadratic surface per channel to the rim, and return it everywhere."""
    height, width = rim.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms: NDArray[np.float64] = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    factors, *_ = np.linalg.lstsq(terms[rim], values[rim].astype(np.float64))
    return (terms @ factors).astype(np.float32)
