"""The form of a provider's test: with which model."""

import math
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models import Provider
from editor.services import probes, providers


class ProviderProbeForm(forms.Form):
    """One of the models that the provider offers."""

    model = forms.ChoiceField(
        label=gettext_lazy("With which model"),
        widget=forms.Select(attrs={"data-testid": "probe-model"}),
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (name, _priced(provider, name)) for name in provider.offered
        ]


def _priced(provider: Provider, name: str) -> str:
    """A model's name with the most that a test with it may cost."""
    label, high = providers.model(provider, name).label, probes.cost(provider, name).high
    if high is None:
        return _("%(model)s (price unknown)") % {"model": label}
    dollars = f"{math.ceil(high / 10_000) / 100:.2f}"
    return _("%(model)s (up to $%(price)s)") % {"model": label, "price": dollars}
