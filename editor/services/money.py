"""Amounts of money as people read them: millionths of a US dollar; never $0.00 for what is unknown."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from editor.engines.costs import CostRange

CENT: Final = Decimal("0.01")


def dollars(micros: int, rounding: str = ROUND_HALF_UP) -> str:
    """Return "$0.04", "$12.50"; below a cent two digits that count: "$0.0042"."""
    return "$" + _figure(micros, rounding)


def span(cost: CostRange) -> str:
    """Return "$0.04–0.21", "up to $0.21", "free", or that nobody knows."""
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
