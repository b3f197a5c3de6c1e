"""Changes of colour, as pure functions: uint8 in (height x width x 3 or 4 bands), uint8 out.

Alpha is kept. Pixels are taken for sRGB, whatever profile the picture carries: what is asked for
is a look and not a measurement. Amounts are shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.engines.builtin.tone import LUMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

type Floats = NDArray[np.float32]

# Saturation + 100 % doubles the distance from grey, -100 % leaves none.
# Warmth of 100 %: gains of red and blue in linear light, as between daylight and a light bulb.
WARM_RED, WARM_BLUE = 1.35, 0.45
# Rec. 709 luminance of linear light.
LUMINANCE: Final = np.array((0.2126, 0.7152, 0.0722))
# The sepia of the W3C's Filter Effects (section 10.4, sepia()).
SEPIA: Final = np.array(
    ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131)), dtype=np.float64
)
# OKLab (Ottosson, "A perceptual color space for image processing", 2020): linear sRGB to cone
# responses, and their cube roots to lightness and two axes of colour.
TO_CONES: Final = np.array(
    (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
)
TO_LAB: Final = np.array(
    (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
)
FROM_LAB: Final = np.linalg.inv(TO_LAB)
FROM_CONES: Final = np.linalg.inv(TO_CONES)
# A mean chroma below the first is grey paint, above the second it is a colour.
GREYISH, COLOURED = 0.02, 0.06
# How far lightness bends towards the new colour's, as an exponent; more would flatten shading.
BENDS: Final = (0.4, 2.5)
# A dull thing becomes at most this many times as colourful, so that noise does not.
MOST_GAIN: Final = 3.0
# Between these lightnesses (0.2 and 0.8) a dye has its full colour.
DYE_ROOM: Final = 1 / (0.2 * 0.8)
# Rows worked on at once, and the levels that linear light is rounded to before it is encoded.
STRIP, LEVELS = 32, 4096
SAMPLES: Final = 200_000


def saturation(image: Pixels, amount: float) -> Pixels:
    """Move colours away from their grey, or towards it."""
    kept = np.eye(3) * (1 + amount) - np.tile(LUMA, (3, 1)) * amount
    return _by_matrix(image, kept)


def sepia(image: Pixels, amount: float) -> Pixels:
    """Mix colours with the browns of an old print; 1 leaves no other."""
    return _by_matrix(image, np.eye(3) * (1 - amount) + SEPIA * amount)


def warmth(image: Pixels, amount: float) -> Pixels:
    """Change the balance of red and blue as another light would; grey keeps its luminance."""
    gains = np.array((WARM_RED**amount, 1.0, WARM_BLUE**amount))
    gains /= float(gains @ LUMINANCE)
    levels = _decoded(np.arange(256) / 255)
    curves = _encoded(np.clip(levels[:, None] * gains, 0, 1))
    table = np.rint(curves * 255).astype(np.uint8)[None]
    result = image.copy()
    result[..., :3] = cv2.LUT(np.ascontiguousarray(image[..., :3]), table)
    return result


def recolour(image: Pixels, colour: str, amount: float, where: Mask | None = None) -> Pixels:
    """Give what is at ``where`` the colour "#rrggbb" and keep its shading.

    The mean colour there moves to the new one: hues turn and chroma grows with it, so that what is
    grey on a coloured thing stays grey; a grey thing is dyed. Lightness bends by a power curve,
    which leaves black black and white white.
    """
    target = _lab_of(np.array([[[int(colour[i : i + 2], 16) for i in (1, 3, 5)]]], dtype=np.uint8))
    change = _Change.between(_mean_lab(image, where), target[0, 0])
    result = image.copy()
    for top in range(0, image.shape[0], STRIP):
        strip = np.ascontiguousarray(image[top : top + STRIP, :, :3])
        new = _rgb_of(change.of(_lab_of(strip)))
        mixed = new if amount == 1 else cv2.addWeighted(new, amount, strip, 1 - amount, 0)
        result[top : top + STRIP, :, :3] = mixed
    return result


class _Change:
    """How a mean colour gets to another one, in OKLab."""

    def __init__(self, bend: float, turn: complex, dye: complex, share: float) -> None:
        self.bend = bend
        self.turn = turn
        self.dye = dye
        self.share = share

    @classmethod
    def between(cls, mean: Floats, target: Floats) -> _Change:
        """Plan the way; ``share`` says how far the mean is a colour at all."""
        old, new = complex(mean[1], mean[2]), complex(target[1], target[2])
        share = float(np.clip((abs(old) - GREYISH) / (COLOURED - GREYISH), 0, 1))
        turn = new / old if share else 0j
        turn *= min(1.0, MOST_GAIN / max(abs(turn), 1e-6))
        light = np.clip((mean[0], target[0]), 0.02, 0.98)
        bend = float(np.clip(np.log(light[1]) / np.log(light[0]), *BENDS))
        return cls(bend, turn, new, share)

    def of(self, lab: Floats) -> Floats:
        """Change colours; a dye fades towards black and white, where no colour can be."""
        turn = self.turn * self.share
        axes = np.array(((1, 0, 0), (0, turn.real, -turn.imag), (0, turn.imag, turn.real)))
        result = cv2.transform(lab, axes.astype(np.float32)).astype(np.float32, copy=False)
        light = cv2.pow(np.maximum(lab[..., 0], 0), self.bend)
        result[..., 0] = light
        if self.share < 1:
            room = np.clip(light * (1 - light) * DYE_ROOM, 0, 1) * (1 - self.share)
            result[..., 1] += room * self.dye.real
            result[..., 2] += room * self.dye.imag
        return result


def _by_matrix(image: Pixels, matrix: NDArray[np.float64]) -> Pixels:
    result = image.copy()
    result[..., :3] = cv2.transform(np.ascontiguousarray(image[..., :3]), matrix)
    return result


def _mean_lab(image: Pixels, where: Mask | None) -> Floats:
    """Return the mean colour of at most SAMPLES visible pixels, evenly spread."""
    counted = np.ones(image.shape[:2], dtype=np.bool_) if where is None else where
    if image.shape[2] == 4:
        counted = counted & (image[..., 3] > 0)
    places = np.flatnonzero(counted)
    if not places.size:
        return np.array((0.5, 0, 0), dtype=np.float32)
    picked = places[:: max(1, places.size // SAMPLES)]
    sample = image.reshape(-1, image.shape[2])[picked, :3]
    mean: Floats = _lab_of(np.ascontiguousarray(sample[None])).mean(axis=(0, 1))
    return mean


def _decoded(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light (IEC 61966-2-1)."""
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def _encoded(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the levels of linear light."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


LINEAR: Final = _decoded(np.arange(256) / 255).astype(np.float32)
# Finer in the dark: indexed by the square root of the light.
CODES: Final = np.rint(_encoded((np.arange(LEVELS + 1) / LEVELS) ** 2) * 255).astype(np.uint8)


def _lab_of(image: Pixels) -> Floats:
    cones = cv2.transform(cv2.LUT(image, LINEAR), TO_CONES.astype(np.float32))
    lab = cv2.transform(cv2.pow(cones, 1 / 3), TO_LAB.astype(np.float32))
    return lab.astype(np.float32, copy=False)


def _rgb_of(lab: Floats) -> Pixels:
    roots = cv2.transform(lab, FROM_LAB.astype(np.float32))
    light = cv2.transform(roots * roots * roots, FROM_CONES.astype(np.float32))
    steps = cv2.sqrt(np.clip(light, 0, 1)) * LEVELS + 0.5
    codes: Pixels = np.take(CODES, steps.astype(np.uint16))
    return codes
