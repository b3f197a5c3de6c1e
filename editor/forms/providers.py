"""The forms of the providers' pages: a provider's connection and models, and its end."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.access.fetch import ProviderRoom
from editor.engines.openai.catalog import Preset, catalog
from editor.engines.openai.provider import Timeouts
from editor.forms.budget import DollarsField
from editor.forms.provider_choice import ModelLine
from editor.forms.provider_fields import OwnModels, clean_key, seconds
from editor.models import Provider, ProviderSource
from editor.services import addresses, budgets, providers, vault
from editor.services.money import dollars
from editor.services.months import Month

CONNECTION: Final = ("preset", "base_url", "key", "handed")
TIMEOUTS: Final = ("connect", "write", "read", "idle", "total")
MOST_AT_ONCE: Final = 256
# What an owner sets up shares the worker's calls with all other projects.
OWNERS_AT_ONCE: Final = 32
USUAL: Final = Timeouts()


class ProviderForm(forms.Form):
    """A provider: where it is, with which key, what it offers, how patient we are with it."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Kind of service"),
        help_text=gettext_lazy("Decides how it is asked: names of fields, kind of mask, address."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=providers.NAME_LENGTH,
        help_text=gettext_lazy("Members see it beside each model."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-testid": "provider-name"}),
    )
    base_url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("With or without /v1 at its end."),
        widget=forms.URLInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "data-testid": "provider-address"}
        ),
    )
    key = forms.CharField(
        label=gettext_lazy("Key"),
        required=False,
        max_length=2000,
        strip=True,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "data-testid": "provider-key"}
        ),
    )
    handed = forms.CharField(required=False, widget=forms.HiddenInput)
    offered = forms.MultipleChoiceField(
        label=gettext_lazy("Models"), required=False, widget=forms.CheckboxSelectMultiple
    )
    own_models = OwnModels(
        label=gettext_lazy("Other models"),
        required=False,
        help_text=gettext_lazy("As the service calls them, one on each line."),
        widget=forms.Textarea(
            attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off", "data-testid": "own"}
        ),
    )
    concurrency = forms.IntegerField(
        label=gettext_lazy("Edits at once"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=8,
        help_text=gettext_lazy("More wait in the queue."),
    )
    budget = DollarsField(
        label=gettext_lazy("All projects together, in US dollars a month"),
        attrs={"data-testid": "provider-budget"},
    )
    resend_safe = forms.BooleanField(
        label=gettext_lazy("The service recognises a request that it has seen"),
        required=False,
        help_text=gettext_lazy(
            "Then a lost edit is asked for again by itself. Leave it off unless the service "
            "promises to charge such a request once only."
        ),
    )
    connect = seconds(gettext_lazy("To connect"), most=60)
    write = seconds(gettext_lazy("To send the pictures"))
    read = seconds(gettext_lazy("Until it begins to answer"))
    idle = seconds(gettext_lazy("Silence amid a streamed answer"))
    total = seconds(gettext_lazy("All together"))

    def __init__(
        self,
        *args: Any,
        room: ProviderRoom,
        preset: Preset | None = None,
        provider: Provider | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = _initial(provider, preset)
        self._room, self._provider, self._preset = room, provider, preset
        self._set_choices()
        self._set_key_help()
        self._set_limits()
        if self.follows_settings:
            for name in CONNECTION:
                del self.fields[name]

    @property
    def follows_settings(self) -> bool:
        """Whether address and key come from the server's settings."""
        return bool(self._provider and self._provider.source == ProviderSource.ENVIRONMENT)

    def _set_choices(self) -> None:
        row = self._provider
        self.fields["preset"].choices = providers.labels([row.preset] if row else [])  # type: ignore[attr-defined]
        self.fields["offered"].choices = [(name, name) for name in self._known()]  # type: ignore[attr-defined]
        if self._preset:
            self.fields["preset"].widget = forms.HiddenInput()
        if row and row.manner:
            text = _("Another kind is asked in its own manner; what you changed of it is dropped.")
            self.fields["preset"].help_text = text
        for name in TIMEOUTS:
            usual = getattr(USUAL, name)
            self.fields[name].widget.attrs["placeholder"] = f"{usual:g}"

    def _set_key_help(self) -> None:
        row, field = self._provider, self.fields["key"]
        if row and row.key_tail == providers.HIDDEN_TAIL:
            field.help_text = _("One is saved. Leave this empty to keep it.")
        elif row and row.key_tail:
            field.help_text = _("Saved: …%(tail)s. Leave this empty to keep it.") % {
                "tail": row.key_tail
            }
        else:
            field.help_text = _("Encrypted when it is saved, and never shown again.")

    def _set_limits(self) -> None:
        """Owners have a smaller share of the calls; what the studio pays has a budget of its own."""
        if self._room.project is not None:
            del self.fields["budget"]
            field = self.fields["concurrency"]
            field.validators.append(MaxValueValidator(OWNERS_AT_ONCE))
            field.widget.attrs["max"] = OWNERS_AT_ONCE
            return
        text = _("Empty: no limit. 0: nothing may be spent.")
        if self._provider:
            spent = budgets.spent_at(self._provider, Month.current())
            committed = _("%(amount)s are committed this month.") % {"amount": dollars(spent)}
            text = f"{text} {committed}"
        self.fields["budget"].help_text = text

    def _known(self) -> list[str]:
        """Models with a box to tick: those of the preset that is and of the one that is chosen."""
        presets = catalog().presets
        wanted = [self.data.get("preset", ""), self._provider.preset if self._provider else ""]
        found = [self._preset, *(presets.get(name) for name in wanted)]
        names = [name for preset in found if preset for name in preset.models]
        return list(dict.fromkeys([*(self._provider.offered if self._provider else ()), *names]))

    def models(self) -> list[ModelLine]:
        """The models to tick, as the page shows them."""
        checked = set(self["offered"].value() or ())
        row, preset = self._provider, self._preset.id if self._preset else ""
        found = (
            providers.model(row, name) if row else providers.listed_model(preset, name)
            for name in self._known()
        )
        return [ModelLine(each.id, each.label, each.id in checked, each.ends) for each in found]

    def timeouts(self) -> list[BoundField]:
        """The time-outs, in the order in which they matter."""
        return [self[name] for name in TIMEOUTS]

    @property
    def has_advanced_errors(self) -> bool:
        """Whether something is wrong in the part that is folded away."""
        return bool({"concurrency", "budget", "resend_safe", *TIMEOUTS} & set(self.errors))

    def clean_base_url(self) -> str:
        """Refuse what cannot be a provider's address; keep it as it was typed."""
        address: str = self.cleaned_data["base_url"]
        try:
            addresses.check(address, any_private=self._room.project is None)
        except addresses.BadAddress as error:
            raise ValidationError(str(error)) from error
        return address

    def clean_key(self) -> str:
        """Return the key: as typed, or as it was handed over while its owner was asked."""
        return clean_key(self.cleaned_data["key"])

    def clean(self) -> dict[str, Any]:
        """Put together what only makes sense together."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        names = dict.fromkeys([*data.get("offered", ()), *data.get("own_models", ())])
        data["models"] = tuple(names)
        if not names and "own_models" not in self.errors:
            self.add_error("own_models", _("Offer at least one model."))
        if not self.follows_settings:
            self._take_key(data)
        if data.get("total") and data["total"] < (data.get("connect") or 0):
            self.add_error("total", _("This is less than connecting alone may take."))
        return data

    def _take_key(self, data: dict[str, Any]) -> None:
        if not data.get("key") and data.get("handed"):
            data["key"] = vault.take(data["handed"], self._room.user.pk)
            if not data["key"]:
                self.add_error("key", _("Too much time has passed. Enter the key once more."))
        elif not data.get("key") and "key" not in self.errors:
            self._check_no_key(data)

    def _check_no_key(self, data: dict[str, Any]) -> None:
        row, preset = self._provider, catalog().presets.get(data.get("preset", ""))
        if row and row.key_tail and self.moves(data):
            text = _("The address names another server. Enter the key that belongs to it.")
            self.add_error("key", text)
        elif row is None and preset and preset.base_url.startswith("https://"):
            self.add_error("key", _("This service wants a key."))

    def moves(self, data: dict[str, Any] | None = None) -> bool:
        """Whether another server is named than before."""
        wanted: str = (data or self.cleaned_data).get("base_url") or ""
        before = self._provider.base_url if self._provider else ""
        return wanted != "" and not addresses.same_origin(before, wanted)

    @property
    def is_sensitive(self) -> bool:
        """Whether who saves it must show once more who they are."""
        return bool(self.cleaned_data.get("key")) or self.moves()

    def without_key(self, posted: QueryDict) -> QueryDict:
        """Return what was posted with the key sealed: it may have to wait in the session."""
        kept = posted.copy()
        kept["handed"] = ""
        if key := self.cleaned_data.get("key"):
            kept["key"], kept["handed"] = "", vault.hand(key, self._room.user.pk)
        return kept

    @property
    def wanted(self) -> providers.Settings:
        """What the form says, for the service."""
        data, row = self.cleaned_data, self._provider
        given = {name: data[name] for name in TIMEOUTS if data.get(name) is not None}
        return providers.Settings(
            name=data["name"],
            preset=data.get("preset", row.preset if row else ""),
            base_url=data.get("base_url", row.base_url if row else ""),
            offered=data["models"],
            key=data.get("key", ""),
            concurrency=data["concurrency"],
            resend_safe=data["resend_safe"],
            timeouts=given,
            budget_micros=self._budget,
        )

    @property
    def _budget(self) -> int | None:
        """What was entered; a request that leaves the field out removes no limit."""
        if "budget" in self.fields and self.add_prefix("budget") in self.data:
            entered: int | None = self.cleaned_data["budget"]
            return entered
        return self._provider.budget_micros if self._provider else None


def _initial(provider: Provider | None, preset: Preset | None) -> dict[str, Any]:
    if provider is None:
        return _initial_of_preset(preset) if preset else {}
    return {
        "preset": provider.preset,
        "name": provider.name,
        "base_url": provider.base_url,
        "offered": list(provider.offered),
        "concurrency": provider.concurrency,
        "budget": provider.budget_micros,
        "resend_safe": provider.resend_safe,
        **provider.timeouts,
    }


def _initial_of_preset(preset: Preset) -> dict[str, Any]:
    return {
        "preset": preset.id,
        "name": preset.label if preset.base_url else "",
        "base_url": preset.base_url,
        "offered": providers.lasting(preset),
    }


class SwitchForm(forms.Form):
    """In use, or not."""

    on = forms.BooleanField(required=False)
