"""How a result came to be, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from editor.engines.errors import UnknownEngine
from editor.models import Edit
from editor.services.engines import planning_registry


@dataclass(frozen=True, slots=True)
class Provenance:
    """The engine by name, what it understood, and how long it worked."""

    engine: str
    understood: str
    took: timedelta | None


def provenance(edit: Edit) -> Provenance:
    """Return what the version page says about the edit that made a picture."""
    start, end = edit.started_at, edit.finished_at
    took = end - start if start and end else None
    return Provenance(_engine(edit.engine), in_words(edit.instruction), took)


def in_words(instruction: Mapping[str, Any]) -> str:
    """Return the steps of an instruction as one line; empty for an engine that reads for itself."""
    return ", ".join(_step(step) for step in instruction.get("steps", []))


def _engine(name: str) -> str:
    try:
        return planning_registry().engine(name).label
    except UnknownEngine:
        return name


def _step(step: Mapping[str, Any]) -> str:
    texts: dict[str, str] = {
        "remove": _("remove what is painted"),
        "fill": _("fill what is painted"),
        "black_and_white": _("black and white"),
        "brightness": _("brightness"),
        "contrast": _("contrast"),
        "blur": _("blur"),
        "pixelate": _("pixelate"),
    }
    name = texts.get(step["do"], str(step["do"]).replace("_", " "))
    percent = round(float(step.get("amount", 0)) * 100)
    if percent in {0, 100}:
        return name
    signed = f"{percent:+d}" if step["do"] in {"brightness", "contrast"} else str(percent)
    return _("%(what)s %(percent)s %%") % {"what": name, "percent": signed}
