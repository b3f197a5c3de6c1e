"""Amounts of money in templates."""

from django import template

from editor.engines.costs import CostRange
from editor.services import money

register = template.Library()


@register.filter
def dollars(micros: int) -> str:
    """Return an amount as people write it: "$0.04"."""
    return money.dollars(micros)


@register.filter
def span(cost: CostRange) -> str:
    """Return what something may cost: "$0.04 to 0.21"."""
    return money.span(cost)
