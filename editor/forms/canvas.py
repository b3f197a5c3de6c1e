"""What the canvas sends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.forms.areas import ApartForm
from editor.forms.crop import CropForm
from editor.forms.parameters import ParametersForm
from editor.models.public_id import is_public_id
from editor.pipeline.wishes import IDEM_LENGTH, PROMPT_LENGTH

# With the picture that takes the mask these are 16, the most that any model takes.
FURTHER_MOST = 15
HOST_LENGTH = 255


class FurtherField(forms.Field):
    """Public ids of further pictures, in their order; none is fine."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        """Return the ids. Raises ValidationError for too many, one twice, or nonsense."""
        ids = list(value or [])
        if len(ids) > FURTHER_MOST:
            text = _("At most %(most)d further pictures can be sent; %(chosen)d are chosen.")
            raise ValidationError(text % {"most": FURTHER_MOST, "chosen": len(ids)})
        if len(set(ids)) < len(ids):
            raise ValidationError(_("A picture is among the further ones twice. Remove one."))
        if not all(is_public_id(each) for each in ids):
            raise ValidationError(_("Reload the page and choose the further pictures again."))
        return ids


class EditForm(ApartForm, CropForm, ParametersForm):
    """One edit, or one for each area: prompt, engine, parameters, the crop, the painted mask if any,
    and the key of this intent.
    """

    prompt = forms.CharField(
        max_length=PROMPT_LENGTH,
        error_messages={"required": gettext_lazy("Write what should change.")},
    )
    engine = forms.CharField(max_length=200)
    mask = forms.FileField(required=False, allow_empty_file=True)
    inputs = FurtherField(required=False)
    idem = forms.CharField(max_length=IDEM_LENGTH)
    agreed_host = forms.CharField(max_length=HOST_LENGTH, required=False)
    field_order = ("prompt", "engine")
