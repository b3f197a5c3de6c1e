"""What a page says when it asks for news."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from editor.services.pulse import Cursor

VIEWS = [("gallery", "gallery"), ("canvas", "canvas")]


class PulseForm(forms.Form):
    """The cursor, which page asks, and for the canvas which picture it shows."""

    since = forms.CharField(max_length=24)
    view = forms.ChoiceField(choices=VIEWS)
    picture = forms.SlugField(max_length=32, required=False)

    def clean_since(self) -> Cursor:
        """Turn the text into a cursor."""
        try:
            return Cursor.parse(self.cleaned_data["since"])
        except ValueError as error:
            raise ValidationError("cursor") from error

    def clean(self) -> dict[str, Any]:
        """The canvas must name its picture; for the gallery it means nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("view") == "gallery":
            data["picture"] = ""
        elif not data.get("picture"):
            raise ValidationError("picture")
        return data
