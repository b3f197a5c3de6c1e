"""How a result came to be, in words."""

from dataclasses import dataclass
from datetime import timedelta

from editor.engines.errors import UnknownEngine
from editor.models import Edit
from editor.services import providers
from editor.services.engines import planning_registry
from editor.services.instructions import in_words, is_about_background


@dataclass(frozen=True, slots=True)
class Provenance:
    """The engine by name, what it understood, how long it worked, and whose pixels it protected.

    `found_subject`: not what was left unpainted, but the subject that the engine found;
    `subject_is_mask`: it found no edge around what was painted, and took just that.
    """

    engine: str
    understood: str
    took: timedelta | None
    found_subject: bool
    subject_is_mask: bool


def provenance(edit: Edit) -> Provenance:
    """Return what the version page says about the edit that made a picture."""
    start, end = edit.started_at, edit.finished_at
    return Provenance(
        engine=_engine(edit),
        understood=in_words(edit.instruction),
        took=end - start if start and end else None,
        found_subject=is_about_background(edit.instruction),
        subject_is_mask=bool(edit.actual.get("by_mask")),
    )


def _engine(edit: Edit) -> str:
    """The engine's name, without asking for a provider's key, which may be lost."""
    if edit.provider:
        return f"{providers.model(edit.provider, edit.model).label} · {edit.provider.name}"
    try:
        return planning_registry().engine(edit.engine).label
    except UnknownEngine:
        return edit.engine
