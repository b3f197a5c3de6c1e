"""The forms of API keys: a new one, and which page of them to list."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from editor.forms.budget import DollarsField
from editor.forms.query import Query
from editor.models import Scope
from editor.models.api_key import REQUESTS_PER_MINUTE
from editor.services.api_keys import Wanted

NAME_LENGTH: Final = 80
MOST_REQUESTS: Final = 6000
NEVER: Final = "never"
SCOPES: Final[dict[str, tuple[Scope, ...]]] = {
    "all": (Scope.EDIT, Scope.READ_MODELS),
    "models": (Scope.READ_MODELS,),
}


class KeyForm(forms.Form):
    """What a new key shall be."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("What uses it, so that you know it again: “Build server”, “My laptop”."),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(
            attrs={"data-testid": "key-name", "autocomplete": "off", "autofocus": True}
        ),
    )
    scopes = forms.ChoiceField(
        label=_("It may"),
        choices=[("all", _("Make pictures and list models")), ("models", _("List models only"))],
        initial="all",
    )
    expires = forms.ChoiceField(
        label=_("It ends"),
        choices=[
            ("30", _("In 30 days")),
            ("90", _("In 90 days")),
            ("365", _("In a year")),
            (NEVER, _("Never: only when it is revoked")),
        ],
        initial="90",
        widget=forms.Select(attrs={"data-testid": "key-expires"}),
    )
    budget = DollarsField(
        label=_("Budget, in US dollars a month"),
        help_text=_("Empty: no limit beside the project\u2019s and yours. 0: free engines only."),
        attrs={"data-testid": "key-budget"},
    )
    requests = forms.IntegerField(
        label=_("Requests a minute"),
        help_text=_("A program that asks more often is told to wait."),
        min_value=1,
        max_value=MOST_REQUESTS,
        initial=REQUESTS_PER_MINUTE,
        error_messages={
            "invalid": _("Write a whole number, such as 60."),
            "min_value": _("At least %(limit_value)s."),
            "max_value": _("At most %(limit_value)s."),
        },
    )

    @property
    def wanted(self) -> Wanted:
        """The key asked for, once the form is valid."""
        data: dict[str, Any] = self.cleaned_data
        return Wanted(
            name=data["name"],
            scopes=SCOPES[data["scopes"]],
            expires_at=_end(data["expires"]),
            budget_micros=data["budget"],
            requests_per_minute=data["requests"],
        )


def _end(choice: str) -> datetime | None:
    return None if choice == NEVER else timezone.now() + timedelta(days=int(choice))


class KeysQuery(Query):
    """Which page of keys to list."""

    page = forms.IntegerField(min_value=1, max_value=10**6, required=False, initial=1)
