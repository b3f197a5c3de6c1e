"""From a member's wish to what will be sent: nothing is dropped or changed without saying so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from editor.engines.openai import prices
from editor.engines.plans import Abilities, Change, Plan
from editor.imaging.focus import FocusRules
from editor.imaging.sizes import named, snap, within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from editor.engines.openai.catalog import Model
    from editor.engines.openai.manner import Manner
    from editor.engines.openai.provider import ProviderConfig
    from editor.engines.plans import Size, Wanted
    from editor.imaging.sandbox.wire import JSON
    from editor.imaging.sizes import SizeRules

# What everybody means who says nothing; it is not sent.
UNSAID: Final = "auto"
LOSSY: Final = frozenset({"jpeg", "webp"})
OPAQUE: Final = frozenset({"jpeg"})
COMPRESSIONS: Final = range(101)
# A parameter that is one of a list of words, and the list of an engine's abilities.
WORDS: Final[Mapping[str, str]] = {
    "quality": "qualities",
    "background": "backgrounds",
    "input_fidelity": "fidelities",
    "output_format": "formats",
    "moderation": "moderations",
}


class Reason(StrEnum):
    """Why a parameter is not sent as asked."""

    UNSUPPORTED = "unsupported"
    SNAPPED = "snapped"
    OVER_LIMIT = "over_limit"
    INVALID = "invalid"
    NEEDS_ALPHA_FORMAT = "needs_alpha_format"
    NEEDS_LOSSY_FORMAT = "needs_lossy_format"
    REFUSED_BEFORE = "refused_before"


def abilities(provider: ProviderConfig, model: Model) -> Abilities:
    """Return what the model takes when it is asked through this provider."""
    manner = provider.manner
    refused = provider.learned.get(model.id, frozenset())

    def takes(parameter: str) -> bool:
        return manner.takes(parameter) and parameter not in refused

    own = model.abilities
    streams = takes("partial_images") and "stream" not in refused
    return replace(
        own,
        n_max=own.n_max if takes("n") else 1,
        inputs_max=min(own.inputs_max, manner.max_images),
        mask=own.mask and manner.mask != "none" and manner.mask_field not in refused,
        sizes=_sizes(own.sizes, manner),
        compression=own.compression and takes("output_compression"),
        partial_images_max=own.partial_images_max if streams else 0,
        **{name: () for parameter, name in WORDS.items() if not takes(parameter)},
    )


def _sizes(own: SizeRules | None, manner: Manner) -> SizeRules | None:
    """The model's, unless it is free where the service only knows a few aspects."""
    only_aspects = manner.size_mode == "aspect" and own is not None and own.is_free
    return manner.sizes if only_aspects or own is None else own


def rules(provider: ProviderConfig, model: Model) -> FocusRules:
    """Return how much around a mask the model gets to see: 1.75 times the mask's box.

    The mask grows, so that edges and shadows belong to the edit.
    """
    sizes = abilities(provider, model).sizes
    return FocusRules(0.375, 64, sizes=sizes, padding=0.04, mirrors=True)


def plan(provider: ProviderConfig, model: Model, wanted: Wanted) -> Plan:
    """Return what would be sent for a wish, with every change to it and what it may cost."""
    draft = _Draft(provider, model, wanted)
    draft.count()
    draft.choose_size()
    for parameter in WORDS:
        draft.choose_word(parameter)
    draft.settle_formats()
    draft.stream()
    draft.pictures()
    draft.leftovers()
    cost = prices.estimate(model, draft.fields, draft.size, wanted, inputs=draft.inputs)
    return Plan(draft.size, draft.fields | draft.always(), tuple(draft.changes), cost)


