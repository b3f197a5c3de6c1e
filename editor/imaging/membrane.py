"""The smoothest surface through what is known: Laplace's equation, solved from coarse to fine.

Added to what is pasted, a surface through the differences along the border is Poisson cloning
(Pérez, Gangnet and Blake 2003); mean-value cloning (Farbman and others 2009) approximates the same
surface, and a pyramid gets there fastest (Farbman, Fattal and Lischinski 2011, "Convolution
pyramids"). Here each level starts from the coarser one and is relaxed a little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.imaging import bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Field, Pixels
    from editor.imaging.focus import Box

# Every cell is the mean of its neighbours.
NEIGHBOURS: Final = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
STEPS: Final = 12
SMALLEST: Final = 2


def filled(values: Field, weight: Field) -> Field:
    """`values` (height x width x bands) where `weight` (height x width, 0 to 1) is 1, else smooth.

    Zero everywhere when nothing is known.
    """
    height, width = weight.shape
    known = weight[..., None]
    if min(height, width) <= SMALLEST:
        total = float(weight.sum())
        mean = (values * known).sum(axis=(0, 1)) / max(total, 1e-6)
        return np.asarray(values * known + mean * (1 - known), np.float32)
    coarse_values, coarse_weight = halved(values * known, weight)
    below = filled(coarse_values, coarse_weight)
    guess = resized(below, (width, height))
    return relaxed(values, known, np.asarray(values * known + guess * (1 - known), np.float32))


def halved(weighted: Field, weight: Field) -> tuple[Field, Field]:
    """The weighted means of 2 x 2 cells, and whether anything is known of them."""
    height, width = weight.shape
    size = (width + 1) // 2, (height + 1) // 2
    known = np.asarray(cv2.resize(weight, size, interpolation=cv2.INTER_AREA), np.float32)
    total = np.asarray(cv2.resize(weighted, size, interpolation=cv2.INTER_AREA), np.float32)
    total = total.reshape(*known.shape, -1)
    return total / np.maximum(known, 1e-6)[..., None], np.minimum(known * 4, 1).astype(np.float32)


def relaxed(values: Field, known: NDArray[np.float32], guess: Field) -> Field:
    """A few steps of Jacobi's iteration towards the smooth surface; what is known stays."""
    fixed, free = values * known, 1 - known
    for _step in range(STEPS):
        mean = cv2.filter2D(guess, -1, NEIGHBOURS, borderType=cv2.BORDER_REPLICATE)
        guess = fixed + free * np.asarray(mean, np.float32).reshape(guess.shape)
    return np.asarray(guess, np.float32)


def resized(field: Field, size: tuple[int, int]) -> Field:
    """Interpolated between the centres of its cells to `size` (width, height)."""
    larger = np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return larger.reshape(size[1], size[0], field.shape[2])


def window(field: Field, box: Box, size: tuple[int, int], shape: tuple[int, int]) -> Field:
    """The part of a field that spans a picture of `size` (width, height), in `shape` rows, columns.

    `box` is the part in pixels of the picture; each value is taken at the centre of its place.
    """
    x0, y0, x1, y1 = box
    across, down = field.shape[1] / size[0], field.shape[0] / size[1]
    wide, high = (x1 - x0) / shape[1], (y1 - y0) / shape[0]
    place = np.array(
        [
            [wide * across, 0, (x0 + wide / 2) * across - 0.5],
            [0, high * down, (y0 + high / 2) * down - 0.5],
        ]
    )
    found = cv2.warpAffine(
        field,
        place,
        (shape[1], shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32).reshape(*shape, field.shape[2])


def cells(pixels: Pixels, known: NDArray[np.bool_], side: int) -> tuple[Field, NDArray[np.float32]]:
    """Means of what is known in cells of about `side` pixels, and the part that is known, 0 to 1.

    First each row by itself, a strip of rows at once: their floats together would take sixteen
    bytes for each pixel.
    """
    height, width = known.shape
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    across = np.empty((height, columns, pixels.shape[2] + 1), np.float32)
    for strip in bands.strips(height):
        size, part = (columns, strip.stop - strip.start), known[strip].view(np.uint8)
        shown = cv2.copyTo(pixels[strip], part)
        for place, one in ((slice(-1), shown), (slice(-1, None), part)):
            means = cv2.resize(one.astype(np.float32), size, interpolation=cv2.INTER_AREA)
            across[strip, :, place] = means.reshape(*size[::-1], -1)
    sums = np.asarray(cv2.resize(across, (columns, rows), interpolation=cv2.INTER_AREA))
    share = np.asarray(sums[..., -1], np.float32)
    return np.asarray(sums[..., :-1] / np.maximum(share, 1e-6)[..., None], np.float32), share
