"""What is asked before an edit is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from editor.forms.areas import IslandsField, WayForm
from editor.forms.canvas import FurtherField
from editor.forms.crop import BoxField, CropForm
from editor.forms.parameters import ParametersForm
from editor.imaging.focus import clipped
from editor.pipeline.wishes import PROMPT_LENGTH

if TYPE_CHECKING:
    from editor.imaging.focus import Box
    from editor.models import Picture


class QuoteForm(WayForm, CropForm, ParametersForm):
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
