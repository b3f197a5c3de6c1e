"""Where an answer has drifted to, judged by what lies around the mask.

Phase correlation of the weighted ring gives the shift (Kuglin and Hines 1975; Foroosh, Zerubia and
Berthod 2002), maximising the enhanced correlation coefficient turns it into an affine map (Evangelidis
and Psarakis 2008), on a coarse and on a fine copy. Small tiles of the ring are then looked for one by
one; how far they still lie off is the residual, and decides whether anything is moved at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import cv2
import numpy as np

from editor.imaging import copies, tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Coverage, Field, Pixels
    from editor.imaging.copies import Pair

# 2 x 3: where a pixel of the parent's crop lies in the answer at the crop's size.
type Matrix = NDArray[np.float64]
type Verdict = Literal["aligned", "in_place", "featureless", "small_ring", "unrelated"]

# Pixels of the copies that are compared: ECC finds a twentieth of a pixel on them.
FINE: Final = 250_000
COARSE: Final = 20_000
# The edit's own edges and shadows reach so far beyond the mask, as a part of the longer side.
SPILL: Final = (0.04, 0.015)
# What is left of the crop must be at least this part of it.
LEAST_RING: Final = 0.08
# Providers move things by a few percent; a larger move is a mistake of ours, not of theirs.
MOST_MOVED: Final = 0.06
LEAST_TILES: Final = 4
# Agreeing tiles, of all with texture, for an alignment that can be trusted.
TRUSTED: Final = 0.4
# Pixels of the copy that must be gained: resampling blurs a little.
WORTH_MOVING: Final = 0.05
# Light that drifted unevenly is not texture: so far, in pixels of the copy, things are compared.
NEARBY: Final = 12.0
# Grey levels: a ring with less spread shows nothing.
FLAT: Final = 4.0
ECC_STEPS: Final = 25
ECC_EPSILON: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Alignment:
    """`residual` is the median distance in crop pixels at which tiles are found after alignment.

    `agreement` is the part of the textured tiles that are found in place. Both are None when there
    is nothing to compare.
    """

    matrix: Matrix
    verdict: Verdict
    residual: float | None
    agreement: float | None

    @property
    def reliable(self) -> bool:
        """Whether the answer can be taken to lie where the parent does."""
        return self.verdict in {"aligned", "in_place", "featureless"}

    @property
    def moves(self) -> bool:
        """Whether anything is to be resampled."""
        return self.verdict == "aligned"


def align(parent: Pixels, answer: Pixels, coverage: Coverage) -> Alignment:
    """How `answer`, of the parent's size and colours, lies on `parent`; never worse than in place."""
    ring = ring_of(coverage)
    if ring is None:
        return Alignment(np.eye(2, 3), "small_ring", None, None)
    pair = copies.reduced(parent, answer, ring)
    corners = tiles.chosen(pair)
    if len(corners) < LEAST_TILES:
        return without_texture(pair)
    back = parent.shape[1] / pair.parent.shape[1], parent.shape[0] / pair.parent.shape[0]
    before = tiles.look(pair, pair.answer, corners)
    # Of an answer that lies so well no move could gain enough.
    may_gain = before.cost > WORTH_MOVING
    matrix = estimate(pair, copies.smaller(pair, COARSE)) if may_gain else None
    if matrix is not None and plausible(matrix, pair.parent.shape):
        after = tiles.look(pair, moved(pair.answer, matrix), corners)
        if after.cost < before.cost - WORTH_MOVING:
            return judged(rescaled(matrix, *back), "aligned", after, 1 / back[0])
    return judged(np.eye(2, 3), "in_place", before, 1 / back[0])


def without_texture(pair: Pair) -> Alignment:
    """Nothing shows where things are, so nothing is moved; light and dark tell a repaint."""
    chosen = (pair.parent_ring & pair.answer_ring) == 255
    flat = (
        not chosen.any()
        or max(float(one[chosen].std()) for one in (pair.parent, pair.answer)) < FLAT
    )
    same = flat or likeness(pair, np.eye(2, 3)) >= tiles.SAME
    return Alignment(np.eye(2, 3), "featureless" if same else "unrelated", None, None)


def judged(matrix: Matrix, verdict: Verdict, found: tiles.Found, scale: float) -> Alignment:
    """An alignment with its figures; what does not agree is not moved."""
    same = found.alike >= tiles.SAME
    agreement = float(np.mean(same & (found.off <= max(1.0, 1.5 * scale))))
    residual = float(np.median(found.off[same])) / scale if same.any() else tiles.REACH / scale
    if agreement < TRUSTED:
        return Alignment(np.eye(2, 3), "unrelated", residual, agreement)
    return Alignment(matrix, verdict, residual, agreement)


