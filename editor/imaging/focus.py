"""Which part of a picture an engine gets to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

type Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FocusRules:
    """How much of its surroundings an engine wants around the mask.

    On each side `margin_factor` times the mask's extent in that direction, at least `margin_min`
    pixels; or the `whole` picture, for a change of all that is not painted.
    """

    margin_factor: float
    margin_min: int
    whole: bool = False


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
    return Focus((x0, y0, x1, y1))


def widen(start: int, end: int, length: int, rules: FocusRules) -> tuple[int, int]:
    """The span with its margins, clipped to 0..length."""
    margin = max(rules.margin_min, round(rules.margin_factor * (end - start)))
    return max(0, start - margin), min(length, end + margin)
