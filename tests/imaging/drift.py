"""What providers do to a picture besides what they were asked for.

A scene is a photo, a mask and the truth: the edit as it would be if nothing else had changed. A
drift turns the truth into an answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from editor.imaging import bands

if TYPE_CHECKING:
    from editor.imaging.bands import Coverage, Pixels
    from editor.imaging.register import Matrix

PHOTOS = Path(__file__).parent / "photos"


@dataclass(frozen=True, slots=True)
class Scene:
    """`parent` and `truth` are height x width x bands; they differ well inside `coverage`."""

    name: str
    parent: Pixels
    truth: Pixels
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Drift:
    """`shift` in pixels, `scale` about the centre; the rest is done after moving.

    `light` is how much brighter the right side is than the left; `redrawn` how much of the fine
    detail is made up anew, and by how many pixels it wanders.
    """

    name: str
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    gamma: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    noise: float = 0.0
    light: float = 0.0
    redrawn: float = 0.0
    jpeg: int | None = None
    repaint: bool = False
    size: float = 1.0
    holes: bool = False


DRIFTS = (
    Drift("none"),
    Drift("shift 12 px", shift=(12.0, -12.0)),
    Drift("shift 3.4 px", shift=(-3.4, 2.6)),
    Drift("scale +1.5 %", scale=1.015),
    Drift("scale -1.5 %", scale=0.985),
    Drift("shift and scale", shift=(7.3, 4.8), scale=1.01),
    Drift("gamma and tint", gamma=1.15, tint=(1.06, 1.0, 0.92)),
    Drift("shift, gamma, tint", shift=(-5.5, 8.2), gamma=0.9, tint=(0.95, 1.02, 1.05)),
    Drift("noise", shift=(2.2, -4.1), noise=8.0),
    Drift("uneven light", shift=(1.8, 2.4), light=0.15),
    Drift("redrawn detail", shift=(4.3, -7.1), scale=1.006, redrawn=1.0),
    Drift("JPEG 70", shift=(-6.6, 1.3), scale=0.992, jpeg=70),
    Drift("wrong size", shift=(4.0, 3.0), size=0.75),
    Drift("larger", scale=1.008, size=1.4),
    Drift("transparent", shift=(3.0, -2.0), holes=True),
    Drift("all of it", shift=(9.0, -6.0), scale=1.012, gamma=1.1, tint=(1.04, 1.0, 0.95),
          noise=4.0, jpeg=70),
    Drift("whole repaint", repaint=True),
)  # fmt: skip


def photo(name: str) -> Pixels:
    """One of the committed photos, height x width x 3."""
    return read(PHOTOS / f"{name}.jpg")


def read(path: Path) -> Pixels:
    read_pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert read_pixels is not None, path
    return np.asarray(read_pixels, np.uint8)


def blob(height: int, width: int, seed: int = 0, reach: float = 0.27) -> Coverage:
    """A round mask with a wavy edge, as a hand would paint it: antialiased by a pixel."""
    chance = np.random.default_rng(seed)
    angles = np.linspace(0.0, 2 * math.pi, 200, endpoint=False)
    waves = np.ones_like(angles)
    for k in range(2, 7):
        waves += chance.uniform(0.02, 0.1) * np.sin(k * angles + chance.uniform(0, 6))
    radius = reach * min(height, width) * waves
    centre = np.array([width, height]) * chance.uniform(0.44, 0.56, 2)
    ring = centre + np.stack([np.cos(angles), np.sin(angles)], 1) * radius[:, None]
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.rint(ring * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask


def scene(name: str, parent: Pixels, seed: int = 0) -> Scene:
    """An object appears in the middle of the mask; around it the picture goes on as it was."""
    height, width = parent.shape[:2]
    coverage = blob(height, width, seed)
    inner = blob(height, width, seed, reach=0.17)
    soft = cv2.GaussianBlur(inner, (0, 0), 2.0)[..., None].astype(np.float32) / 255
    other = parent[::-1, ::-1].astype(np.float32) * np.array([0.5, 0.8, 1.2], np.float32)
    truth = parent * (1 - soft) + np.clip(other, 0, 255) * soft
    return Scene(name, parent, np.rint(truth).astype(np.uint8), coverage)


def moved(scene: Scene, drift: Drift) -> Matrix:
    """Where a point of the parent lies in the answer at the parent's size: 2 x 3."""
    height, width = scene.parent.shape[:2]
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = centre - drift.scale * centre + np.array(drift.shift)
    return np.array([[drift.scale, 0.0, offset[0]], [0.0, drift.scale, offset[1]]])


