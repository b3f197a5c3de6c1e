"""Parameters of an engine, by API name: what may be chosen, and what was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.services import parameter_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.forms import BoundField
    from django.utils.functional import _StrPromise

    from editor.engines.plans import Abilities

N_MOST, PARTIALS_MOST, EDGE_MOST = 10, 3, 16_384
WORD = re.compile(r"[a-z0-9_-]{1,20}")
SIZE = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")
FREE: Final = "free"
COMPRESSED: Final = ("jpeg", "webp")
# What a parameter is when nobody chose: it is then left to the engine.
UNCHOSEN: Final = ("", "auto", None)

HELP: Final[dict[str, _StrPromise | str]] = {
    "n": gettext_lazy("Each result is drawn, and paid for, by itself."),
    "size": gettext_lazy(
        "The size it is drawn at. The result always gets the size of your picture."
    ),
    "quality": gettext_lazy("Low is the quickest and cheapest; higher shows more detail."),
    "background": gettext_lazy("What is behind things where the model may choose."),
    "input_fidelity": gettext_lazy("High keeps faces and marks truer, and costs more."),
    "output_format": gettext_lazy("PNG loses nothing. The result is kept without loss either way."),
    "output_compression": gettext_lazy("0 is the smallest file, 100 the best picture."),
    "moderation": gettext_lazy("How strictly the provider looks at prompt and pictures."),
    "partial_images": gettext_lazy("Drafts to look at while you wait. Each costs a little more."),
}


class WordField(forms.CharField):
    """One word out of a list; others are kept, so that the engine's plan says what becomes of them."""

    widget = forms.Select

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, required=False, **options)

    def validate(self, value: str) -> None:
        """Raise ValidationError for what is no word."""
        super().validate(value)
        if value and not WORD.fullmatch(value):
            raise ValidationError(_("Choose one from the list."))


class SizeField(forms.CharField):
    """ "auto", "WxH", or "free" for a width and a height of one's own."""

    widget = forms.Select

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=12, required=False, **options)

    def validate(self, value: str) -> None:
        """Raise ValidationError for what is no size."""
        super().validate(value)
        if value not in {"", "auto", FREE} and not SIZE.fullmatch(value):
            raise ValidationError(_("Choose a size from the list."))


def _edge(label: _StrPromise | str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=EDGE_MOST)


def _named(name: str) -> dict[str, Any]:
    label = format_lazy("{}", parameter_words.NAMES[name])
    return {"label": label, "help_text": HELP[name]}


class ParametersForm(forms.Form):
    """What may be chosen for one edit. With `abilities` it offers what that engine takes."""

    use_required_attribute = False

    n = forms.IntegerField(min_value=1, max_value=N_MOST, required=False, **_named("n"))
    size = SizeField(**_named("size"))
    width = _edge(gettext_lazy("Width"))
    height = _edge(gettext_lazy("Height"))
    quality = WordField(**_named("quality"))
    background = WordField(**_named("background"))
    input_fidelity = WordField(**_named("input_fidelity"))
    output_format = WordField(**_named("output_format"))
    output_compression = forms.IntegerField(
        min_value=0, max_value=100, required=False, **_named("output_compression")
    )
    moderation = WordField(**_named("moderation"))
    partial_images = forms.IntegerField(
        min_value=0,
        max_value=PARTIALS_MOST,
        required=False,
        widget=forms.Select,
        **_named("partial_images"),
    )

    def __init__(self, *args: Any, abilities: Abilities | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offered: list[str] = []
        if abilities:
            self._offer(abilities)

    @property
    def offered(self) -> Iterator[BoundField]:
        """The fields that the engine takes, in their order."""
        return (self[name] for name in self._offered)

    @property
    def parameters(self) -> dict[str, Any]:
        """What was chosen, by API name; what was left to the engine is not in it."""
        data = self.cleaned_data
        chosen = {name: data.get(name) for name in HELP}
        if chosen["size"] == FREE:
            chosen["size"] = f"{data['width']}x{data['height']}"
        if data.get("output_format") not in COMPRESSED:
            chosen.pop("output_compression")
        silent = {"n": 1, "partial_images": 0}
        return {
            name: value
            for name, value in chosen.items()
            if value not in UNCHOSEN and silent.get(name) != value
        }

    def clean(self) -> dict[str, Any]:
        """Ask for both edges of a size of one's own."""
        data = super().clean() or self.cleaned_data
        if data.get("size") == FREE:
            for edge in ("width", "height"):
                if data.get(edge) is None and edge not in self.errors:
                    self.add_error(edge, _("Enter width and height, or choose a size."))
        return data

    def _offer(self, abilities: Abilities) -> None:
        self._offer_numbers(abilities)
        sizes = abilities.sizes
        if sizes:
            listed = [f"{width}x{height}" for width, height in sizes.listed]
            more = [(FREE, _("Own size…"))] if sizes.is_free else []
            self._choose("size", listed, more)
        self._choose("quality", abilities.qualities)
        self._choose("background", abilities.backgrounds)
        self._choose("input_fidelity", abilities.fidelities)
        self._choose("output_format", abilities.formats)
        self._choose("moderation", abilities.moderations)
        self._offered.sort(key=list(HELP).index)

    def _offer_numbers(self, abilities: Abilities) -> None:
        if abilities.n_max > 1:
            self.fields["n"].widget.attrs |= {"max": abilities.n_max, "placeholder": "1"}
            self._offered.append("n")
        if abilities.compression:
            self.fields["output_compression"].widget.attrs |= {"placeholder": "100"}
            self._offered.append("output_compression")
        if most := abilities.partial_images_max:
            numbers = [(str(number), str(number)) for number in range(1, most + 1)]
            self._fill("partial_images", [("", _("None")), *numbers])

    def _choose(self, name: str, values: Iterable[str], more: Iterable[Any] = ()) -> None:
        """Offer the values in words; "auto", where one may leave it to the engine, is the first."""
        words = [value for value in values if value != "auto"]
        if words:
            choices = [(word, parameter_words.value(name, word)) for word in words]
            automatic = parameter_words.value(name, "auto") if name in AUTOMATIC else _("Default")
            self._fill(name, [("", automatic), *choices, *more])

    def _fill(self, name: str, choices: list[Any]) -> None:
        widget = self.fields[name].widget
        if isinstance(widget, forms.Select):
            widget.choices = choices
        self._offered.append(name)


AUTOMATIC: Final = frozenset({"size", "quality", "background"})
