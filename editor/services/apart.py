"""Areas of a mask that lie far apart: all in one crop, or each by itself, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from editor.engines import costs
from editor.imaging import islands
from editor.services import quotes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.engines.base import Engine
    from editor.engines.plans import Plan
    from editor.imaging.focus import Box, Focus
    from editor.services.quotes import Sketch

MILLION = 1_000_000
# Several edits are more to wait for and to look at: they are offered for a seventh less, and
# chosen beforehand for a fifth less.
WORTHWHILE = 6 / 7
CLEARLY = 4 / 5
# Or for so many times the detail.
SHARPER = 1.3


class Way(StrEnum):
    """How areas are edited; empty where nobody chose."""

    EITHER = ""
    ONE = "one"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Apart:
    """The choice: the box of each area, what either way comes to, and which it is now.

    `saved`: by how many percent the areas by themselves are cheaper, 0 when they are not; `detail`:
    with how many times the detail they are drawn, empty without a difference; `can_follow`: whether
    they can be edited one after the other at all.
    """

    boxes: tuple[Box, ...]
    one: str
    each: str
    saved: int
    detail: str
    can_follow: bool
    is_each: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """One crop, and how it is drawn."""

    crop: Focus
    plan: Plan

    @property
    def pixels(self) -> int:
        width, height = self.plan.size or self.crop.size
        return width * height

    @property
    def effort(self) -> float:
        """What may be paid, both ends alike, else what is drawn."""
        low, high = self.plan.cost.low or 0, self.plan.cost.high
        return self.pixels if high is None else low + high

    @property
    def seen(self) -> int:
        """How much of the picture is sent."""
        width, height = self.crop.size
        return width * height

    @property
    def detail(self) -> float:
        """The share of the picture's own detail that comes back, in one direction."""
        return min(1.0, sqrt(self.pixels / self.seen))


def offer(
    engine: Engine, sketch: Sketch, boxes: Sequence[Box], way: Way = Way.EITHER
) -> Apart | None:
    """Return the choice where areas by themselves are much cheaper or sharper, None elsewhere.

    Cheaper in money, or in pixels where no price is known. Who framed all of it wants it together.
    """
    if sketch.box is None or sketch.framing.box or len(boxes) < 2:
        return None
    one = _part(engine, sketch, sketch.box)
    # Whoever sees less of the picture at once draws it sharper.
    sharpest = islands.grouped(boxes, lambda box: _part(engine, sketch, box).seen)
    cheapest = islands.grouped(boxes, lambda box: _part(engine, sketch, box).effort)
    for found, most in ((sharpest, CLEARLY), (cheapest, WORTHWHILE), (sharpest, None)):
        parts = [_part(engine, sketch, box) for box in found]
        if len(found) > 1 and _is_worth_it(one, parts, most):
            return _offered(found, one, parts, way)
    return None


def _is_worth_it(one: _Part, parts: Sequence[_Part], most: float | None) -> bool:
    return _detail(one, parts) >= SHARPER if most is None else _share(one, parts) <= most


def _share(one: _Part, parts: Sequence[_Part]) -> float:
    """What the parts come to, as a share of the one crop; of nothing nothing can be saved."""
    return sum(part.effort for part in parts) / one.effort if one.effort else 1.0


def _detail(one: _Part, parts: Sequence[_Part]) -> float:
    return min(part.detail for part in parts) / one.detail


def _offered(boxes: Sequence[Box], one: _Part, parts: Sequence[_Part], way: Way) -> Apart:
    share, detail = _share(one, parts), _detail(one, parts)
    is_priced = one.plan.cost.is_known
    can_follow = all(part.plan.count == 1 for part in parts)
    is_each = way == Way.EACH or (way == Way.EITHER and is_priced and share <= CLEARLY)
    return Apart(
        boxes=tuple(boxes),
        one=_said([one]),
        each=_said(parts),
        saved=round(100 * (1 - share)) if is_priced and share < 1 else 0,
        detail=number_format(detail, 1) if detail >= SHARPER else "",
        can_follow=can_follow,
        is_each=is_each and can_follow,
    )


def _part(engine: Engine, sketch: Sketch, box: Box) -> _Part:
    return _Part(*quotes.planned(engine, {}, replace(sketch, box=box)))


def _said(parts: Sequence[_Part]) -> str:
    """What several edits come to: money, else megapixels."""
    cost = costs.total(part.plan.cost for part in parts)
    if cost.is_known:
        return quotes.price(cost)
    pixels = sum(part.pixels for part in parts)
    return _("%(megapixels)s megapixels") % {"megapixels": number_format(pixels / MILLION, 1)}
