"""What an engine made of a prompt, or why it made nothing, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from editor.engines.builtin.engine import Builtin
from editor.engines.builtin.language import MESSAGES
from editor.engines.builtin.lexicon import vocabularies
from editor.engines.builtin.words import Kind
from editor.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.engines.base import Engine

BACKGROUND = "background"
SIGNED = frozenset({"brightness", "contrast", "shadows", "highlights", "saturation", "warmth"})
NAMES = {
    "remove": gettext_noop("remove what is painted"),
    "fill": gettext_noop("fill what is painted"),
    "cut_out": gettext_noop("remove the background"),
    "backdrop": gettext_noop("fill the background with %(colour)s"),
    "black_and_white": gettext_noop("black and white"),
    "brightness": gettext_noop("brightness"),
    "contrast": gettext_noop("contrast"),
    "shadows": gettext_noop("shadows"),
    "highlights": gettext_noop("highlights"),
    "saturation": gettext_noop("saturation"),
    "warmth": gettext_noop("warmth"),
    "sepia": gettext_noop("sepia"),
    "invert": gettext_noop("invert"),
    "recolour": gettext_noop("recolour to %(colour)s"),
    "blur": gettext_noop("blur"),
    "sharpen": gettext_noop("sharpen"),
    "pixelate": gettext_noop("pixelate"),
}
# A refusal in a line while somebody types; the form gives the engine's own sentence.
SHORT = {
    "not_understood": gettext_noop("Not understood: “{part}”."),
    "bare_word": gettext_noop(
        "Not understood: “{part}”. If it is one more thing, write “the {part}”."
    ),
    "amount_out_of_range": gettext_noop("“{part}”: a percentage must be above 0 and at most 100."),
    "two_places": gettext_noop("“{part}” names a second place. Make two edits of it."),
    "two_regions": gettext_noop("“{part}” is not about the background. Make two edits of it."),
    "contradiction": gettext_noop(
        "“{part}” takes back what comes before it. Leave one of the two out."
    ),
    "needs_mask": gettext_noop("Paint over what you mean first."),
    "needs_subject": gettext_noop(
        "Paint roughly over the subject first; everything else will change."
    ),
}


@dataclass(frozen=True, slots=True)
class Understanding:
    """One line about a prompt that is being typed; `about_background`: all but the subject."""

    text: str
    understood: bool
    about_background: bool


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Instructions to offer, whose they are, and the words at which the next one begins."""

    engine: str
    texts: tuple[str, ...]
    joiners: tuple[str, ...]


def in_words(instruction: Mapping[str, Any]) -> str:
    """Return the steps of an instruction as one line; empty for an engine that reads for itself."""
    steps = instruction.get("steps", [])
    line = ", ".join(_step(step) for step in steps)
    spreads = steps and steps[0].get("region") == BACKGROUND
    if spreads and steps[0]["do"] not in {"cut_out", "backdrop"}:
        return _("%(steps)s, background only") % {"steps": line}
    return line


def is_about_background(instruction: Mapping[str, Any]) -> bool:
    """Whether everything but a subject changes."""
    return any(step.get("region") == BACKGROUND for step in instruction.get("steps", []))


def refusal(error: EngineError, *, short: bool = False) -> str:
    """Return why an engine declines a prompt, or `short` in a line."""
    template = (SHORT if short else MESSAGES).get(error.code)
    if template is None:
        return error.message
    abilities = ", ".join(error.params.get("abilities") or [])  # type: ignore[arg-type]
    return _(template).format(part=error.params.get("part", ""), abilities=abilities)


def understanding(chosen: Engine, prompt: str, *, has_mask: bool) -> Understanding:
    """Return what an engine would do."""
    try:
        instruction = chosen.understand(prompt, has_mask=has_mask)
    except EngineError as error:
        return Understanding(
            text=refusal(error, short=True),
            understood=False,
            about_background=error.code == "needs_subject",
        )
    return Understanding(
        text=in_words(instruction),
        understood=True,
        about_background=is_about_background(instruction),
    )


@cache
def suggestions() -> Suggestions:
    """Return what the built-in engine's languages suggest."""
    joiners = (
        " ".join(phrase)
        for vocabulary in vocabularies()
        for phrase, roles in vocabulary.phrases.items()
        if any(role.kind is Kind.JOINER for role in roles)
    )
    texts = (text for vocabulary in vocabularies() for text in vocabulary.suggestions)
    return Suggestions(Builtin.id, tuple(texts), tuple(joiners))


def _step(step: Mapping[str, Any]) -> str:
    known = NAMES.get(step["do"])
    name = _(known) if known else str(step["do"]).replace("_", " ")
    if colour := step.get("colour"):
        name %= {"colour": _colour_names().get(colour, colour)}
    percent = round(float(step.get("amount", 0)) * 100)
    if percent in {0, 100} and step["do"] not in SIGNED:
        return name
    signed = f"{percent:+d}" if step["do"] in SIGNED else str(percent)
    return _("%(what)s %(percent)s %%") % {"what": name, "percent": signed}


@cache
def _colour_names() -> Mapping[str, str]:
    """Return the shortest name of each colour that has one."""
    names: dict[str, str] = {}
    for vocabulary in vocabularies():
        for phrase, roles in sorted(vocabulary.phrases.items(), key=lambda entry: len(entry[0])):
            for role in roles:
                if role.kind is Kind.HUE:
                    names.setdefault(role.colour, " ".join(phrase))
    return names
