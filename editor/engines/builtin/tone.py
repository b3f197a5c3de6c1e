"""Changes of tone, as pure functions: uint8 in (height x width x 1..4 bands), uint8 out.

The second of two bands and the fourth of four is alpha; it is kept, or filtered together with
colours weighted by it, so that what nobody can see bleeds into nothing. Amounts are shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from cv2.typing import MatLike
    from numpy.typing import NDArray

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

type Floats = NDArray[np.float32]

# What an amount of 100 % means, as shares of the extent below. A mask hides something, which
# takes more blur than softening a whole picture.
BLUR_OF_MASK: Final = 0.1
BLUR_OF_PICTURE: Final = 0.02
BLOCK_OF_MASK: Final = 0.2
BLOCK_OF_PICTURE: Final = 0.04
# Weaker blurs are computed at full size, stronger ones on a coarser grid: nobody can tell.
FINE_SIGMA: Final = 8.0
# Sharpening works on edges of a pixel or two, whatever the size of picture or mask, and on what
# stands out from its surroundings by more levels than this.
EDGE: Final = 1.2
NOISE: Final = 1.0
# Rows worked on at once.
STRIP: Final = 64
# Rec. 601 luma, what Pillow and OpenCV call grey.
LUMA: Final = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True)
class Extent:
    """What sizes are measured by: the geometric mean of the sides of the largest painted part.

    So a picture and its preview come out alike. ``origin`` (row, column) is where blocks begin.
    """

    side: float
    masked: bool
    origin: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, shape: tuple[int, ...], mask: Mask | None) -> Extent:
        """Measure a mask, or the whole picture when there is none."""
        if mask is None or not mask.any():
            return cls((shape[0] * shape[1]) ** 0.5, masked=False)
        _, _, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        left, top, width, height, _ = max(facts[1:].tolist(), key=lambda fact: fact[2] * fact[3])
        return cls((width * height) ** 0.5, masked=True, origin=(top, left))

    def sigma(self, amount: float) -> float:
        """Return the standard deviation of a blur in pixels."""
        return amount * self.side * (BLUR_OF_MASK if self.masked else BLUR_OF_PICTURE)

    def block(self, amount: float) -> int:
        """Return the side of a block in pixels."""
        share = BLOCK_OF_MASK if self.masked else BLOCK_OF_PICTURE
        return max(2, round(amount * self.side * share))


def colour_bands(image: MatLike) -> int:
    """Return how many bands are colour and not alpha."""
    bands = int(image.shape[2])
    return bands - (bands in {2, 4})


def black_and_white(image: Pixels, amount: float) -> Pixels:
    """Mix colours (R, G, B) with their grey; 1 leaves no colour."""
    if image.shape[2] < 3:
        return image
    kept = np.eye(3) * (1 - amount) + np.tile(LUMA, (3, 1)) * amount
    result = image.copy()
    result[..., :3] = cv2.transform(np.ascontiguousarray(image[..., :3]), kept)
    return result


def brightness(image: Pixels, amount: float) -> Pixels:
    """Brighten by 1 - (1 - x)^(1 + amount), which clips nothing; darken by x (1 + amount)."""
    x = np.arange(256) / 255
    return _by_table(image, 1 - (1 - x) ** (1 + amount) if amount > 0 else x * (1 + amount))


def contrast(image: Pixels, amount: float) -> Pixels:
    """Give the curve the slope 1 + amount at middle grey; more contrast keeps black and white.

    Below the middle more contrast is (2x)^(1 + amount) / 2, above it the same mirrored.
    """
    x = np.arange(256) / 255
    if amount <= 0:
        return _by_table(image, 0.5 + (x - 0.5) * (1 + amount))
    away = 1 - np.abs(2 * x - 1)
    curve = 0.5 * away ** (1 + amount)
    return _by_table(image, np.where(x < 0.5, curve, 1 - curve))


def shadows(image: Pixels, amount: float) -> Pixels:
    """Lift what is dark and leave what is bright; below 0 the way back."""
    x = np.arange(256) / 255
    lifted = _lift(x, abs(amount))
    return _by_luma(image, lifted if amount > 0 else np.interp(x, lifted, x))


def highlights(image: Pixels, amount: float) -> Pixels:
    """The same for what is bright: the curve of the shadows, turned round."""
    x = np.arange(256) / 255
    lowered = 1 - _lift(1 - x, abs(amount))
    return _by_luma(image, lowered if amount < 0 else np.interp(x, lowered, x))


def _lift(x: NDArray[np.float64], amount: float) -> NDArray[np.float64]:
    """Return x + 2 a x (1 - x)^4: most at a fifth (by 0.16 for a = 1), rising throughout."""
    return x + 2 * amount * x * (1 - x) ** 4


def invert(image: Pixels, amount: float) -> Pixels:
    """Turn light into dark and colours into their opposites; mixed by the amount."""
    x = np.arange(256) / 255
    return _by_table(image, x * (1 - amount) + (1 - x) * amount)


def sharpen(image: Pixels, amount: float) -> Pixels:
    """Add what a blur of the luma takes away, twice at 100 %, but for the faintest, which is noise.

    Only luma is sharpened, so that edges get no coloured fringes.
    """
    colours = colour_bands(image)
    bands = np.ascontiguousarray(image[..., :colours])
    luma = cv2.transform(bands, np.array([LUMA])) if colours == 3 else bands
    grey = luma.reshape(image.shape[:2])
    soft = cv2.GaussianBlur(grey, (0, 0), EDGE, borderType=cv2.BORDER_REPLICATE)
    detail = np.arange(-255, 256)
    cored = np.sign(detail) * np.maximum(np.abs(detail) - NOISE, 0)
    table = np.rint(cored * (2 * amount)).astype(np.int16)
    added = table[cv2.subtract(grey, soft, dtype=cv2.CV_16S) + 255]
    thick = cv2.merge([added] * colours).reshape(bands.shape)
    result = image.copy()
    result[..., :colours] = cv2.add(bands, thick, dtype=cv2.CV_8U).reshape(bands.shape)
    return result


def blur(image: Pixels, sigma: float) -> Pixels:
    """Blur by a Gaussian of ``sigma`` pixels."""
    by = max(1, int(sigma / FINE_SIGMA * 2)) if sigma > FINE_SIGMA else 1
    height, width = image.shape[:2]
    padded = cv2.copyMakeBorder(image, 0, -height % by, 0, -width % by, cv2.BORDER_REPLICATE)
    coarse = _shrink(_with_bands(padded, image), by)
    blurred = cv2.GaussianBlur(coarse, (0, 0), sigma / by, borderType=cv2.BORDER_REPLICATE)
    small = _unweighted(_with_bands(blurred, image))
    size = (padded.shape[1], padded.shape[0])
    large = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR) if by > 1 else small
    return _with_bands(large, image)[:height, :width].astype(np.uint8, copy=False)


def pixelate(image: Pixels, block: int, origin: tuple[int, int] = (0, 0)) -> Pixels:
    """Replace blocks of ``block`` x ``block`` pixels, one starting at ``origin``, by their mean."""
    height, width = image.shape[:2]
    top, left = -origin[0] % block, -origin[1] % block
    below, right = -(height + top) % block, -(width + left) % block
    padded = cv2.copyMakeBorder(image, top, below, left, right, cv2.BORDER_REPLICATE)
    small = _unweighted(_shrink(_with_bands(padded, image), block))
    size = (padded.shape[1], padded.shape[0])
    large = _with_bands(cv2.resize(small, size, interpolation=cv2.INTER_NEAREST), image)
    return large[top : top + height, left : left + width].astype(np.uint8, copy=False)


def _by_table(image: Pixels, curve: NDArray[np.float64]) -> Pixels:
    table = np.clip(np.rint(curve * 255), 0, 255).astype(np.uint8)
    result = image.copy()
    colours = colour_bands(image)
    flat = np.ascontiguousarray(image[..., :colours])
    result[..., :colours] = cv2.LUT(flat, table).reshape(flat.shape)
    return result


def _by_luma(image: Pixels, curve: NDArray[np.float64]) -> Pixels:
    """Move luma along a curve and all colours with it, so that hues stay."""
    x = np.arange(256) / 255
    gains = np.divide(curve, x, out=np.ones_like(x), where=x > 0).astype(np.float32)
    result = image.copy()
    colours = colour_bands(image)
    for top in range(0, image.shape[0], STRIP):
        strip = np.ascontiguousarray(image[top : top + STRIP, :, :colours])
        luma = cv2.transform(strip, np.array([LUMA])) if colours == 3 else strip
        gain = cv2.LUT(luma.reshape(strip.shape[:2]), gains)
        moved = cv2.multiply(strip, cv2.merge([gain] * colours), dtype=cv2.CV_8U)
        result[top : top + STRIP, :, :colours] = moved.reshape(strip.shape)
    return result


def _with_bands(values: MatLike, image: Pixels) -> MatLike:
    """Give back the axis of bands that OpenCV drops when there is one."""
    return values.reshape(*values.shape[:2], image.shape[2])


def _shrink(image: MatLike, by: int) -> Floats:
    """Average cells of ``by`` x ``by`` pixels; colours weighted by alpha, if there is any."""
    size = (image.shape[1] // by, image.shape[0] // by)
    weighted = image.astype(np.float32)
    if colour_bands(image) < image.shape[2]:
        weighted[..., :-1] *= weighted[..., -1:] / 255
    shrunk = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA) if by > 1 else weighted
    return shrunk.reshape(size[1], size[0], image.shape[2]).astype(np.float32, copy=False)


def _unweighted(values: MatLike) -> Pixels:
    """Undo the weighting by alpha and come back to whole levels."""
    levels: Floats = values.astype(np.float32)
    if colour_bands(levels) < levels.shape[2]:
        levels[..., :-1] *= 255 / np.maximum(levels[..., -1:], 1 / 255)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
