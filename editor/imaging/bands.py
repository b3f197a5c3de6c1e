"""Pixels as arrays: height x width x bands, uint8, straight alpha last where there is one.

One band is grey, two are grey with alpha, three are red, green and blue, four have alpha too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

type Pixels = NDArray[np.uint8]
# Height x width: 0 is protected, 255 is wholly the edit's.
type Coverage = NDArray[np.uint8]
type Field = NDArray[np.float32]

# Rows worked on at once: floats of all of a large mask would take a hundred bytes for each pixel.
STRIP: Final = 128
# An answer larger than this is averaged down first: a kernel of 8 x 8 alone would skip pixels.
NEARLY: Final = 1.2
# Rec. 601, as OpenCV's own conversion to grey.
LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)


def strips(height: int, rows: int = STRIP) -> Iterator[slice]:
    """A picture's rows, so many at once."""
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))


def depth(inner: NDArray[np.bool_], most: float, kernel: Literal[3, 5]) -> Field:
    """How far each pixel of `inner` lies from the nearest that is not, told up to `most`.

    In strips that look so far beyond themselves: the transform takes eight bytes for each pixel.
    """
    height, reach = inner.shape[0], math.ceil(most) + 1
    found = np.empty(inner.shape, np.float32)
    for rows in strips(height, max(STRIP, 2 * reach)):
        top, bottom = max(0, rows.start - reach), min(height, rows.stop + reach)
        part = inner[top:bottom].view(np.uint8)
        far = np.asarray(cv2.distanceTransform(part, cv2.DIST_L2, kernel), np.float32)
        np.minimum(far[rows.start - top : rows.stop - top], most, out=found[rows])
    return found


def has_alpha(pixels: Pixels) -> bool:
    """Whether the last band says how opaque a pixel is."""
    return pixels.shape[2] in {2, 4}


def colours(pixels: Pixels) -> Pixels:
    """The bands without alpha."""
    return pixels[..., :-1] if has_alpha(pixels) else pixels


def in_colours_of(answer: Pixels, parent: Pixels) -> Pixels:
    """The answer grey or coloured as `parent` is; it has alpha when either has."""
    alpha = [answer[..., -1:]] if has_alpha(answer) else []
    if not alpha and has_alpha(parent):
        alpha = [np.full((*answer.shape[:2], 1), 255, np.uint8)]
    drawn, wanted = colours(answer), colours(parent).shape[2]
    if wanted == 3 and drawn.shape[2] == 1:
        drawn = np.repeat(drawn, 3, axis=2)
    elif wanted == 1 and drawn.shape[2] == 3:
        drawn = np.rint(drawn @ LUMA).astype(np.uint8)[..., None]
    return np.ascontiguousarray(np.concatenate([drawn, *alpha], axis=2) if alpha else drawn)


def premultiplied(pixels: Pixels) -> Field:
    """Colours times alpha, as float: what may be averaged without dark fringes (Porter, Duff 1984)."""
    field = pixels.astype(np.float32)
    field[..., :-1] *= field[..., -1:] / 255
    return field


def straight(field: Field) -> Pixels:
    """The reverse of `premultiplied`, which it uses up."""
    np.clip(field[..., -1:], 0, 255, out=field[..., -1:])
    field[..., :-1] *= 255 / np.maximum(field[..., -1:], 1e-3)
    np.clip(field, 0, 255, out=field)
    return np.rint(field, out=field).astype(np.uint8)


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Resampled to `size` (width, height)."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    smaller = size[0] * size[1] < width * height
    kernel = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    if not has_alpha(pixels):
        return with_bands(np.asarray(cv2.resize(pixels, size, interpolation=kernel)))
    moved = cv2.resize(premultiplied(pixels), size, interpolation=kernel)
    return straight(np.asarray(moved, np.float32))


def warped(pixels: Pixels, matrix: NDArray[np.float64], size: tuple[int, int]) -> Pixels:
    """Each pixel of the result is taken from where `matrix` (2 x 3) says, bicubically.

    `matrix` speaks in pixels of an answer of `size`; one of another size is resampled only once.
    """
    height, width = pixels.shape[:2]
    if max(width / size[0], height / size[1]) > NEARLY:
        pixels, (width, height) = resized(pixels, size), size
    across = np.diag([width / size[0], height / size[1], 1.0])
    centred = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    nominal = np.vstack([matrix, [0.0, 0.0, 1.0]])
    # Pixel centres lie at halves: (x + 0.5) scales, x does not.
    place = np.linalg.inv(centred) @ across @ centred @ nominal
    source = premultiplied(pixels) if has_alpha(pixels) else pixels
    moved = np.asarray(
        cv2.warpAffine(
            source,
            place[:2],
            size,
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
    )
    if has_alpha(pixels):
        return straight(np.asarray(moved, np.float32))
    return with_bands(moved)


def luma(pixels: Pixels) -> Pixels:
    """Height x width of grey; what is transparent is middle grey."""
    colour = colours(pixels)
    grey = colour[..., 0] if colour.shape[2] == 1 else np.asarray(
        cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_RGB2GRAY), np.uint8
    )  # fmt: skip
    if not has_alpha(pixels):
        return grey
    alpha = pixels[..., -1].astype(np.uint16)
    return ((grey * alpha + np.uint16(128) * (255 - alpha)) // np.uint16(255)).astype(np.uint8)


def with_bands(pixels: NDArray[np.generic]) -> Pixels:
    """OpenCV drops the last axis of a single band; this puts it back."""
    bands = pixels[..., None] if pixels.ndim == 2 else pixels
    return np.asarray(bands, np.uint8)
