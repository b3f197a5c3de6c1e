"""What a provider's test found, in sentences: what it is, and what it means here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models import Provider
from editor.services import provider_manner
from editor.services.provider_states import MASK_ADVICE, Level

# A stitch sets back what lies no further off than this without a trace.
STILL_PIXELS = 1.5

ERRORS = {
    "probe_too_slow": gettext_lazy(
        "No answer within two minutes. It may have been charged all the same."
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: how bad it is, what it is, what it means."""

    level: Level
    says: str
    means: str = ""
    is_of_mask: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """The last test of one model; `polarity` is what its mask should be, if another."""

    model: str
    at: datetime | None
    findings: list[Finding]
    polarity: str = ""

    @property
    def button(self) -> str:
        """What the click does that changes it."""
        return _USE[self.polarity]()


def tested(provider: Provider) -> list[Tested]:
    """Return the last test of each model, the latest first."""
    found = [
        Tested(
            name,
            parse_datetime(str(probe.get("at", ""))),
            lines(probe),
            provider_manner.better_polarity(provider, name),
        )
        for name, probe in provider.tests.items()
    ]
    return sorted(found, key=lambda one: one.at.timestamp() if one.at else 0, reverse=True)


def lines(probe: Mapping[str, Any]) -> list[Finding]:
    """Return the findings in the order in which one thing depends on the other."""
    return list(_lines(probe)) if probe else []


def _lines(probe: Mapping[str, Any]) -> Iterator[Finding]:
    error = probe.get("error") or {}
    if "reachable" in probe:
        yield _reachable(probe)
    if probe.get("reachable") and "key" in probe:
        yield _key(probe)
    if not error:
        yield from _measured(probe)
    # What cannot be reached, or rejects the key, has been told.
    elif probe.get("reachable", True) and probe.get("key", True):
        yield _error(error)


def _measured(probe: Mapping[str, Any]) -> Iterator[Finding]:
    if "mask" in probe:
        yield _mask(probe["mask"], probe.get("polarity", ""))
    if probe.get("size") and probe.get("asked"):
        yield _size(probe["size"], probe["asked"])
    # Where everything was redrawn nothing is left to measure by.
    if probe.get("shift") is not None and probe.get("mask") not in MASK_ADVICE:
        yield _shift(float(probe["shift"]))
    if probe.get("seconds"):
        says = _("It took %(seconds)d seconds") % {"seconds": round(probe["seconds"])}
        yield Finding("", says, _("Real edits take about as long; large and fine ones longer."))


def _reachable(probe: Mapping[str, Any]) -> Finding:
    if probe["reachable"]:
        return Finding("ok", _("The service answers"))
    advice = _("Check the address, and whether this server may go there.")
    return Finding("danger", _("The service cannot be reached"), advice)


def _key(probe: Mapping[str, Any]) -> Finding:
    if probe["key"]:
        return Finding("ok", _("The key is accepted"))
    advice = _("Copy the key once more. Edits are not sent until it is accepted.")
    said = _answer(probe.get("error") or {})
    return Finding("danger", _("The key is rejected"), f"{advice} {said}".strip())


def _error(error: Mapping[str, Any]) -> Finding:
    says = ERRORS.get(str(error.get("code", "")), _("The test edit did not succeed"))
    return Finding("danger", str(says), _answer(error))


def _answer(error: Mapping[str, Any]) -> str:
    """What the service said in its own words, with the figure it gave."""
    text, status = error.get("text") or "", error.get("status")
    if text and status:
        return _("The service says (%(status)s): “%(text)s”") % {"status": status, "text": text}
    if text:
        return _("The service says: “%(text)s”") % {"text": text}
    return _("It answered %(status)s.") % {"status": status} if status else ""


def _mask(found: str, polarity: str) -> Finding:
    if found == "obeyed":
        means = _("What is painted changes, what is protected stays.")
        if polarity in _SENT:
            means = f"{means} {_SENT[polarity]()}"
        return Finding("ok", _("The mask is obeyed"), means)
    if found == "inverted":
        says = _("The mask is read the other way round")
        return Finding("danger", says, MASK_ADVICE[found](), is_of_mask=True)
    if found == "ignored":
        return Finding("warn", _("The mask is ignored"), MASK_ADVICE[found]())
    means = _("Neither side of the mask changed clearly. Try once more, or see how edits turn out.")
    return Finding("", _("Whether the mask is obeyed is unclear"), means)


def _size(got: Any, asked: Any) -> Finding:
    values = {"got": " \u00d7 ".join(map(str, got)), "asked": " \u00d7 ".join(map(str, asked))}
    if list(got) == list(asked):
        return Finding("ok", _("The size is obeyed: %(got)s") % values)
    says = _("Asked for %(asked)s, the answer has %(got)s") % values
    return Finding("warn", says, _("It is scaled to fit; fine detail may be softer."))


def _shift(pixels: float) -> Finding:
    if pixels <= STILL_PIXELS:
        return Finding("ok", _("Everything stays in its place"))
    says = _("The answer is shifted by %(pixels).1f pixels") % {"pixels": pixels}
    return Finding("warn", says, _("Seams may show where the edit meets what is protected."))


_SENT: Final[Mapping[str, Callable[[], str]]] = {
    "alpha": lambda: _("It was transparent in the mask."),
    "white": lambda: _("It was white in the mask."),
    "black": lambda: _("It was black in the mask."),
}
_USE: Final[Mapping[str, Callable[[], str]]] = {
    "white": lambda: _("Use this polarity: white changes"),
    "black": lambda: _("Use this polarity: black changes"),
}
