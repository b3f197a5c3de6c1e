"""The form of how a provider is asked: its preset's words, each of which may be another here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.engines.openai import entries, manner_rules
from editor.engines.openai.manner import Manner
from editor.engines.openai.manner_rules import CHOICES, PARAMETERS, RANGES
from editor.forms import manner_words
from editor.forms.provider_fields import Megabytes, Pairs, Sizes, Texts

SIZES: Final = ("listed", "step", "max_edge", "max_ratio", "min_pixels", "max_pixels")
SIZE_FIELDS: Final = tuple(f"size_{name}" for name in SIZES)
# What stands on the page; what else differs from the preset is left alone.
WORDS: Final = (
    *("transport", "auth", "root", "path", "query", "names_model"),
    *("image_field", "max_images", "max_bytes", "jpeg"),
    *("mask", "mask_field", "needs_mask", "mask_max_bytes"),
    *("size_mode", "aspects", "max_pixels", "fields", "extra", "user_field", "result_hosts"),
)


def _choice(word: str, label: str | Promise, help_text: str | Promise = "") -> forms.ChoiceField:
    choices = [(name, manner_words.CHOICES[word][name]) for name in manner_words.CHOICES[word]]
    return forms.ChoiceField(label=label, choices=choices, help_text=help_text)  # type: ignore[arg-type]


def _flag(label: str | Promise, help_text: str | Promise = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)  # type: ignore[arg-type]


def _text(label: str | Promise, help_text: str | Promise = "", **more: Any) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    )
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        max_length=200,
        widget=widget,
        **more,
    )


def _whole(label: str | Promise, low: int, high: int, *, required: bool = False) -> Any:
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=required)  # type: ignore[arg-type]


def _bytes(word: str, label: str | Promise) -> Megabytes:
    low, high = RANGES[word]
    return Megabytes(label=label, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Value:
    """A field beside what the preset says, where that is something else."""

    field: BoundField
    differs: bool
    preset: str

    @property
    def is_wide(self) -> bool:
        """Whether half a line is too narrow for it."""
        return self.field.name in {"fields_taken", "result_hosts"}


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of one subject."""

    title: str
    hint: str
    values: list[Value]
    has_errors: bool

    @property
    def is_open(self) -> bool:
        """Whether there is something to see."""
        return self.has_errors or self.changed > 0

    @property
    def changed(self) -> int:
        """How many of them differ."""
        return sum(value.differs for value in self.values)


