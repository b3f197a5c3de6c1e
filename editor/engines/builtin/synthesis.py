"""The two ways to invent pixels: by patches that are found elsewhere, and by diffusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import patchmatch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.engines.builtin.holes import Mask

type Pixels = NDArray[np.uint8]

# Measured best of 1, 2, 3, 5, 7 (builtin-engine.md).
PATCH_RADIUS: Final = 3
DIFFUSION_RADIUS: Final = 3.0


def can_search() -> bool:
    """Whether the native library of the patch search is there."""
    return patchmatch.patchmatch_available


def search(image: Pixels, hole: Mask, *, banned: Mask, seed: int) -> Pixels:
    """Fill ``hole`` from patches found elsewhere in ``image`` (height x width x 3).

    ``banned`` pixels are neither filled nor copied from. The same seed gives the same pixels.
    Needs `can_search` and at least one pixel that is neither hole nor banned.
    PatchMatch: Barnes et al., SIGGRAPH 2009. This is its only use, so that it can be switched
    off in one place (patents: docs/decisions.md).
    """
    patchmatch.set_random_seed(seed)
    return patchmatch.inpaint(image, hole, global_mask=banned, patch_size=PATCH_RADIUS)


def diffuse(image: Pixels, hole: Mask) -> Pixels:
    """Fill ``hole`` from its rim (height x width, 1 or 3 channels): Bertalmio et al., CVPR 2001."""
    filled = cv2.inpaint(image, hole.astype(np.uint8), DIFFUSION_RADIUS, cv2.INPAINT_NS)
    return filled.astype(np.uint8, copy=False).reshape(image.shape)
