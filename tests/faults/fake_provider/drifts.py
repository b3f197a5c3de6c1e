"""What real models do to pixels that nobody asked them to touch."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

SHIFT = (12, -12)
SCALE = 1.015
GAMMA = 1.12
TINT = (1.06, 1.0, 0.92)
NOISE = 12


def shift(image: Image.Image) -> Image.Image:
    """Everything lies a little to the right and higher."""
    return image.transform(image.size, Image.Transform.AFFINE, (1, 0, -SHIFT[0], 0, 1, -SHIFT[1]))


def scale(image: Image.Image) -> Image.Image:
    """Everything is 1.5 % larger, about the centre."""
    width, height = image.size
    inverse = 1 / SCALE
    left, top = width * (1 - inverse) / 2, height * (1 - inverse) / 2
    matrix = (inverse, 0, left, 0, inverse, top)
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def gamma(image: Image.Image) -> Image.Image:
    """Everything is a little darker."""
    table = [round(255 * (value / 255) ** GAMMA) for value in range(256)]
    return image.point(table * len(image.getbands()))


def tint(image: Image.Image) -> Image.Image:
    """Everything is a little warmer."""
    bands = [
        band.point([min(255, round(value * factor)) for value in range(256)])
        for band, factor in zip(image.split(), TINT, strict=True)
    ]
    return Image.merge("RGB", bands)


def noise(image: Image.Image) -> Image.Image:
    """Everything has grain."""
    pixels = np.asarray(image.convert("RGB")).astype(np.int16)
    grain = np.random.default_rng(7).integers(-NOISE, NOISE + 1, pixels.shape, np.int16)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image) -> Image.Image:
    """Everything went through a JPEG of quality 70."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return Image.open(out).convert("RGB")


def wrong_size(image: Image.Image) -> Image.Image:
    """Another size, and another shape, than was asked for."""
    return image.resize((image.width // 2, image.height * 2 // 3))


def transparent(image: Image.Image) -> Image.Image:
    """The left half is clear, though nobody asked for it."""
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, image.width // 2, image.height))
    cleared = image.copy()
    cleared.putalpha(alpha)
    return cleared


DRIFTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "shift": shift,
    "scale": scale,
    "gamma": gamma,
    "tint": tint,
    "noise": noise,
    "jpeg": jpeg,
    "wrong-size": wrong_size,
    "transparent": transparent,
}
# These decide what is painted, and leave the rest alone.
OF_THE_MASK = ("mask-ignored", "mask-inverted", "repaint")


def names(text: str) -> tuple[str, ...]:
    """Return the drifts in "shift+noise". Raises ValueError for an unknown one."""
    found = tuple(name for name in text.split("+") if name)
    for name in found:
        if name not in DRIFTS and name not in OF_THE_MASK:
            raise ValueError(f"no such drift: {name}")
    return found


def apply(name: str, image: Image.Image) -> Image.Image:
    """Return the picture with one drift; those of the mask are no matter of pixels."""
    return DRIFTS[name](image) if name in DRIFTS else image
