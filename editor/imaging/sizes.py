"""Which picture sizes a model draws, and which of them fits a crop best."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Size = tuple[int, int]

NAMED: Final = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", re.ASCII)
# Where no rule names a longest edge.
LONGEST: Final = 16_384
# As good as the best: a hundredth is less than a step on any edge that models draw.
SAME_ASPECT: Final = 0.01
# How many pixels more a true aspect is worth: a picture drawn 1 % too wide may cost 8 % less.
WORTH: Final = 8.0


@dataclass(frozen=True, slots=True)
class SizeRules:
    """Legal sizes: the listed ones, or, with a ``step``, all that keep within the limits.

    Edges are multiples of ``step`` and at most ``max_edge`` pixels, the longer at most
    ``max_ratio`` times the shorter, the area from ``min_pixels`` to ``max_pixels``. ``listed`` are
    then the sizes worth offering. A limit of 0 is none.
    """

    listed: tuple[Size, ...] = ()
    step: int = 0
    max_edge: int = 0
    max_ratio: float = 0.0
    min_pixels: int = 0
    max_pixels: int = 0

    @property
    def is_free(self) -> bool:
        """Whether any size within limits will do."""
        return self.step > 0


def named(text: object) -> Size | None:
    """The size that is called "WxH", None for anything else."""
    found = NAMED.fullmatch(text) if isinstance(text, str) else None
    return (int(found[1]), int(found[2])) if found else None


def is_legal(size: Size, rules: SizeRules) -> bool:
    """Whether a model with these rules draws that size."""
    width, height = size
    if min(size) < 1:
        return False
    if not rules.is_free:
        return not rules.listed or size in rules.listed
    return (
        width % rules.step == 0
        and height % rules.step == 0
        and max(size) <= (rules.max_edge or LONGEST)
        and (not rules.max_ratio or max(size) <= rules.max_ratio * min(size))
        and width * height >= rules.min_pixels
        and (not rules.max_pixels or width * height <= rules.max_pixels)
    )


def within(size: Size, most: int) -> Size | None:
    """A smaller size of the same aspect for one of more than `most` pixels, else None."""
    pixels = size[0] * size[1]
    if pixels <= most:
        return None
    scale = (most / pixels) ** 0.5
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def snap(width: int, height: int, rules: SizeRules) -> Size:
    """Return the legal size to draw a crop at, the crop itself where anything is legal.

    The smallest that holds every pixel of the crop; where none does, the largest there is; of
    its aspect, as nearly as the rules allow. Raises ValueError when they allow nothing.
    """
    size = (width, height)
    if is_legal(size, rules):
        return size
    found = list(_candidates(size, rules))
    if not found:
        raise ValueError("sizes: these rules allow no size at all")
    if not rules.is_free:
        best = min(_stretch(one, size) for one in found)
        found = [one for one in found if _stretch(one, size) <= best + SAME_ASPECT]
    roomy = [one for one in found if one[0] >= size[0] and one[1] >= size[1]]
    return min(roomy, key=_dearness(size)) if roomy else max(found, key=_detail(size))


def _dearness(size: Size) -> Callable[[Size], tuple[float, Size]]:
    return lambda one: (math.log(one[0] * one[1]) + WORTH * _stretch(one, size), one)


def _detail(size: Size) -> Callable[[Size], tuple[float, Size]]:
    return lambda one: (math.log(one[0] * one[1]) - WORTH * _stretch(one, size), one)


def _stretch(one: Size, other: Size) -> float:
    """How far two aspects lie apart: 0.01 is one picture drawn 1 % too wide."""
    return abs(math.log(one[0] * other[1] / (one[1] * other[0])))


def _candidates(size: Size, rules: SizeRules) -> Iterator[Size]:
    """Legal sizes of about that aspect: for every width the legal heights next to it."""
    if not rules.is_free:
        yield from rules.listed
        return
    step = rules.step
    for width in range(step, (rules.max_edge or LONGEST) + 1, step):
        least, most = _heights(width, rules)
        lower = width * size[1] // size[0] // step * step
        if least <= most:
            yield from {(width, min(max(one, least), most)) for one in (lower, lower + step)}


def _heights(width: int, rules: SizeRules) -> Size:
    """The least and the most height of a picture that wide; the first is more where none is."""
    least, most = rules.min_pixels / width, float(rules.max_edge or LONGEST)
    if rules.max_pixels:
        most = min(most, rules.max_pixels / width)
    if rules.max_ratio:
        least, most = max(least, width / rules.max_ratio), min(most, width * rules.max_ratio)
    steps = max(1, math.ceil(least / rules.step)), math.floor(most / rules.step)
    return steps[0] * rules.step, steps[1] * rules.step
