"""A cluster of holes on the coarse grid on which it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.engines.builtin.holes import grow, reduce_any

if TYPE_CHECKING:
    from editor.engines.builtin.detail import Floats
    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

# The search sees at most this many pixels, of which it fills at most so many: more cost many
# seconds and, with the detail brought back, look no better.
SEARCH_PIXELS: Final = 1_200_000
SEARCH_HOLE: Final = 130_000
# Shadows, halos and JPEG ringing just outside the mask are not copied from.
HALO: Final = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """A view of the picture, and the same ``by`` times coarser.

    ``fine`` is the view padded to whole cells (height x width x 3, uint8), ``fine_known`` what of
    it may be copied from; ``coarse``, ``hole`` and ``known`` have one pixel a cell. A cell is hole when any of its pixels is or nearly is,
    known when all are; other cells are holes that somebody else fills.
    """

    by: int
    fine: Pixels
    fine_known: Mask
    coarse: Pixels
    hole: Mask
    known: Mask

    def enlarge(self, coarse: Pixels) -> Pixels:
        """Bring a picture of the grid to full size."""
        if self.by == 1:
            return coarse
        size = (self.fine.shape[1], self.fine.shape[0])
        return cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)

    def averages(self) -> tuple[Floats, Mask]:
        """Return each cell's mean over its known pixels, and which cells have any."""
        size = (self.coarse.shape[1], self.coarse.shape[0])
        weight = self.fine_known[..., None].astype(np.float32)
        total = cv2.resize(self.fine * weight, size, interpolation=cv2.INTER_AREA)
        share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)[..., None]
        means: Floats = (total / np.maximum(share, 1e-6)).astype(np.float32)
        return means, share[..., 0] > 0


def scene_of(crop: Pixels, hole: Mask, known: Mask) -> Scene:
    """Look at a view (height x width x 3) on the finest grid that the search can afford."""
    by = _coarseness(hole)
    height, width = hole.shape
    below, right = -height % by, -width % by
    fine = cv2.copyMakeBorder(crop, 0, below, 0, right, cv2.BORDER_REPLICATE)
    size = (fine.shape[1] // by, fine.shape[0] // by)
    cells = reduce_any(grow(hole, HALO), by)
    return Scene(
        by=by,
        fine=fine.astype(np.uint8, copy=False),
        fine_known=np.pad(known, ((0, below), (0, right))),
        coarse=cv2.resize(fine, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False),
        hole=cells,
        known=~reduce_any(~known, by) & ~cells,
    )


def _coarseness(hole: Mask) -> int:
    by, filled = 1, int(hole.sum())
    while hole.size > SEARCH_PIXELS * by * by or filled > SEARCH_HOLE * by * by:
        by += 1
    return by
