"""Parts of a mask that lie far apart: where they are, and whether each is edited by itself."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.forms.crop import box_of
from editor.imaging.focus import clipped
from editor.imaging.islands import touch
from editor.services.apart import Way

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


class WayForm(forms.Form):
    """One crop, or each area by itself; nobody may have chosen."""

    way = forms.ChoiceField(
        choices=[(way.value, way.value) for way in Way],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose how the areas are edited.")},
    )

    @property
    def chosen_way(self) -> Way:
        """What was chosen."""
        return Way(self.cleaned_data["way"])


class ApartForm(WayForm):
    """The same when it is sent: with the areas as they were counted for the quote."""

    apart = IslandsField(required=False)

    def clean_apart(self) -> list[Box]:
        """Return the boxes. Raises ValidationError when two of them touch each other."""
        boxes: list[Box] = self.cleaned_data["apart"]
        if any(touch(one, other) for one, other in combinations(boxes, 2)):
            raise ValidationError(_("The mask's areas lie too near each other. Send one crop."))
        return boxes

    def areas_in(self, picture: Picture) -> tuple[Box, ...]:
        """Return the areas that are edited by themselves; empty for one crop."""
        data = self.cleaned_data
        if self.chosen_way != Way.EACH or len(data["apart"]) < 2:
            return ()
        size = picture.width, picture.height
        return tuple(found for box in data["apart"] if (found := clipped(box, size)))
