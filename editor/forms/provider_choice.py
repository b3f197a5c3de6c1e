"""What is chosen of a provider: its kind of service, and its models."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from editor.engines.openai.catalog import Preset, catalog
from editor.services import providers


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model to tick: its id and name, whether it is offered, and the day it ends, if that is known."""

    id: str
    label: str
    checked: bool
    ends: date | None

    @property
    def has_ended(self) -> bool:
        """Whether its day has come."""
        return self.ends is not None and self.ends <= timezone.localdate()


class PresetForm(forms.Form):
    """What kind of service it is; everything else follows from it."""

    preset = forms.ChoiceField(error_messages={"required": gettext_lazy("Choose what it is.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preset"].choices = providers.labels(())  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Preset | None:
        """The preset, or None when nothing or nonsense was chosen."""
        return catalog().presets[self.cleaned_data["preset"]] if self.is_valid() else None
