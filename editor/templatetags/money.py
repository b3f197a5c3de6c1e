"""Amounts of money in templates."""

from django import template

from editor.engines.costs import CostRange
from editor.models import Edit
from editor.services import money
from editor.services.money import Spent

register = template.Library()


@register.filter
def dollars(micros: int) -> str:
    """Return an amount as people write it: "$0.04"."""
    return money.dollars(micros)


@register.filter
def span(cost: CostRange) -> str:
    """Return what something may cost: "$0.04 to 0.21"."""
    return money.span(cost)


@register.filter
def cost(edit: Edit) -> Spent:
    """Return what an edit cost so far, for components/cost.html."""
    return money.cost_of(edit)
