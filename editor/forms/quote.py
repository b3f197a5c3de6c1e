"""What is asked before an edit is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from editor.forms.areas import IslandsField, WayForm
from editor.forms.canvas import FurtherField
from editor.forms.crop import BOX, CropForm
from editor.forms.parameters import ParametersForm
from editor.imaging.focus import clipped
from editor.pipeline.submit import PROMPT_LENGTH

if TYPE_CHECKING:
    from editor.imaging.focus import Box
    from editor.models import Picture


class BoxField(forms.CharField):
    """The box of what is painted: left, top, right and bottom in picture pixels."""

    def clean(self, value: Any) -> Any:
        """Return the box, None without one. Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return None
        if not BOX.fullmatch(text):
            raise ValidationError(_("The mask's box must be four numbers."))
        left, top, right, bottom = map(int, text.split())
        return left, top, right, bottom


class QuoteForm(WayForm, CropForm, ParametersForm):
    """The wish so far. A prompt may be missing still: its length hardly counts."""

    prompt = forms.CharField(max_length=PROMPT_LENGTH, required=False)
    engine = forms.CharField(max_length=200)
    inputs = FurtherField(required=False)
    box = BoxField(required=False)
    islands = IslandsField(required=False)

    def box_in(self, picture: Picture) -> Box | None:
        """Return the box as far as it lies within the picture; None when nothing of it does."""
        box: Box | None = self.cleaned_data["box"]
        return clipped(box, (picture.width, picture.height)) if box else None

    def islands_in(self, picture: Picture) -> list[Box]:
        """Return the areas as far as they lie within the picture."""
        size = picture.width, picture.height
        return [found for box in self.cleaned_data["islands"] if (found := clipped(box, size))]
