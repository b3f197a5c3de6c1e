"""Puts an aligned answer into its parent; pixels with coverage 0 are never written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import cv2
import numpy as np

from editor.imaging import bands, membrane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Coverage, Field, Pixels
    from editor.imaging.focus import Box

type Edge = Literal["inside", "centred", "hard"]

# Pixels of the ramp, as a part of how deep the mask is, and at most.
FEATHER_PART: Final = 0.5
FEATHER_MOST: Final = 24.0
# Pixels within which the mask counts as one thing, thin or thick, judged on a copy so much smaller.
NEARBY: Final = 48
COARSE: Final = 4
# Pixels: the cells along the border whose differences are evened out, and the band they come from.
CELL: Final = 4
BAND: Final = 6
# Grey levels by which the border may still differ before its differences are evened out.
SEEN: Final = 6.0
# A difference this large is another thing, not another light: it is evened out only so far.
MOST: Final = 40.0


def box_of(coverage: Coverage) -> Box | None:
    """Where coverage is not 0: x0, y0, x1, y1, half open."""
    x, y, width, height = cv2.boundingRect((coverage > 0).astype(np.uint8))
    return (x, y, x + width, y + height) if width else None


def weights(coverage: Coverage, edge: Edge = "inside", feather: float | None = None) -> Field:
    """How much of the answer each pixel gets, 0 to 1, and 0 wherever coverage is 0.

    `inside`: a ramp of `feather` pixels that begins at the mask's border. `centred`: its middle
    lies on the border, and its outer half is what protection cuts off. `hard`: coverage itself.
    A brush that is softer than the ramp stays as soft as it was painted.
    """
    if edge == "hard":
        return np.asarray(coverage / np.float32(255), np.float32)
    limit = FEATHER_MOST if feather is None else feather
    part = FEATHER_PART if feather is None else 1.0
    # Where the mask is deeper, all that is nearby is deep enough for the widest ramp.
    found = bands.depth(coverage > 0, limit / part + 4 * NEARBY, 5)
    thick, (height, width) = part * thickness(found), coverage.shape
    start = 0.5 if edge == "centred" else 0.0
    for rows in bands.strips(height):
        place, shape = (0, rows.start, width, rows.stop), (rows.stop - rows.start, width)
        ramp = membrane.window(thick, place, (width, height), shape)[..., 0]
        np.clip(ramp, 1.0, max(1.0, limit), out=ramp)
        way = np.clip(start + (found[rows] - 0.5) / ramp, 0, 1)
        painted = coverage[rows] / np.float32(255)
        np.minimum(painted, way * way * (3 - 2 * way), out=found[rows])
    return found


def thickness(depth: Field) -> Field:
    """How thick the mask is around each cell: the ramp is narrower where it is thin.

    Else a thin stroke of a large mask would never show the edit.
    """
    height, width = depth.shape
    size = max(1, width // COARSE), max(1, height // COARSE)
    reach = 2 * NEARBY // COARSE + 1
    small = cv2.resize(depth, size, interpolation=cv2.INTER_AREA)
    near = cv2.blur(cv2.dilate(small, np.ones((reach, reach), np.uint8)), (reach // 2, reach // 2))
    return np.asarray(near, np.float32)[..., None]


def border_of(coverage: Coverage) -> NDArray[np.bool_]:
    """The pixels just outside the mask."""
    far = bands.depth(coverage == 0, BAND + 1, 3)
    return np.asarray((far > 0) & (far <= BAND), np.bool_)


def difference(apart: Field, part: NDArray[np.float32]) -> float:
    """The mean of what cells along the border differ by, where `part` of them is known."""
    sure = part > 0
    return float(np.abs(apart[sure]).mean()) if sure.any() else 0.0


def surface(apart: Field, part: NDArray[np.float32]) -> Field:
    """The smoothest surface through parent less answer along the border, in cells.

    Added to the answer it is gradient-domain cloning: what is drawn keeps its gradients.
    """
    limited = np.asarray(np.clip(apart, -MOST, MOST), np.float32)
    return membrane.filled(limited, np.asarray(part > 0, np.float32))


def mixed(parent: Pixels, answer: Field, weight: Field) -> Pixels:
    """Parent and answer by weight; `answer` has straight alpha last when the parent has."""
    share = weight[..., None]
    if not bands.has_alpha(parent):
        return np.asarray(np.rint(parent + (answer - parent) * share), np.uint8)
    below, above = parent[..., -1:] * (1 - share), answer[..., -1:] * share
    alpha = below + above
    colour = (parent[..., :-1] * below + answer[..., :-1] * above) / np.maximum(alpha, 1e-3)
    both = np.concatenate([colour, alpha], axis=2)
    return np.asarray(np.rint(np.clip(both, 0, 255)), np.uint8)


def write(rows: Pixels, mix: Pixels, coverage: Coverage) -> None:
    """Put `mix` into `rows` wherever coverage is not 0, and nothing anywhere else."""
    np.copyto(rows, mix, where=(coverage > 0)[..., None])
