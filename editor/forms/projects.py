"""The form for a new project."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ProjectForm(forms.Form):
    """A name; everything else can be decided later."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(
            attrs={"data-testid": "project-name", "autocomplete": "off", "autofocus": True}
        ),
    )
