"""Gives an answer the colours of its parent, judged by what lies around the mask.

First one gain and offset for each band, fitted so that a few objects that changed do not count
(iteratively reweighted least squares, Huber 1964); then a smooth field for light that drifted
unevenly, continued into the mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.imaging import bands, membrane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Coverage, Field, Pixels
    from editor.imaging.focus import Box

# Pixels along the side of the cells whose means are compared; fewer for small crops.
CELL: Final = 16
# Cells along the shorter side of a crop, at least.
LEAST_CELLS: Final = 24
# Known cells that are needed, and their likeness, to correct anything.
ENOUGH: Final = 30
RELATED: Final = 0.7
# Grey levels: a ring flatter than this has no gain, and answers off by more are not drift.
FLAT: Final = 4.0
HUBER: Final = 4.0
FARTHEST: Final = 48.0
FIELD_MOST: Final = 24.0
GAINS: Final = (0.6, 1.6)
FITS: Final = 12


@dataclass(frozen=True, slots=True)
class Match:
    """An answer's band b becomes gain[b] * value + offset[b] + field[.., b], in grey levels.

    `field` is a small height x width x bands that spans the crop. `trusted` is no when nothing is
    corrected because the ring is small or shows something else.
    """

    gain: NDArray[np.float32]
    offset: NDArray[np.float32]
    field: Field
    trusted: bool


def neutral(count: int) -> Match:
    """Nothing is corrected."""
    zeros = np.zeros(count, np.float32)
    return Match(
        np.ones(count, np.float32), zeros, np.zeros((1, 1, count), np.float32), trusted=False
    )


def match(parent: Pixels, answer: Pixels, coverage: Coverage) -> Match:
    """The correction for an aligned `answer` of the parent's size and colours."""
    known = comparable(parent, answer, coverage)
    side = max(2, min(CELL, min(coverage.shape) // LEAST_CELLS))
    wanted, part = membrane.cells(bands.colours(parent), known, side)
    drawn, _ = membrane.cells(bands.colours(answer), known, side)
    sure = part > 0.5
    count = wanted.shape[2]
    if np.count_nonzero(sure) < ENOUGH or not related(wanted[sure], drawn[sure]):
        return neutral(count)
    fits = [fit(drawn[sure][:, band], wanted[sure][:, band]) for band in range(count)]
    gain, offset = np.array(fits, np.float32).T
    rest = wanted - (gain * drawn + offset)
    return Match(gain, offset, smooth(rest, part), trusted=True)


def comparable(parent: Pixels, answer: Pixels, coverage: Coverage) -> NDArray[np.bool_]:
    """Where both show the same opaque thing, as far as the mask can tell."""
    known = np.asarray(coverage == 0, np.bool_)
    for pixels in (parent, answer):
        if bands.has_alpha(pixels):
            known &= pixels[..., -1] == 255
    return known


def related(wanted: NDArray[np.float32], drawn: NDArray[np.float32]) -> bool:
    """Whether the same cells are light and dark in both; flat ones need only be near."""
    spread = [values - np.median(values, axis=0) for values in (wanted, drawn)]
    sizes = [float(np.sqrt((values**2).mean())) for values in spread]
    if max(sizes) < FLAT:
        return bool(np.abs(np.median(wanted - drawn, axis=0)).max() <= FARTHEST)
    if min(sizes) < FLAT / 4:
        return False
    return float((spread[0] * spread[1]).mean()) / (sizes[0] * sizes[1]) >= RELATED


def fit(drawn: NDArray[np.float32], wanted: NDArray[np.float32]) -> tuple[float, float]:
    """Gain and offset of one band, by Huber's weights."""
    gain, offset = 1.0, float(np.median(wanted - drawn))
    if float(drawn.std()) < FLAT:
        return gain, offset
    for _turn in range(FITS):
        error = np.abs(wanted - gain * drawn - offset)
        weight = HUBER / np.maximum(error, HUBER)
        share = weight / weight.sum()
        x, y = float((share * drawn).sum()), float((share * wanted).sum())
        spread = float((share * (drawn - x) ** 2).sum())
        slope = float((share * (drawn - x) * (wanted - y)).sum()) / max(spread, 1e-6)
        gain = min(max(slope, GAINS[0]), GAINS[1])
        offset = y - gain * x
    return gain, offset


def smooth(rest: Field, part: NDArray[np.float32]) -> Field:
    """What gain and offset leave, without the cells that simply show something else."""
    size = np.abs(rest).max(axis=2)
    middle = float(np.median(size[part > 0.5]))
    usual = max(4 * middle, HUBER)
    weight = np.asarray(part * np.maximum(0, 1 - (size / usual) ** 2) ** 2, np.float32)
    blurred = [
        np.asarray(cv2.GaussianBlur(one, (0, 0), 1.5), np.float32)
        for one in (rest * weight[..., None], weight)
    ]
    even = blurred[0].reshape(rest.shape) / np.maximum(blurred[1], 1e-6)[..., None]
    known = np.asarray(np.minimum(blurred[1] * 4, 1), np.float32)
    field = membrane.filled(np.asarray(even, np.float32), known)
    return np.asarray(np.clip(field, -FIELD_MOST, FIELD_MOST), np.float32)


def applied(colours: Pixels | Field, found: Match, box: Box, size: tuple[int, int]) -> Field:
    """The colours of `box` of a crop of `size` (width, height), corrected, not yet rounded.

    `colours` may also be means of what is in the box, with fewer rows and columns.
    """
    if not found.trusted:
        return np.asarray(colours, np.float32)
    even = membrane.window(found.field, box, size, (colours.shape[0], colours.shape[1]))
    even += colours * found.gain + found.offset
    return np.clip(even, 0, 255, out=even)
