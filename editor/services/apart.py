"""Areas of a mask that lie far apart: what they would cost as edits of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editor.engines.costs import CostRange
from editor.imaging import islands
from editor.services import money, quotes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.engines.base import Engine
    from editor.engines.plans import Plan, Size
    from editor.imaging.focus import Box
    from editor.services.quotes import Sketch

MILLION = 1_000_000
# Several edits are more to wait for and to look at: they are offered for a seventh less.
WORTHWHILE = 6 / 7


@dataclass(frozen=True, slots=True)
class Apart:
    """What is said of them, and the box of each."""

    text: str
    boxes: tuple[Box, ...]


def offer(engine: Engine, sketch: Sketch, boxes: Sequence[Box]) -> Apart | None:
    """Return what to say when edits of their own would be much cheaper, None when they would not.

    Cheaper in money, or in pixels where no price is known. Who framed all of it wants it together.
    """
    if sketch.box is None or sketch.framing.box or len(boxes) < 2:
        return None
    found = islands.grouped(boxes, lambda box: _cost(*_planned(engine, sketch, box)))
    together = _planned(engine, sketch, sketch.box)
    parts = [_planned(engine, sketch, box) for box in found]
    if len(found) == 1 or sum(_cost(*part) for part in parts) > WORTHWHILE * _cost(*together):
        return None
    facts = {"n": len(found), "apart": _said(parts), "together": _said([together])}
    text = ngettext(
        "%(n)d area: %(apart)s instead of %(together)s.",
        "%(n)d areas lie far apart. As edits of their own they come to %(apart)s instead of "
        "%(together)s, and each is drawn with more detail.",
        len(found),
    )
    return Apart(text % facts, tuple(found))


def _planned(engine: Engine, sketch: Sketch, box: Box) -> tuple[Plan, Size]:
    crop, plan = quotes.planned(engine, {}, replace(sketch, box=box))
    return plan, plan.size or crop.size


def _cost(plan: Plan, drawn: Size) -> float:
    """What may be paid, both ends alike, else what is drawn."""
    low, high = plan.cost.low or 0, plan.cost.high
    return drawn[0] * drawn[1] if high is None else low + high


def _said(parts: Sequence[tuple[Plan, Size]]) -> str:
    """What several edits come to: money, else megapixels."""
    costs = [plan.cost for plan, _drawn in parts]
    highs = [cost.high for cost in costs if cost.high is not None]
    if len(highs) == len(parts):
        low = sum(cost.low or 0 for cost in costs)
        return _("about %(amount)s") % {"amount": money.span(CostRange(low, sum(highs)))}
    pixels = sum(drawn[0] * drawn[1] for _plan, drawn in parts)
    return _("%(megapixels)s megapixels") % {"megapixels": number_format(pixels / MILLION, 1)}
