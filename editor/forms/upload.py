"""What an upload must consist of; the file itself is judged where it is decoded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _


class SingleFileField(forms.Field):
    """Exactly one file, of any name and size: an empty one gets its message with the others."""

    widget = forms.FileInput

    def clean(self, value: Any) -> UploadedFile[Any]:
        """Return the file. Raises ValidationError without one."""
        if not isinstance(value, UploadedFile):
            raise ValidationError(_("No file arrived. Choose it again."))
        return value


class UploadForm(forms.Form):
    """One file a request, so that each has its own progress, answer and retry."""

    file = SingleFileField()

    def clean(self) -> dict[str, Any]:
        """Refuse several files in one request."""
        if len(self.files.getlist("file")) > 1:
            raise ValidationError(_("Send one file a request."))
        return super().clean() or self.cleaned_data
