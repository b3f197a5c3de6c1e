"""The form of a provider's test: with which model."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from editor.models import Provider
from editor.services import providers


class ProviderProbeForm(forms.Form):
    """One of the models that the provider offers."""

    model = forms.ChoiceField(
        label=gettext_lazy("With which model"),
        widget=forms.Select(attrs={"data-testid": "probe-model"}),
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (name, providers.model(provider, name).label) for name in provider.offered
        ]
