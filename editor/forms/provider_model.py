"""The form of a model at one provider: prices, abilities and sizes, in the catalog's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.engines.openai.catalog import Model
from editor.forms.provider_fields import Sizes, Words

PRICES: Final = ("text_in", "image_in", "image_out", "text_out", "per_image", "per_input")
NUMBERS: Final = ("n_max", "inputs_max", "partial_images_max")
CHOICES: Final = ("qualities", "backgrounds", "fidelities", "formats", "moderations")
FLAGS: Final = ("mask", "compression")
LIMITS: Final = ("step", "max_edge", "max_ratio", "min_pixels", "max_pixels")
# What stands on the page; what else differs from the catalog is left alone.
ON_THE_PAGE: Final = {"label", "price", "sizes", *NUMBERS, *CHOICES, *FLAGS}
DEAREST: Final = 100_000


def _dollars(label: str | Promise) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"})
    return forms.FloatField(
        label=label,  # type: ignore[arg-type]
        required=False,
        min_value=0,
        max_value=DEAREST,
        widget=widget,
    )


def _whole(label: str | Promise, *, low: int, high: int, required: bool = True) -> Any:
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=required)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Value:
    """A field beside what the catalog says, where that is something else."""

    field: BoundField
    differs: bool
    catalog: str


class ProviderModelForm(forms.Form):
    """What a model takes and costs at this provider."""

    text_in = _dollars(gettext_lazy("Text in"))
    image_in = _dollars(gettext_lazy("Pictures in"))
    image_out = _dollars(gettext_lazy("Pictures out"))
    text_out = _dollars(gettext_lazy("Text out"))
    per_image = _dollars(gettext_lazy("Each picture that is made"))
    per_input = _dollars(gettext_lazy("Each picture that is sent"))

    label = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    n_max = _whole(gettext_lazy("Results of one edit, at most"), low=1, high=10)
    inputs_max = _whole(gettext_lazy("Pictures that can be sent, at most"), low=1, high=16)
    partial_images_max = _whole(gettext_lazy("Previews on the way, at most"), low=0, high=3)
    mask = forms.BooleanField(label=gettext_lazy("Takes a mask"), required=False)
    compression = forms.BooleanField(label=gettext_lazy("Takes a compression"), required=False)
    qualities = Words(label=gettext_lazy("Qualities"), required=False)
    backgrounds = Words(label=gettext_lazy("Backgrounds"), required=False)
    fidelities = Words(label=gettext_lazy("Input fidelities"), required=False)
    formats = Words(label=gettext_lazy("Formats"), required=False)
    moderations = Words(label=gettext_lazy("Moderation"), required=False)

    listed = Sizes(label=gettext_lazy("Sizes on offer"), required=False)
    step = _whole(gettext_lazy("Edges are multiples of"), low=0, high=1024, required=False)
    max_edge = _whole(gettext_lazy("Longest edge"), low=0, high=65536, required=False)
    max_ratio = forms.FloatField(
        label=gettext_lazy("Longer to shorter edge, at most"),
        min_value=0,
        max_value=100,
        required=False,
    )
    min_pixels = _whole(gettext_lazy("Least pixels"), low=0, high=10**9, required=False)
    max_pixels = _whole(gettext_lazy("Most pixels"), low=0, high=10**9, required=False)

    def __init__(self, *args: Any, model: Model, listed: Model, kept: Mapping[str, Any], **kw: Any):
        super().__init__(*args, **kw)
        self.initial = _values(model)
        self._model, self._listed, self._kept = model, listed, kept
        self._catalog = _values(listed)

    def token_prices(self) -> list[Value]:
        """What a million tokens cost."""
        return self._of(PRICES[:4])

    def picture_prices(self) -> list[Value]:
        """What a picture costs."""
        return self._of(PRICES[4:])

    def abilities(self) -> list[Value]:
        """Which parameters it takes."""
        return self._of(("label", *NUMBERS, *FLAGS, *CHOICES))

    def sizes(self) -> list[Value]:
        """Which sizes it draws."""
        return self._of(("listed", *LIMITS))

    @property
    def has_errors_below(self) -> bool:
        """Whether something is wrong in the part that is folded away."""
        return bool(set(self.errors) - set(PRICES))

    def _of(self, names: Sequence[str]) -> list[Value]:
        now = _values(self._model)
        return [
            Value(self[name], now[name] != self._catalog[name], _said(self._catalog[name]))
            for name in names
        ]

    def clean(self) -> dict[str, Any]:
        """A free size needs its limits."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        least, most = data.get("min_pixels") or 0, data.get("max_pixels") or 0
        if most and least > most:
            self.add_error("max_pixels", _("This is less than the least."))
        if data.get("step") and not (data.get("max_edge") and most):
            self.add_error("max_edge", _("Sizes of any kind need a longest edge and most pixels."))
        return data

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from the catalog, in its own words, for providers.adapt."""
        data = self.cleaned_data
        found = {name: value for name, value in self._kept.items() if name not in ON_THE_PAGE}
        for name in ("label", *NUMBERS, *FLAGS, *CHOICES):
            if data[name] != self._catalog[name]:
                found[name] = data[name]
        for key, names in (("price", PRICES), ("sizes", ("listed", *LIMITS))):
            if any((data[name] or None) != (self._catalog[name] or None) for name in names):
                found[key] = self._group(key, names)
        return found

    def _group(self, key: str, names: Sequence[str]) -> dict[str, Any]:
        """A group's values, with those that this page does not know."""
        before = asdict(self._model.price) if key == "price" and self._model.price else {}
        if key == "sizes" and self._model.abilities.sizes:
            before = asdict(self._model.abilities.sizes)
        known = {name: self.cleaned_data[name] for name in names}
        empty: tuple[Any, ...] = (None, [], (), "") if key == "price" else (None, [], (), "", 0)
        return {name: value for name, value in {**before, **known}.items() if value not in empty}


def _values(model: Model) -> dict[str, Any]:
    """A model's values by the names of the form's fields."""
    takes = model.abilities
    sizes = takes.sizes
    price = model.price
    return {
        **{name: getattr(price, name) if price else None for name in PRICES},
        "label": model.label,
        **{name: getattr(takes, name) for name in (*NUMBERS, *FLAGS)},
        **{name: list(getattr(takes, name)) for name in CHOICES},
        "listed": [list(size) for size in sizes.listed] if sizes else [],
        **{name: (getattr(sizes, name) or None) if sizes else None for name in LIMITS},
    }


def _said(value: Any) -> str:
    """A catalog value as one reads it."""
    if value is None or value == []:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(
            "\u00d7".join(map(str, one)) if isinstance(one, list) else one for one in value
        )
    return f"{value:,g}" if isinstance(value, float) else str(value)


class ResetForm(forms.Form):
    """Which of the two buttons was pressed."""

    reset = forms.BooleanField(required=False)
    relearn = forms.BooleanField(required=False)
