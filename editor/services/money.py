"""Amounts of money as people read them.

Amounts are whole millionths of a US dollar. What nobody knows is never written as $0.00.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from editor.engines.costs import CostRange

CENT: Final = Decimal("0.01")


def dollars(micros: int, rounding: str = ROUND_HALF_UP) -> str:
    """Return "$0.04", "$12.50"; below a cent two digits that count: "$0.0042"."""
    return "$" + _figure(micros, rounding)


def at_most(micros: int) -> str:
    """Return the amount rounded up: what somebody may have to pay is not less than this."""
    return dollars(micros, ROUND_CEILING)


def at_least(micros: int) -> str:
    """Return the amount rounded down: what is left is not less than this."""
    return dollars(micros, ROUND_FLOOR)


def span(cost: CostRange) -> str:
    """Return "$0.04-0.21" with a dash, "up to $0.21", "free", or that nobody knows."""
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
        # Two digits that count, wherever the first one stands.
        step = Decimal(1).scaleb(max(-6, amount.adjusted() - 1))
    rounded = amount.quantize(step, rounding).normalize()
    places = max(2, -int(str(rounded.as_tuple().exponent)))
    return str(number_format(rounded, places, force_grouping=True))
