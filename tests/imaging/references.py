"""What an answer's way into a picture is compared with: pasting, and OpenCV's Poisson cloning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from editor.imaging import bands, seam

if TYPE_CHECKING:
    from editor.imaging.bands import Pixels
    from tests.imaging.drift import Scene

# Pixels inside the mask, from its border, in which the truth is compared.
BAND = 12


def nominal(scene: Scene, answer: Pixels) -> Pixels:
    """The answer at the parent's size, its holes filled from the parent."""
    size = scene.parent.shape[1], scene.parent.shape[0]
    drawn = bands.resized(bands.in_colours_of(answer, scene.parent), size)
    if not bands.has_alpha(drawn):
        return drawn
    alpha = drawn[..., -1:] / 255
    return np.rint(drawn[..., :-1] * alpha + scene.parent * (1 - alpha)).astype(np.uint8)


def pasted(scene: Scene, answer: Pixels) -> Pixels:
    """Resampled and blended by coverage, nothing else."""
    share = scene.coverage[..., None] / 255
    return np.rint(scene.parent * (1 - share) + nominal(scene, answer) * share).astype(np.uint8)


def cloned(scene: Scene, answer: Pixels) -> Pixels:
    """`seamlessClone` (which changes its mask) with the same pixels protected as we protect."""
    mask = (scene.coverage > 0).astype(np.uint8) * np.uint8(255)
    x, y, width, height = cv2.boundingRect(mask)
    centre = x + width // 2, y + height // 2
    made = cv2.seamlessClone(
        nominal(scene, answer), scene.parent.copy(), mask.copy(), centre, cv2.NORMAL_CLONE
    )
    return np.where(mask[..., None] > 0, made, scene.parent).astype(np.uint8)


def visible(pixels: Pixels, scene: Scene) -> float:
    """How much more of a seam there is than where nothing but the edit changed."""
    truth = seam.score(scene.truth, scene.coverage)
    return max(0.0, seam.score(pixels, scene.coverage) - truth)


def wrong(pixels: Pixels, scene: Scene) -> float:
    """Mean difference from the truth in grey levels, just inside the mask."""
    kernel = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
    band = (scene.coverage > 0) & (cv2.erode(scene.coverage, kernel) == 0)
    return float(np.abs(pixels[band].astype(np.float64) - scene.truth[band]).mean())