def ring_of(coverage: Coverage) -> NDArray[np.uint8] | None:
    """255 in a fine copy where nothing was edited, also not by spilling over.

    None when that is next to nothing.
    """
    free = copies.whole(coverage == 0, copies.limited(coverage.shape, FINE))
    far = np.asarray(cv2.distanceTransform(free, cv2.DIST_L2, 3))
    for spill in SPILL:
        ring = np.where(far > max(2, round(spill * max(far.shape))), np.uint8(255), np.uint8(0))
        if np.count_nonzero(ring) >= LEAST_RING * ring.size:
            return ring
    return None


def estimate(fine: Pair, coarse: Pair) -> Matrix | None:
    """The affine map in pixels of the fine copy, or None when there is none to be found."""
    first = np.eye(2, 3)
    first[:, 2] = shift(coarse)
    start = better(coarse, first, np.eye(2, 3))
    rough = refined(coarse, start)
    detailed = copies.Pair(
        detail(fine.parent), detail(fine.answer), fine.parent_ring, fine.answer_ring
    )
    across = fine.parent.shape[1] / coarse.parent.shape[1]
    down = fine.parent.shape[0] / coarse.parent.shape[0]
    return refined(detailed, rescaled(start if rough is None else rough, across, down))


def detail(grey: Field) -> Field:
    """Without what is the same all around."""
    height, width = grey.shape
    small = cv2.resize(
        grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA
    )
    even = cv2.GaussianBlur(small, (0, 0), NEARBY / 4)
    return np.asarray(grey - cv2.resize(even, (width, height)), np.float32)


def shift(pair: Pair) -> tuple[float, float]:
    """By how many pixels the answer's ring lies right of and below the parent's."""
    height, width = pair.parent.shape
    window = np.asarray(cv2.createHanningWindow((width, height), cv2.CV_32F))
    parts = []
    for grey, ring in ((pair.parent, pair.parent_ring), (pair.answer, pair.answer_ring)):
        soft = np.asarray(cv2.GaussianBlur(ring.astype(np.float32) / 255, (0, 0), 1.5))
        parts.append(detail(grey) * soft * window)
    (x, y), _ = cv2.phaseCorrelate(parts[0], parts[1])
    return x, y


def better(pair: Pair, first: Matrix, second: Matrix) -> Matrix:
    """Whichever makes the rings more alike."""
    return first if likeness(pair, first) > likeness(pair, second) else second


def likeness(pair: Pair, matrix: Matrix) -> float:
    """The enhanced correlation coefficient over what both rings show, -1 to 1."""
    both = pair.parent_ring & moved(pair.answer_ring, matrix, cv2.INTER_NEAREST)
    chosen = both == 255
    if np.count_nonzero(chosen) < tiles.TILE:
        return -1.0
    pairs = np.stack([pair.parent[chosen], moved(pair.answer, matrix)[chosen]]).astype(np.float64)
    spread = pairs - pairs.mean(axis=1, keepdims=True)
    size = math.sqrt(float((spread[0] ** 2).sum() * (spread[1] ** 2).sum()))
    return float((spread[0] * spread[1]).sum()) / size if size else -1.0


def refined(pair: Pair, start: Matrix) -> Matrix | None:
    """ECC from `start`; None when it does not converge."""
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ECC_STEPS, ECC_EPSILON)
    try:
        _, matrix = cv2.findTransformECCWithMask(
            pair.parent,
            pair.answer,
            pair.parent_ring,
            pair.answer_ring,
            start.astype(np.float32),
            cv2.MOTION_AFFINE,
            criteria,
            3,
        )
    except cv2.error:
        return None
    return np.asarray(matrix, np.float64) if np.isfinite(matrix).all() else None


def moved[Kind: (np.uint8, np.float32)](
    grey: NDArray[Kind], matrix: Matrix, kernel: int = cv2.INTER_LINEAR
) -> NDArray[Kind]:
    """The answer's copy brought back to where the parent's is; 0 where it shows nothing."""
    height, width = grey.shape
    return np.asarray(
        cv2.warpAffine(grey, matrix, (width, height), flags=kernel | cv2.WARP_INVERSE_MAP),
        grey.dtype,
    )


def rescaled(matrix: Matrix, across: float, down: float) -> Matrix:
    """The same map between copies that are so many times as wide and high; centres lie at halves."""
    size = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1.0]])
    whole = size @ np.vstack([matrix, [0.0, 0.0, 1.0]]) @ np.linalg.inv(size)
    return np.asarray(whole[:2], np.float64)


def plausible(matrix: Matrix, shape: tuple[int, ...]) -> bool:
    """Whether no corner moves further than providers move things."""
    height, width = shape[:2]
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    apart = matrix @ corners - corners[:2]
    return bool(np.hypot(apart[0], apart[1]).max() <= MOST_MOVED * max(width, height))
