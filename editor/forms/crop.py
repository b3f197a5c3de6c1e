"""Which part of the picture goes to an engine, and how its answer is put in: a member's choice."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from editor.imaging.focus import (
    BLENDS,
    FEATHERS,
    FORMER,
    LEAST_CONTEXT,
    MOST_CONTEXT,
    MOST_PADDING,
    UNFRAMED,
    Box,
    Framing,
)

BOX: Final = re.compile(r"\d{1,6}(?: \d{1,6}){3}", re.ASCII)
PERCENT: Final = 100
NUMBER_ERRORS: Final = ("invalid", "min_value", "max_value")


def box_of(text: str) -> Box | None:
    """Return the box that four numbers name, None when they name none."""
    if not BOX.fullmatch(text):
        return None
    left, top, right, bottom = map(int, text.split())
    return (left, top, right, bottom) if left < right and top < bottom else None


def as_chosen(framing: Framing) -> dict[str, Any]:
    """Return a choice as the canvas takes it up again: padding in percent."""
    if framing == FORMER:
        return {}
    padding = framing.padding
    return {
        "context": framing.context,
        "box": framing.box,
        "padding": None if padding is None else round(PERCENT * padding, 2),
        "feather": framing.feather,
        "blend": framing.blend,
    }


class BoxField(forms.CharField):
    """A box on the picture: left, top, right and bottom in its pixels; none is fine."""

    def clean(self, value: Any) -> Any:
        """Return the box, None without one. Raises ValidationError."""
        text = super().clean(value)
        if text and box_of(text) is None:
            raise ValidationError(self.error_messages["invalid"])
        return box_of(text)


def _word(words: tuple[str, ...], message: Any) -> forms.ChoiceField:
    choices = [(word, word) for word in words]
    errors = {"invalid_choice": message}
    return forms.ChoiceField(choices=choices, required=False, error_messages=errors)


class CropForm(forms.Form):
    """The choice; what is left out is left to the engine."""

    context = forms.FloatField(
        required=False,
        min_value=LEAST_CONTEXT,
        max_value=MOST_CONTEXT,
        error_messages=dict.fromkeys(
            NUMBER_ERRORS, gettext_lazy("The surroundings must be a number from 1.1 to 4.")
        ),
    )
    crop = BoxField(
        required=False,
        error_messages={
            "invalid": gettext_lazy("The frame must be four numbers: left, top, right, bottom.")
        },
    )
    padding = forms.FloatField(
        required=False,
        min_value=0,
        max_value=PERCENT * MOST_PADDING,
        error_messages=dict.fromkeys(
            NUMBER_ERRORS, gettext_lazy("The mask can grow by 0 to 10 percent.")
        ),
    )
    feather = _word(FEATHERS, gettext_lazy("Choose an edge from the list."))
    blend = _word(BLENDS, gettext_lazy("Choose a way of blending from the list."))

    @property
    def framing(self) -> Framing:
        """What was chosen."""
        data = self.cleaned_data
        padding = data["padding"]
        return Framing(
            context=data["context"],
            box=data["crop"],
            padding=None if padding is None else padding / PERCENT,
            feather=data["feather"] or UNFRAMED.feather,
            blend=data["blend"] or UNFRAMED.blend,
        )