class ProviderMannerForm(forms.Form):
    """How requests to this provider look, and where its results may lie."""

    mask = _choice("mask", gettext_lazy("What is to change is"))
    mask_field = _text(gettext_lazy("Name of the mask\u2019s field"))
    mask_max_bytes = _bytes("mask_max_bytes", gettext_lazy("A mask in megabytes, at most"))
    needs_mask = _flag(
        gettext_lazy("It wants a mask every time"),
        gettext_lazy("Where nobody painted one, all of the picture is marked."),
    )

    image_field = _choice("image_field", gettext_lazy("Names of the pictures\u2019 fields"))
    max_images = _whole(gettext_lazy("Pictures at most, with the edited one"), 1, 16, required=True)
    max_bytes = _bytes("max_bytes", gettext_lazy("A picture in megabytes, at most"))
    jpeg = _flag(
        gettext_lazy("Large pictures may go as JPEG"),
        gettext_lazy("Else an edit whose picture is too large as PNG is refused."),
    )

    transport = _choice("transport", gettext_lazy("A request is"))
    auth = _choice("auth", gettext_lazy("The key goes as"))
    root = _text(
        gettext_lazy("Path of the API"),
        gettext_lazy("Added to the address, as far as that does not end with it."),
        required=False,
    )
    path = _text(
        gettext_lazy("Path of edits, after that"),
        gettext_lazy("{model} in it stands for the model."),
    )
    query = Pairs(
        label=gettext_lazy("Query of the address"),
        required=False,
        help_text=gettext_lazy("On each line, name=value."),
    )
    names_model = _flag(gettext_lazy("The model is named in a field"))

    fields_taken = forms.MultipleChoiceField(
        label=gettext_lazy("It takes"),
        choices=[(name, name) for name in PARAMETERS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    extra = Pairs(
        label=gettext_lazy("Sent every time"),
        required=False,
        help_text=gettext_lazy("On each line, name=value. A model that refuses one is spared it."),
    )
    user_field = _text(
        gettext_lazy("Field for who asks"),
        gettext_lazy("It holds a code that names nobody. Empty: it is not sent."),
        required=False,
    )

    size_mode = _choice("size_mode", gettext_lazy("The size is asked for"))
    aspects = Texts(
        label=gettext_lazy("Aspects that it knows"),
        required=False,
        help_text=gettext_lazy("Such as 1:1, 3:2, 2:3."),
    )
    max_pixels = _whole(
        gettext_lazy("Most pixels that are sent"), *RANGES["max_pixels"], required=True
    )
    size_listed = Sizes(label=gettext_lazy("Sizes on offer"), required=False)
    size_step = _whole(gettext_lazy("Edges are multiples of"), 0, 1024)
    size_max_edge = _whole(gettext_lazy("Longest edge"), 0, 65536)
    size_max_ratio = forms.FloatField(
        label=gettext_lazy("Longer to shorter edge, at most"),
        min_value=0,
        max_value=100,
        required=False,
    )
    size_min_pixels = _whole(gettext_lazy("Least pixels"), 0, 10**9)
    size_max_pixels = _whole(gettext_lazy("Most pixels"), 0, 10**9)

    result_hosts = Texts(
        label=gettext_lazy("Hosts of results"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Beside the service itself, such as cdn.example.com; a name counts for those below it, "
            "and * is any. Only over https, and never inside this server\u2019s networks."
        ),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        listed: Manner,
        current: Manner,
        kept: Mapping[str, Any],
    ) -> None:
        self._listed, self._current = listed.words(), current.words()
        self._kept = kept
        self._preset, self._now = _values(self._listed), _values(self._current)
        back = data.get("back", "") if data else ""
        super().__init__(self._with_preset(data, back) if data and back else data)
        self.initial = self._now

    def _with_preset(self, data: QueryDict, back: str) -> QueryDict:
        """Return what was posted with the preset's value for one field."""
        posted = data.copy()
        field = self.base_fields.get(back)
        if field is None:
            return posted
        value = field.prepare_value(self._preset[back])
        if isinstance(value, bool):
            posted.setlist(back, ["on"] * value)
        else:
            many = isinstance(field, forms.MultipleChoiceField)
            posted.setlist(back, value if many else ["" if value is None else str(value)])
        return posted

    def groups(self) -> list[Group]:
        """Everything on the page, what is most often wrong first."""
        return [self._group(*each) for each in manner_words.groups()]

    def _group(self, title: str, hint: str, names: Sequence[str]) -> Group:
        values = [
            Value(
                self[name],
                self._now[name] != self._preset[name],
                manner_words.said(name, self._preset[name]),
            )
            for name in names
        ]
        return Group(title, hint, values, any(name in self.errors for name in names))

    def clean(self) -> dict[str, Any]:
        """Judge the words by the rules that the preset's own keep."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        least, most = data.get("size_min_pixels") or 0, data.get("size_max_pixels") or 0
        if most and least > most:
            self.add_error("size_max_pixels", _("This is less than the least."))
        if data.get("size_step") and not (data.get("size_max_edge") and most):
            text = _("Sizes of any kind need a longest edge and most pixels.")
            self.add_error("size_max_edge", text)
        self._judge_sizes()
        known = {word: value for word, value in self._words().items() if word in WORDS}
        for fault in list(manner_rules.faults(self._listed | known)):
            field = "fields_taken" if fault.word == "fields" else fault.word
            if field in self.fields and field not in self.errors:
                said = str(manner_words.WRONGS[fault.wrong]) % {"value": fault.value}
                self.add_error(field, said)
        return data

    def _judge_sizes(self) -> None:
        if not any(name in self.errors for name in SIZE_FIELDS):
            try:
                entries.sizes(self._sizes())
            except ValueError:
                text = _(
                    "By these sizes no picture can be drawn. Name sizes on offer, or what edges are "
                    "multiples of, within limits that leave room."
                )
                self.add_error("size_listed", text)

    def _sizes(self) -> dict[str, Any]:
        """The table of sizes, as far as there is anything to say."""
        values = {name: self.cleaned_data[f"size_{name}"] for name in SIZES}
        return {name: value for name, value in values.items() if value}

    def _words(self) -> dict[str, Any]:
        """The words that the page says, as far as its fields are right."""
        data = self.cleaned_data
        words: dict[str, Any] = {word: data[word] for word in WORDS if word in data}
        if "fields_taken" in data:
            taken = [name for name in PARAMETERS if name in data["fields_taken"]]
            words["fields"] = None if len(taken) == len(PARAMETERS) else taken
        return words

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from the preset, in its own words, for the service."""
        found = {word: value for word, value in self._kept.items() if word not in {*WORDS, "sizes"}}
        for word, value in self._words().items():
            if _plain(word, value) != _plain(word, self._listed[word]):
                found[word] = value
        sizes = self._sizes()
        if sizes != {
            name: self._preset[f"size_{name}"] for name in SIZES if self._listed["sizes"].get(name)
        }:
            found["sizes"] = sizes
        return found


def _plain(word: str, value: Any) -> Any:
    """A word's value as it is compared: the order of parameters says nothing."""
    return sorted(value) if word == "fields" and value is not None else value


def _values(words: Mapping[str, Any]) -> dict[str, Any]:
    """A manner's values by the names of the form's fields."""
    sizes = words["sizes"]
    taken = words["fields"]
    return {
        **{word: words[word] for word in WORDS if word != "fields"},
        "fields_taken": [name for name in PARAMETERS if taken is None or name in taken],
        **{f"size_{name}": sizes.get(name) for name in SIZES[1:]},
        "size_listed": [list(size) for size in sizes.get("listed", ())],
    }


class PolarityForm(forms.Form):
    """The one click after a test: what marks the area to edit."""

    polarity = forms.ChoiceField(choices=[(name, name) for name in sorted(CHOICES["mask"])])


class ResetForm(forms.Form):
    """Whether everything is to be as the preset says."""

    reset = forms.BooleanField(required=False)
