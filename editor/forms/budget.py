"""The forms of budgets: amounts of dollars for a month, empty for no limit."""

import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.forms.query import Query
from editor.services.money import MICROS, from_dollars

MOST_DOLLARS: Final = 1_000_000
AMOUNT = re.compile(r"\$?\s*([0-9]{1,9})(?:[.,]([0-9]{1,2}))?\s*\$?")


class DollarsField(forms.CharField):
    """An amount as people type it, "20", "20.50", "$20"; cleaned to millionths, empty to None."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs=attrs | kwargs.pop("attrs", {})),
            **kwargs,
        )

    def clean(self, value: Any) -> int | None:
        """Return millionths, or None for an empty field."""
        text = super().clean(value)
        if not text:
            return None
        found = AMOUNT.fullmatch(text)
        if found is None:
            raise ValidationError(_("Write an amount in US dollars, such as 20 or 20.50."))
        amount = Decimal(f"{found[1]}.{found[2] or 0}")
        if amount > MOST_DOLLARS:
            raise ValidationError(_("At most one million dollars. Empty means no limit."))
        return from_dollars(amount)

    def prepare_value(self, value: Any) -> Any:
        """Show stored millionths as dollars, and what was typed as it was typed."""
        return f"{Decimal(value) / MICROS:.2f}" if isinstance(value, int) else value


class AmountsForm(forms.Form):
    """Amounts that were all sent: a request that leaves one out must not remove a limit."""

    def clean(self) -> dict[str, Any]:
        """Refuse a form that is not whole."""
        cleaned = super().clean() or {}
        for name in self.fields:
            if self.add_prefix(name) not in self.data:
                self.add_error(name, _("Reload the page and enter the amount again."))
        return cleaned


class BudgetForm(AmountsForm):
    """What all members together, and each of them, may spend in a month."""

    project = DollarsField(
        label=gettext_lazy("The whole project, in US dollars a month"),
        help_text=gettext_lazy("Empty: no limit. 0: nothing may be spent."),
        attrs={"data-testid": "project-budget"},
    )
    member = DollarsField(
        label=gettext_lazy("Each member, in US dollars a month"),
        help_text=gettext_lazy(
            "Empty: no limit beside the project\u2019s. You can give a member another figure below."
        ),
        attrs={"data-testid": "each-budget"},
    )


class MemberBudgetForm(AmountsForm):
    """What one member may spend in a month."""

    amount = DollarsField(
        label=gettext_lazy("In US dollars a month"),
        attrs={"data-testid": "member-budget"},
    )


class BudgetQuery(Query):
    """Which page of members to list."""

    page = forms.IntegerField(min_value=1, max_value=10**6, required=False, initial=1)