def answer(scene: Scene, drift: Drift, seed: int = 0) -> Pixels:
    """What comes back."""
    chance = np.random.default_rng(seed)
    drawn = scene.truth[::-1, ::-1] if drift.repaint else scene.truth
    drawn = transformed(drawn, moved(scene, drift))
    if drift.redrawn:
        drawn = made_up(drawn, drift.redrawn, chance)
    height, width = drawn.shape[:2]
    drawn = bands.resized(drawn, (round(width * drift.size), round(height * drift.size)))
    level = (drawn.astype(np.float32) / 255) ** drift.gamma * 255
    level *= np.array(drift.tint, np.float32)
    if drift.light:
        level *= 1 + drift.light * np.linspace(-0.5, 0.5, level.shape[1], dtype=np.float32)[:, None]
    if drift.noise:
        level += chance.normal(0.0, drift.noise, level.shape).astype(np.float32)
    drawn = np.clip(np.rint(level), 0, 255).astype(np.uint8)
    if drift.jpeg is not None:
        drawn = recoded(drawn, drift.jpeg)
    return with_holes(drawn) if drift.holes else drawn


def transformed(pixels: Pixels, matrix: Matrix) -> Pixels:
    """Things that lie at p are drawn at matrix p; beyond the edges it goes on mirrored."""
    if np.array_equal(matrix, np.eye(2, 3)):
        return pixels
    height, width = pixels.shape[:2]
    kernel, edge = cv2.INTER_LANCZOS4, cv2.BORDER_REFLECT
    drawn = cv2.warpAffine(pixels, matrix, (width, height), flags=kernel, borderMode=edge)
    return np.asarray(drawn, np.uint8)


def made_up(pixels: Pixels, amount: float, chance: np.random.Generator) -> Pixels:
    """The same things with other fine detail, each a little beside its place."""
    height, width = pixels.shape[:2]
    coarse = chance.normal(0.0, 1.0, (2, height // 48 + 2, width // 48 + 2)).astype(np.float32)
    wander = [cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in coarse]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    beside = cv2.remap(
        pixels,
        x + amount * wander[0],
        y + amount * wander[1],
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    ).astype(np.float32)
    base = cv2.GaussianBlur(beside, (0, 0), 2.0)
    detail = beside - base
    strength = cv2.GaussianBlur(np.abs(detail), (0, 0), 3.0)
    grain = cv2.GaussianBlur(chance.normal(0.0, 3.0, (height, width, 1)), (0, 0), 0.8)
    new = 0.5 * detail + 0.5 * strength * grain[..., None].astype(np.float32)
    return np.clip(np.rint(base + new), 0, 255).astype(np.uint8)


def recoded(pixels: Pixels, quality: int) -> Pixels:
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    assert decoded is not None
    return np.asarray(decoded, np.uint8)


def with_holes(pixels: Pixels) -> Pixels:
    """Transparent (and black) in the upper left and in a disc in the middle."""
    height, width = pixels.shape[:2]
    alpha = np.full((height, width), 255, np.uint8)
    alpha[: height // 6, : width // 5] = 0
    cv2.circle(alpha, (width // 2, height // 2), height // 16, 0, -1, cv2.LINE_AA)
    clear = (alpha > 0)[..., None]
    return np.dstack([pixels * clear, alpha])


def miss(scene: Scene, drift: Drift, found: Matrix) -> float:
    """Root mean square distance, in pixels over the whole crop, of where points are taken from."""
    height, width = scene.parent.shape[:2]
    y, x = np.mgrid[0 : height - 1 : 9j, 0 : width - 1 : 9j]
    points = np.stack([x.ravel(), y.ravel(), np.ones(81)])
    apart = (np.asarray(found) - moved(scene, drift)) @ points
    return float(np.sqrt((apart**2).sum(axis=0).mean()))
