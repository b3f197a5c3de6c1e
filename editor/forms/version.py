"""What can be changed about a version: its name."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.services.pictures import NAME_LENGTH, printable


class RenameForm(forms.Form):
    """A name that can be shown on one line."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        error_messages={"required": gettext_lazy("Write a name.")},
        widget=forms.TextInput(attrs={"data-testid": "picture-name", "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """Drop what cannot be shown. Raises ValidationError when nothing is left."""
        name = printable(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Write a name."))
        return name
