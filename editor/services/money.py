"""Amounts of money as people read them, and what is known of an edit's cost.

Amounts are whole millionths of a US dollar. What nobody knows is never written as $0.00.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from editor.models import OPEN_STATES, CostBasis
from editor.services.books import Books

if TYPE_CHECKING:
    from editor.engines.costs import CostRange
    from editor.models import Edit

MICROS: Final = 1_000_000
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


def _figure(micros: int, rounding: str = ROUND_HALF_UP) -> str:
    amount = Decimal(micros).scaleb(-6)
    step = CENT
    if 0 < abs(amount) < CENT:
        # Two digits that count, wherever the first one stands.
        step = Decimal(1).scaleb(max(-6, amount.adjusted() - 1))
    rounded = amount.quantize(step, rounding).normalize()
    places = max(2, -int(rounded.as_tuple().exponent))
    return number_format(rounded, places, force_grouping=True)


def from_dollars(amount: Decimal) -> int:
    """Return an amount of dollars in millionths."""
    return int(amount * MICROS)


def span(cost: CostRange) -> str:
    """Return what something may cost: from least to most, or that nobody knows."""
    if cost.high is None:
        return _("unknown cost")
    if cost.high == 0:
        return _("free")
    if not cost.low:
        return _("up to %(amount)s") % {"amount": dollars(cost.high)}
    low, high = dollars(cost.low), _figure(cost.high)
    return low if low == f"${high}" else f"{low}\u2013{high}"


class Known(StrEnum):
    """How sure the cost of an edit is."""

    FREE = "free"
    USAGE = "usage"
    ESTIMATE = "estimate"
    HELD = "held"
    RESERVED = "reserved"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Spent:
    """What an edit cost, in words; `known` for how it looks, `explained` for who asks why."""

    text: str
    known: Known
    explained: str


def cost_of(edit: Edit) -> Spent:
    """Return what an edit cost so far. One query, or none with `ledger` prefetched."""
    if edit.provider_id is None and ":" not in edit.engine:
        return Spent(_("free"), Known.FREE, _("This engine costs nothing."))
    rows = sorted(edit.ledger.all(), key=lambda row: row.pk)
    return _spent(Books.read(rows), is_open=edit.state in OPEN_STATES)


def _spent(books: Books, *, is_open: bool) -> Spent:
    if books.is_unknown:
        text = _("unknown cost")
        if books.spent + books.at_risk:
            known = dollars(books.spent + books.at_risk)
            text = _("at least %(amount)s") % {"amount": known}
        return Spent(text, Known.UNKNOWN, _("The provider may have charged more than is known."))
    if books.held:
        return _held(books)
    if books.settled:
        return _settled(books)
    if not is_open:
        return Spent(_("nothing charged"), Known.NOTHING, _("The provider did not run it."))
    if books.reserved is None or books.reserved.basis == CostBasis.UNKNOWN:
        return Spent(_("unknown cost"), Known.UNKNOWN, _("No price is known for this model."))
    text = _("up to %(amount)s") % {"amount": dollars(books.reserved.micros)}
    return Spent(text, Known.RESERVED, _("Set aside until the provider has answered."))


def _held(books: Books) -> Spent:
    why = _("The outcome is unknown: it counts against the budget as if it had been charged.")
    if not books.spent:
        text = _("up to %(amount)s") % {"amount": dollars(books.at_risk)}
        return Spent(text, Known.HELD, why)
    text = f"{dollars(books.spent)}\u2013{_figure(books.spent + books.at_risk)}"
    return Spent(text, Known.HELD, why)


def _settled(books: Books) -> Spent:
    bases = {row.basis for row in books.settled.values()}
    text = dollars(books.spent)
    if CostBasis.ESTIMATE in bases:
        why = _("Estimated: the provider did not say what it counted.")
        return Spent(_("about %(amount)s") % {"amount": text}, Known.ESTIMATE, why)
    if not books.spent:
        return Spent(_("free"), Known.FREE, _("This model costs nothing."))
    return Spent(text, Known.USAGE, _("From what the provider counted."))
