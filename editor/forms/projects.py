"""The forms of the list of projects: a new one, and what the list shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from editor.forms.query import Query
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


class ProjectsQuery(Query):
    """Which projects to list."""

    q = forms.CharField(max_length=NAME_LENGTH, required=False, initial="")
    show = forms.TypedChoiceField(
        choices=[(shelf.value, shelf.value) for shelf in Shelf],
        coerce=Shelf,
        required=False,
        initial=Shelf.ACTIVE,
    )
