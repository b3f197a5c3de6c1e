"""Prices in words. Amounts are millionths of a US dollar."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from editor.engines.costs import CostRange

MICRO = Decimal("0.000001")
CENT = Decimal("0.01")
MILL = Decimal("0.001")
# Below this a cent is too coarse to compare prices by.
SMALL = Decimal("0.10")


def of(micros: int) -> str:
    """Return an amount: "$1.20", "$0.041"; "less than $0.001" for what is hardly anything."""
    dollars = micros * MICRO
    if 0 < dollars < MILL:
        return _("less than %(amount)s") % {"amount": _dollars(MILL, MILL)}
    return _dollars(dollars, _step(dollars))


def of_range(cost: CostRange) -> str:
    """Return what something may cost: from the least to the most, or that nobody knows."""
    if cost.high is None:
        return _("cost unknown")
    high = cost.high * MICRO
    low = (cost.low or 0) * MICRO
    step = _step(high)
    least, most = _rounded(low, step), _rounded(high, step)
    if least == most or cost.low == cost.high:
        return _("about %(amount)s") % {"amount": of(cost.high)}
    if cost.low is None:
        return _("up to %(amount)s") % {"amount": of(cost.high)}
    return _("about %(low)s\u2013%(high)s") % {"low": _dollars(low, step), "high": _figure(most)}


def _step(dollars: Decimal) -> Decimal:
    return MILL if 0 < dollars < SMALL else CENT


def _rounded(dollars: Decimal, step: Decimal) -> Decimal:
    """What costs something is never written as nothing."""
    rounded = dollars.quantize(step, ROUND_HALF_UP)
    return max(rounded, step) if dollars > 0 else rounded


def _dollars(dollars: Decimal, step: Decimal) -> str:
    return f"${_figure(_rounded(dollars, step))}"


def _figure(amount: Decimal) -> str:
    return str(number_format(amount, use_l10n=True, force_grouping=True))
