"""What is asked before an edit is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.forms.canvas import FurtherField
from editor.forms.crop import BoxField, CropForm, box_of
from editor.forms.parameters import ParametersForm
from editor.imaging.focus import clipped
from editor.pipeline.submit import PROMPT_LENGTH

if TYPE_CHECKING:
    from editor.imaging.focus import Box
    from editor.models import Picture


# Each is asked a price for.
MOST_ISLANDS = 6


class IslandsField(forms.CharField):
    """Boxes of what is painted far apart, with commas between them; none is fine."""

    def clean(self, value: Any) -> Any:
        """Return the boxes. Raises ValidationError."""
        text = super().clean(value)
        # Of a text without end no more is cut than is needed to see that it is too much.
        parts = text.split(",", MOST_ISLANDS) if text else []
        boxes = [box_of(part) for part in parts]
        if len(boxes) > MOST_ISLANDS or None in boxes:
            raise ValidationError(_("The mask's areas must be a few boxes of four numbers."))
        return boxes


class QuoteForm(CropForm, ParametersForm):
    """The wish so far. A prompt may be missing still: its length hardly counts."""

    prompt = forms.CharField(max_length=PROMPT_LENGTH, required=False)
    engine = forms.CharField(max_length=200)
    inputs = FurtherField(required=False)
    box = BoxField(
        required=False,
        error_messages={"invalid": gettext_lazy("The mask's box must be four numbers.")},
    )
    islands = IslandsField(required=False)

    def box_in(self, picture: Picture) -> Box | None:
        """Return the box as far as it lies within the picture; None when nothing of it does."""
        box: Box | None = self.cleaned_data["box"]
        return clipped(box, (picture.width, picture.height)) if box else None

    def islands_in(self, picture: Picture) -> list[Box]:
        """Return the areas as far as they lie within the picture."""
        size = picture.width, picture.height
        return [found for box in self.cleaned_data["islands"] if (found := clipped(box, size))]
