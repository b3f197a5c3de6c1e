"""Why an edit was not sent because of money, in words for the member who wanted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from editor.services.budgets import Budget, OverBudget, PriceUnknown, Refused, Whose
from editor.services.money import at_least, at_most, dollars

if TYPE_CHECKING:
    from editor.models import User


def refusal(refused: Refused, reader: User) -> str:
    """Return what happened, what is left and what can be done."""
    if isinstance(refused, PriceUnknown):
        return _unpriced(refused.budget)
    if not isinstance(refused, OverBudget):
        return str(refused)
    if refused.budget.whose == Whose.PROVIDER:
        return studio(refused.budget, refused.needed)
    if refused.budget.whose == Whose.KEY:
        return f"{_shortage(refused, reader)} {_advice_for_key(refused)}"
    if refused.needed > refused.budget.cap:
        advice = _("An owner can raise the budget.")
    else:
        advice = _("An owner can raise the budget, or wait until %(day)s.") % {
            "day": date_format(refused.renews, "MONTH_DAY_FORMAT")
        }
    return f"{_shortage(refused, reader)} {advice}"


def _advice_for_key(refused: OverBudget) -> str:
    if refused.needed > refused.budget.cap:
        return _("Use a key with a larger budget.")
    return _("Use a key with a larger budget, or wait until %(day)s.") % {
        "day": date_format(refused.renews, "MONTH_DAY_FORMAT")
    }


def studio(budget: Budget, needed: int) -> str:
    """Return that the studio's own budget has no room; how much is left is no member's business."""
    return _(
        "The studio\u2019s budget for %(provider)s has no room this month for an edit that may cost "
        "up to %(needed)s. Ask an administrator, or choose another engine."
    ) % {"provider": budget.name, "needed": at_most(needed)}


def _unpriced(budget: Budget) -> str:
    if budget.whose == Whose.PROVIDER:
        return unpriced_at(budget.name)
    if budget.whose == Whose.KEY:
        return _(
            "Nobody knows what this edit would cost, and the API key has a budget. An owner can "
            "enter the model\u2019s price at its provider, or use a key without a budget."
        )
    return _(
        "Nobody knows what this edit would cost, and there is a budget. An owner can enter "
        "the model\u2019s price at its provider, or remove the budget."
    )


def unpriced_at(provider: str) -> str:
    """Return that the studio's budget for a provider needs a price that nobody knows."""
    return _(
        "Nobody knows what this edit would cost, and the studio has a budget for %(provider)s. "
        "Ask an administrator to enter the model\u2019s price."
    ) % {"provider": provider}


def _shortage(refused: OverBudget, reader: User) -> str:
    figures = {
        "needed": at_most(refused.needed),
        "left": at_least(refused.budget.left),
        "cap": dollars(refused.budget.cap),
        "month": date_format(refused.month.first, "F"),
    }
    if refused.budget.whose == Whose.PROJECT:
        text = _(
            "This edit may cost up to %(needed)s; %(left)s of the project\u2019s %(cap)s for "
            "%(month)s are left."
        )
    elif refused.budget.whose == Whose.KEY:
        text = _(
            "This edit may cost up to %(needed)s; %(left)s of the API key\u2019s %(cap)s for "
            "%(month)s are left."
        )
    elif refused.user_id == reader.pk:
        text = _(
            "This edit may cost up to %(needed)s; %(left)s of your %(cap)s for %(month)s are left."
        )
    else:
        text = _(
            "This edit may cost up to %(needed)s; %(left)s of the member\u2019s %(cap)s for "
            "%(month)s are left."
        )
    return text % figures
