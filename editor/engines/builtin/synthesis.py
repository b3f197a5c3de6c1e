"""The two ways to invent pixels: by patches that are found elsewhere, and by diffusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

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


class Searcher(Protocol):
    """Fills a hole from patches found elsewhere; `search` is one."""

    def __call__(self, image: Pixels, hole: Mask, *, banned: Mask, seed: int) -> Pixels:
        """Return the filled picture."""


def searcher() -> Searcher | None:
    """Return the patch search, or None where its native library is missing."""
    return search if patchmatch.patchmatch_available else None


def search(image: Pixels, hole: Mask, *, banned: Mask, seed: int) -> Pixels:
    """Fill ``hole`` from patches found elsewhere in ``image`` (height x width x 3).

    ``banned`` pixels are neither filled nor copied from. The same seed gives the same pixels.
    There must be pixels that are neither hole nor banned.
    PatchMatch: Barnes et al., SIGGRAPH 2009. This is its only use, so that it can be switched
    off in one place (patents: docs/decisions.md).
    """
    patchmatch.set_random_seed(seed)
    return patchmatch.inpaint(image, hole, global_mask=banned, patch_size=PATCH_RADIUS)


def diffuse(image: Pixels, hole: Mask) -> Pixels:
    """Fill ``hole`` from its rim (height x width, 1 or 3 channels): Bertalmio et al., CVPR 2001."""
    filled = cv2.inpaint(image, hole.astype(np.uint8), DIFFUSION_RADIUS, cv2.INPAINT_NS)
    return filled.astype(np.uint8, copy=False).reshape(image.shape)
