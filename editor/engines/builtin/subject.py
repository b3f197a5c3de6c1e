"""Which pixels the painted thing is made of: a rough mask, cut along the edges of the picture.

The mask may be a box, a scribble or a careful painting. GrabCut (Rother, Kolmogorov and Blake,
SIGGRAPH 2004) finds the thing on a grid of at most a quarter of a megapixel around the mask: more
pixels cost many seconds and are no better. matte.py brings the edge to full size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from cv2.typing import MatLike
    from numpy.typing import NDArray

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

GRID_PIXELS: Final = 250_000
ROUNDS, ROUNDS_OF_SCRIBBLE = 3, 6
# How much is looked at around the mask, as a share of its box; a scribble says least about where
# its thing ends, but it ends not right beside the line.
AROUND, AROUND_SCRIBBLE, BESIDE = 0.35, 0.6, 0.1
# A box is painted to its corners; a scribble is thinner than this share of its longer side.
BOXY: Final = 0.93
THIN: Final = 0.12
# What lies this deep inside a painting is the thing, this far outside it is not: shares of the
# side of its box.
CORE, RIM = 0.07, 0.1
# How deep the rim of a first cut is, as a share of its deepest point's depth.
DOUBT: Final = 0.2
# Parts smaller than this share of the largest are specks, holes smaller than this share are gaps.
SPECK, GAP = 0.03, 0.002
# A thing that covers less of its mask than this was not found.
LEAST_FOUND: Final = 0.08
SEED: Final = 7
THING: Final = (cv2.GC_FGD, cv2.GC_PR_FGD)


@dataclass(frozen=True, slots=True)
class Found:
    """The thing on its grid: ``solid`` cells, each ``by`` pixels wide, from (top, left) on.

    ``by_mask`` says that the edges of the picture did not help and the mask itself was taken.
    """

    solid: Mask
    top: int
    left: int
    height: int
    width: int
    by_mask: bool


def find_subject(image: Pixels, painted: Mask) -> Found:
    """Find the thing that ``painted`` marks. ``image`` has one or three bands.

    Raises Rejected "no_background" when the mask leaves nothing around it, "subject_not_found"
    when a scribble is all that was found.
    """
    top, left, bottom, right = _surroundings(painted)
    mask = painted[top:bottom, left:right]
    if mask.all() and mask.size == painted.size:
        message = "The mask covers the whole picture. Paint over the subject only."
        raise Rejected("no_background", message=message)
    scale = min(1.0, (GRID_PIXELS / mask.size) ** 0.5)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    cells = cv2.resize(image[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    marks = share > 0.5 if (share > 0.5).any() else share > 0
    meant = _filled(marks)
    solid = _tidied(_cut(cells, _hints(marks)), meant)
    missed = solid[meant].sum() < LEAST_FOUND * meant.sum()
    if _is_scribble(_boxed(marks)) and solid.sum() < 2 * marks.sum():
        message = "The subject could not be told from what is around it. Paint over all of it."
        raise Rejected("subject_not_found", message=message)
    return Found(
        solid=meant if missed else solid,
        top=top,
        left=left,
        height=bottom - top,
        width=right - left,
        by_mask=bool(missed),
    )


def _surroundings(painted: Mask) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    box = painted[top:bottom, left:right]
    share = AROUND_SCRIBBLE if _is_scribble(_shrunk(box)) else AROUND
    side = round(share * max(bottom - top, right - left)) + 8
    height, width = painted.shape
    return (
        max(0, top - side),
        max(0, left - side),
        min(height, bottom + side),
        min(width, right + side),
    )


def _shrunk(mask: Mask) -> Mask:
    scale = min(1.0, (GRID_PIXELS / mask.size) ** 0.5)
    size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.3


def _is_scribble(box: Mask) -> bool:
    filled = _filled(box)
    deepest = float(_depth(filled).max())
    return 2 * deepest < THIN * float(max(box.shape))


def _filled(mask: Mask) -> Mask:
    """Fill what is ringed: an outline means what is inside."""
    outlines, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    whole = np.zeros(mask.shape, dtype=np.uint8)
    cv2.drawContours(whole, outlines, -1, 1, cv2.FILLED)
    return whole.astype(np.bool_)


def _depth(mask: Mask) -> NDArray[np.float32]:
    padded = np.pad(mask.astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return distance.astype(np.float32, copy=False)


def _hints(marks: Mask) -> Pixels:
    """Tell GrabCut what is certain and what is only likely."""
    box = _boxed(marks)
    hints = np.full(marks.shape, cv2.GC_BGD, dtype=np.uint8)
    if _is_scribble(box):
        hints[:] = cv2.GC_PR_BGD
        hints[_depth(~marks) < BESIDE * max(box.shape)] = cv2.GC_PR_FGD
        hints[marks] = cv2.GC_FGD
        _rim_is_background(hints)
        return hints
    filled = _filled(marks)
    if box.mean() <= BOXY:
        side = float(box.size) ** 0.5
        hints[_depth(~filled) <= RIM * side] = cv2.GC_PR_BGD
        hints[filled] = cv2.GC_PR_FGD
        hints[_depth(marks) >= CORE * side] = cv2.GC_FGD
    hints[filled & (hints != cv2.GC_FGD)] = cv2.GC_PR_FGD
    return hints


def _boxed(marks: Mask) -> Mask:
    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    box: Mask = marks[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return box


def _rim_is_background(hints: Pixels) -> None:
    for rim in (hints[0], hints[-1], hints[:, 0], hints[:, -1]):
        rim[rim != cv2.GC_FGD] = cv2.GC_BGD


def _cut(cells: MatLike, hints: Pixels) -> Mask:
    """Cut twice unless a scribble told what the thing looks like: what is near the first cut's rim
    may be of either kind, and must not teach the second one.
    """
    told = bool((hints == cv2.GC_FGD).any()) and not (hints == cv2.GC_BGD)[1:-1, 1:-1].any()
    three = cells if cells.ndim == 3 else cv2.cvtColor(cells, cv2.COLOR_GRAY2BGR)
    # Its first guess at the colours is random; the same picture must give the same cut.
    cv2.setRNGSeed(SEED)
    rounds = (ROUNDS_OF_SCRIBBLE,) if told else (ROUNDS, ROUNDS)
    for number, count in enumerate(rounds):
        if number:
            _doubt_rim(hints)
        found = np.isin(hints, THING)
        if found.all() or not found.any():
            break
        around, thing, unused = np.zeros((1, 65)), np.zeros((1, 65)), (0, 0, 1, 1)
        cv2.grabCut(three, hints, unused, around, thing, count, cv2.GC_INIT_WITH_MASK)
    return np.isin(hints, THING)


def _doubt_rim(hints: Pixels) -> None:
    solid = np.isin(hints, THING)
    depth = _depth(solid)
    rim = solid & (depth < DOUBT * float(depth.max()))
    hints[rim & (hints == cv2.GC_PR_FGD)] = cv2.GC_PR_BGD


def _tidied(solid: Mask, marks: Mask) -> Mask:
    """Keep the parts that were painted and are no specks; close small gaps."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
    areas = np.array(facts)[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    painted = np.isin(np.arange(count), np.array(labels)[marks])
    kept = painted & (areas >= SPECK * int(areas.max(initial=0)))
    kept[0] = False
    result: Mask = kept[labels]
    count, labels, facts, _ = cv2.connectedComponentsWithStats((~result).astype(np.uint8))
    gaps = np.array(facts)[:, cv2.CC_STAT_AREA] < GAP * max(1, int(result.sum()))
    gaps[0] = False
    closed: Mask = result | gaps[labels]
    return closed