@dataclass
class _Draft:
    """A plan in the making. Each step takes the parameters that it decides on."""

    provider: ProviderConfig
    model: Model
    wanted: Wanted
    fields: dict[str, JSON] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    size: Size | None = None
    inputs: int = 0

    def __post_init__(self) -> None:
        self.manner = self.provider.manner
        self.abilities = abilities(self.provider, self.model)
        # What goes by another name on the wire, or not without another field.
        self.carriers = {
            "mask": self.manner.mask_field,
            "partial_images": "stream",
            "size": "aspect_ratio" if self.manner.size_mode == "aspect" else "size",
        }
        self.refused = self.provider.learned.get(self.model.id, frozenset())
        self.asked = {
            name: value
            for name, value in self.wanted.parameters.items()
            if value is not None and value not in (UNSAID, "")
        }

    def change(self, name: str, asked: JSON, sent: JSON, reason: Reason) -> None:
        """Note a change; what was refused before is named so, whatever else would be said."""
        if sent is None and self.refused & {name, self.carriers.get(name)}:
            reason = Reason.REFUSED_BEFORE
        self.changes.append(Change(name, asked, sent, reason.value))

    def count(self) -> None:
        """`n`: one picture is what everybody draws unasked."""
        self._number("n", self.abilities.n_max, least=1)

    def choose_size(self) -> None:
        """`size`, and what the crop is scaled to."""
        asked = self.asked.pop("size", None)
        given = named(asked)
        rules = self.abilities.sizes
        if rules:
            self.size = snap(*(given or self.wanted.crop), rules)
        else:
            self.size = within(given or self.wanted.crop, self.manner.max_pixels) or given
        _SIZE_MODES[self.manner.size_mode](self, asked, given)

    def choose_word(self, parameter: str) -> None:
        """A parameter with a list of words to choose from."""
        value = self.asked.pop(parameter, None)
        if value is None:
            return
        if value in getattr(self.abilities, WORDS[parameter]):
            self.fields[parameter] = value
        else:
            self.change(parameter, value, None, Reason.UNSUPPORTED)

    def settle_formats(self) -> None:
        """What the file's format rules out: transparency in JPEG, compression of PNG."""
        kind = self.fields.get("output_format", "png")
        if self.fields.get("background") == "transparent" and kind in OPAQUE:
            del self.fields["background"]
            self.change("background", "transparent", None, Reason.NEEDS_ALPHA_FORMAT)
        asked = self.asked.pop("output_compression", None)
        if asked is None:
            return
        if not self.abilities.compression:
            self.change("output_compression", asked, None, Reason.UNSUPPORTED)
        elif kind not in LOSSY:
            self.change("output_compression", asked, None, Reason.NEEDS_LOSSY_FORMAT)
        elif (level := _whole(asked)) is None or level not in COMPRESSIONS:
            self.change("output_compression", asked, None, Reason.INVALID)
        else:
            self.fields["output_compression"] = level

    def stream(self) -> None:
        """`partial_images` come in a stream; without any, a plain answer is simpler."""
        self._number("partial_images", self.abilities.partial_images_max, least=0)
        if "partial_images" in self.fields:
            self.fields["stream"] = True
        self.asked.pop("stream", None)

    def pictures(self) -> None:
        """Further pictures and the mask: they are no fields, but may be left out as well."""
        asked, room = len(self.wanted.inputs), self.abilities.inputs_max - 1
        self.inputs = min(asked, room)
        if asked > room:
            reason = Reason.OVER_LIMIT if room else Reason.UNSUPPORTED
            self.change("inputs", asked, room or None, reason)
        if self.wanted.has_mask and not self.abilities.mask:
            self.change("mask", "painted", None, Reason.UNSUPPORTED)

    def leftovers(self) -> None:
        """Parameters that nobody here knows."""
        for name, value in self.asked.items():
            self.change(name, value, None, Reason.UNSUPPORTED)

    def always(self) -> dict[str, JSON]:
        """Fields that this kind of service always wants, unless it or the model refuses them."""
        never = self.refused | set(self.model.refuses)
        return {name: value for name, value in self.manner.extra.items() if name not in never}

    def _number(self, name: str, most: int, *, least: int) -> None:
        asked = self.asked.pop(name, None)
        value = _whole(asked)
        if asked is None or value == least:
            return
        if value is None or value < least:
            self.change(name, asked, None, Reason.INVALID)
        elif most <= least:
            self.change(name, asked, None, Reason.UNSUPPORTED)
        else:
            self.fields[name] = min(value, most)
            if value > most:
                self.change(name, asked, most, Reason.OVER_LIMIT)

    def send_size(self, asked: JSON, given: Size | None) -> None:
        """As "WxH": whenever the rules are known, else only to whoever asked for one."""
        if "size" in self.refused or not self.manner.takes("size"):
            self.hide_size(asked, given)
            return
        if self.size and (given or self.abilities.sizes):
            self.fields["size"] = f"{self.size[0]}x{self.size[1]}"
        if asked is not None and self.fields.get("size") != asked:
            reason = Reason.SNAPPED if given else Reason.INVALID
            self.change("size", asked, self.fields.get("size"), reason)

    def send_aspect(self, asked: JSON, given: Size | None) -> None:
        """As the nearest of the aspects a service knows; where no rules are, only to who asked."""
        target = self.size if self.abilities.sizes else given
        if target is None or "aspect_ratio" in self.refused:
            self.hide_size(asked, given)
            return
        aspect = min(self.manner.aspects, key=lambda one: _distance(one, target))
        self.fields["aspect_ratio"] = aspect
        if asked is not None:
            self.change("size", asked, aspect, Reason.SNAPPED if given else Reason.INVALID)

    def hide_size(self, asked: JSON, given: Size | None) -> None:
        """Not at all; where no service would look at it, the picture itself has the size."""
        if self.abilities.sizes is None:
            self.size = within(self.wanted.crop, self.manner.max_pixels)
        drawn_so = self.manner.size_mode == "none" and given == self.size
        if asked is not None and not drawn_so:
            self.change("size", asked, None, Reason.UNSUPPORTED if given else Reason.INVALID)


_SIZE_MODES: Final[Mapping[str, Callable[[_Draft, JSON, Size | None], None]]] = {
    "size": _Draft.send_size,
    "aspect": _Draft.send_aspect,
    "none": _Draft.hide_size,
}


def _whole(asked: JSON) -> int | None:
    if isinstance(asked, str) and asked.isascii() and asked.isdigit():
        return int(asked)
    return asked if isinstance(asked, int) and not isinstance(asked, bool) else None


def _distance(aspect: str, size: Size) -> float:
    """How far a size is from an aspect such as "16:9"; 1 is the very same."""
    width, height = (float(part) for part in aspect.split(":"))
    ratio = (width * size[1]) / (height * size[0])
    return max(ratio, 1 / ratio)
