"""Pictures, holes and measures for the fills. All are seeded; arrays are height x width (x 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

SIZE = 160
# A colour that no texture has: where it comes back, a hole was copied or left.
MAGENTA = (255, 0, 255)


def make_grass(size: int = SIZE, seed: int = 1) -> Pixels:
    """Noise with the fine upright structure of grass."""
    noise = np.random.default_rng(seed).normal(0, 1, (size, size)).astype(np.float32)
    blades = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.8, sigmaY=3)
    blades = blades / blades.std() * 28
    levels = np.stack([60 + blades * 0.6, 110 + blades, 40 + blades * 0.4], axis=2)
    return np.clip(levels, 0, 255).astype(np.uint8)


def make_stripes(size: int = SIZE, period: int = 12) -> Pixels:
    """Upright stripes, as of a fence."""
    columns = np.where(np.arange(size) // (period // 2) % 2, 200, 60).astype(np.uint8)
    return np.repeat(np.tile(columns, (size, 1))[..., None], 3, axis=2)


def make_gradient(size: int = SIZE) -> Pixels:
    """A sky: a curved gradient with the grain of a camera."""
    y, x = np.mgrid[0:size, 0:size] / size
    levels = np.stack([90 + 60 * y + 20 * x * x, 140 + 50 * y, 220 - 30 * y * y], axis=2)
    grain = np.random.default_rng(5).normal(0, 1.2, levels.shape)
    return np.clip(levels + grain, 0, 255).astype(np.uint8)


def make_hole(
    size: int = SIZE, *, centre: tuple[float, float] = (0.5, 0.5), radius: float = 0.14
) -> Mask:
    """A disc; centre (row, column) and radius as shares of the side."""
    y, x = np.mgrid[0:size, 0:size] / size
    disc: Mask = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2
    return disc


def spoiled(image: Pixels, hole: Mask) -> Pixels:
    """The picture with the thing to remove in it."""
    result = image.copy()
    result[hole] = MAGENTA if image.shape[2] == 3 else 255
    return result


def texture_distance(one: Pixels, other: Pixels, hole: Mask) -> float:
    """Sliced Wasserstein distance of the 7 x 7 grey patches in the hole, in levels."""
    directions = np.random.default_rng(0).normal(size=(49, 48))
    directions /= np.linalg.norm(directions, axis=0)
    patches = [_patches(image, hole) @ directions for image in (one, other)]
    apart = np.abs(np.sort(patches[0], axis=0) - np.sort(patches[1], axis=0))
    return float(apart.mean())


def _patches(image: Pixels, hole: Mask) -> NDArray[np.float64]:
    grey = image.astype(np.float64).mean(axis=2)
    windows = np.lib.stride_tricks.sliding_window_view(grey, (7, 7))
    patches: NDArray[np.float64] = windows[np.nonzero(hole[3:-3, 3:-3])]
    return patches.reshape(-1, 49)


def sharpness(image: Pixels, hole: Mask) -> float:
    """Mean gradient energy in the hole."""
    grey: NDArray[np.float64] = image.astype(np.float64).mean(axis=2, keepdims=True)[..., 0]
    down, across = np.diff(grey, axis=0, append=0), np.diff(grey, axis=1, append=0)
    energy: NDArray[np.float64] = np.square(down) + np.square(across)
    return float(energy[hole].mean())


def mean_filled(image: Pixels, hole: Mask) -> Pixels:
    """What a fool would do: the mean colour of the rest."""
    result = image.copy()
    result[hole] = image[~hole].mean(axis=0).astype(np.uint8)
    return result
