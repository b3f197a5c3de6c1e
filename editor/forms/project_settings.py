"""The forms of a project's settings: another name, and its name typed before it is deleted."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.forms.projects import NAME_LENGTH


class RenameForm(forms.Form):
    """Another name."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-testid": "rename"}),
    )


class DeleteForm(forms.Form):
    """The project's name, typed by hand, so that nobody deletes the wrong one."""

    name = forms.CharField(
        label=gettext_lazy("Type the project\u2019s name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "data-testid": "delete-name"}
        ),
    )

    def __init__(self, *args: Any, project_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wanted = project_name

    def clean_name(self) -> str:
        """Refuse any other name; spaces and the way accents are written do not count."""
        given: str = self.cleaned_data["name"]
        if _plain(given) != _plain(self._wanted):
            raise ValidationError(_("This is not the project\u2019s name."))
        return given


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())
