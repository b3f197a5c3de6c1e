"""Amounts of money in templates."""

from django import template

from editor.engines.costs import CostRange
from editor.models import Edit
from editor.services import money
from editor.services.money import Spent
from editor.services.usage import Tally

register = template.Library()


@register.filter
def dollars(micros: int) -> str:
    """Return an amount as people write it: "$0.04"."""
    return money.dollars(micros)


@register.filter
def span(cost: CostRange) -> str:
    """Return what something may cost, from least to most."""
    return money.span(cost)


@register.filter
def paid(tally: Tally) -> str:
    """Return what was paid; where no price is known at all, a dash rather than $0.00."""
    return money.dollars(tally.paid) if tally.paid or not tally.unknown else "\u2013"


@register.filter
def cost(edit: Edit) -> Spent:
    """Return what an edit cost so far, for components/cost.html."""
    return money.cost_of(edit)
