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
def at_least(micros: int) -> str:
    """Return what is left, never more than there is."""
    return money.at_least(micros)


@register.filter
def span(cost: CostRange) -> str:
    """Return what something may cost: "$0.04–0.21"."""
    return money.span(cost)
