"""Amounts of money as people read them: millionths of a US dollar; never $0.00 for what is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from editor.models import CostBasis, LedgerKind

if TYPE_CHECKING:
    from editor.engines.costs import CostRange
    from editor.models import Edit

CENT: Final = Decimal("0.01")


def dollars(micros: int, rounding: str = ROUND_HALF_UP) -> str:
    """Return "$0.04", "$12.50"; below a cent two digits that count: "$0.0042"."""
    return "$" + _figure(micros, rounding)


def span(cost: CostRange) -> str:
    """Return "$0.04 to 0.21", "up to $0.21", "free", or that nobody knows."""
    if cost.high is None:
        return _("unknown cost")
    if cost.high == 0:
        return _("free")
    if not cost.low:
        return _("up to %(amount)s") % {"amount": dollars(cost.high)}
    low, high = dollars(cost.low), _figure(cost.high)
    return low if low == f"${high}" else f"{low}\u2013{high}"


def _figure(micros: int, rounding: str = ROUND_HALF_UP) -> str:
    amount = Decimal(micros).scaleb(-6)
    step = CENT
    if 0 < abs(amount) < CENT:
        step = Decimal(1).scaleb(max(-6, amount.adjusted() - 1))
    rounded = amount.quantize(step, rounding)
    places = 2 if abs(rounded) >= CENT or not rounded else -int(step.as_tuple().exponent)
    return number_format(rounded, places, force_grouping=True)


class Known(StrEnum):
    """How sure the cost of an edit is."""

    FREE = "free"
    USAGE = "usage"
    ESTIMATE = "estimate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spent:
    """What an edit cost, in words; `known` for how it looks, `explained` for who asks why."""

    text: str
    known: Known
    explained: str


def cost_of(edit: Edit) -> Spent:
    """Return what an edit cost so far. One query, or none with `ledger` prefetched."""
    settled = [row for row in edit.ledger.all() if row.kind == LedgerKind.SETTLE]
    if not settled or any(row.basis == CostBasis.UNKNOWN for row in settled):
        return Spent(_("unknown cost"), Known.UNKNOWN, _("No price is known for this model."))
    text = dollars(sum(row.micros for row in settled))
    if any(row.basis == CostBasis.ESTIMATE for row in settled):
        why = _("Estimated: the provider did not say what it counted.")
        return Spent(_("about %(amount)s") % {"amount": text}, Known.ESTIMATE, why)
    return Spent(text, Known.USAGE, _("From what the provider counted."))
