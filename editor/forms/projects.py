"""The forms of the list of projects: a new one, and what the list shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from editor.services.projects import Shelf

NAME_LENGTH = 120


class ProjectForm(forms.Form):
    """A name; everything else can be decided later."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(
            attrs={"data-testid": "project-name", "autocomplete": "off", "autofocus": True}
        ),
    )


class ProjectsQuery(forms.Form):
    """Which projects to list; what makes no sense is left out rather than refused."""

    q = forms.CharField(max_length=NAME_LENGTH, required=False)
    show = forms.ChoiceField(choices=[(shelf.value, shelf.value) for shelf in Shelf])

    def clean(self) -> dict[str, Any]:
        """Give every field a value."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        return {"q": data.get("q") or "", "show": Shelf(data.get("show") or Shelf.ACTIVE)}
