"""Which part of a picture an engine gets to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from editor.imaging.sizes import Size, SizeRules, snap

type Box = tuple[int, int, int, int]

# A size with so many times a crop's pixels is drawn unscaled: with more around, not enlarged.
NEARLY: Final = 1.25


@dataclass(frozen=True, slots=True)
class FocusRules:
    """How much of its surroundings an engine wants around the mask.

    On each side `margin_factor` times the mask's extent in that direction, at least `margin_min`
    pixels; or the `whole` picture, for a change of all that is not painted. With `sizes` the crop
    grows further, towards an aspect that can be drawn.
    """

    margin_factor: float
    margin_min: int
    whole: bool = False
    sizes: SizeRules | None = None


@dataclass(frozen=True, slots=True)
class Focus:
    """The crop of an edit: x0, y0, x1, y1 in upright picture pixels, half open."""

    box: Box

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        x0, y0, x1, y1 = self.box
        return x1 - x0, y1 - y0

    def to_json(self) -> dict[str, list[int]]:
        """A form that JSON can hold."""
        return {"box": list(self.box)}

    @classmethod
    def from_json(cls, value: dict[str, list[int]]) -> Self:
        """The reverse of `to_json`."""
        x0, y0, x1, y1 = value["box"]
        return cls((x0, y0, x1, y1))


def plan(size: tuple[int, int], mask_box: Box | None, rules: FocusRules) -> Focus:
    """The crop for a mask with that bounding box; the whole picture without one, or by the rules."""
    if mask_box is None or rules.whole:
        return Focus((0, 0, *size))
    x0, x1 = widen(mask_box[0], mask_box[2], size[0], rules)
    y0, y1 = widen(mask_box[1], mask_box[3], size[1], rules)
    if rules.sizes is None:
        return Focus((x0, y0, x1, y1))
    width, height = drawable(x1 - x0, y1 - y0, size, rules.sizes)
    x0, x1 = grown(x0, x1, width, size[0])
    y0, y1 = grown(y0, y1, height, size[1])
    return Focus((x0, y0, x1, y1))


def widen(start: int, end: int, length: int, rules: FocusRules) -> tuple[int, int]:
    """The span with its margins, clipped to 0..length."""
    margin = max(rules.margin_min, round(rules.margin_factor * (end - start)))
    return max(0, start - margin), min(length, end + margin)


def drawable(width: int, height: int, picture: Size, rules: SizeRules) -> Size:
    """The size of a crop that grows to what is drawn anyway, or at least to its aspect.

    Grown to just the size that is drawn, it need not be scaled. Where the picture ends first, the
    crop keeps what it has and is drawn a little unevenly scaled: it is scaled back just so, and
    nothing of the picture is lost.
    """
    wide, high = snap(width, height, rules)
    fits = width <= wide <= picture[0] and height <= high <= picture[1]
    if fits and wide * high <= NEARLY * width * height:
        return wide, high
    longer = max(width, round(height * wide / high))
    taller = max(height, round(width * high / wide))
    return min(longer, picture[0]), min(taller, picture[1])


def grown(start: int, end: int, length: int, limit: int) -> tuple[int, int]:
    """The span made `length` long, on both sides alike as far as 0..limit has room."""
    first = start - (length - (end - start)) // 2
    first = min(max(first, 0), limit - length)
    return first, first + length
