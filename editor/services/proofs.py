"""Whether what was protected stayed as it was, and how the answer fitted in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editor.imaging.focus import Focus
from editor.services import proof_texts, raw_answers
from editor.services.instructions import is_about_background

if TYPE_CHECKING:
    from editor.imaging.focus import Box
    from editor.models import Edit, Picture
    from editor.services.proof_texts import Line

# Pixels around the mask that are still so far out of place may show at its edge.
MOST_OFF: Final = 2.0


class Standing(StrEnum):
    """What became of the protected pixels."""

    KEPT = "kept"
    CHANGED = "changed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the version page shows of it.

    `claim` in one line, `how` it is known; `warning` is empty when nothing needs a look. `box` is
    the part that was sent, which may reach beyond the picture: there lie the raw answer, where
    `has_raw`, and the map of what it changed, where `has_heat`. `can_take_raw`: whether a version
    can be made of that answer.
    """

    standing: Standing
    claim: str
    how: str
    warning: str
    lines: list[Line]
    outside: Line | None
    box: Box | None
    has_raw: bool
    can_take_raw: bool
    has_heat: bool


def proof(picture: Picture) -> Proof | None:
    """Return the proof of a result, None for an original."""
    edit, facts = picture.edit, picture.proof
    if edit is None:
        return None
    focus = Focus.from_json(edit.focus) if edit.focus else None
    told = proof_texts.lines(facts, focus.size if focus else (picture.width, picture.height))
    raw = facts.get(raw_answers.RAW)
    standing = _standing(picture)
    return Proof(
        standing=standing,
        claim=_claim(picture, edit),
        how=_how(picture, edit, standing),
        warning=_warning(picture),
        lines=[*told, *([proof_texts.raw_line(raw)] if raw else [])],
        outside=proof_texts.outside(facts) if raw and "verdict" in facts else None,
        box=focus.box if focus else None,
        has_raw=focus is not None and raw_answers.file(picture) is not None,
        can_take_raw=focus is not None and raw_answers.can_be_taken(picture),
        has_heat=focus is not None and raw_answers.heat(picture) is not None,
    )


def is_raw(picture: Picture) -> bool:
    """Whether a result is an answer as it came, in which nothing was protected."""
    return raw_answers.RAW_OF in picture.proof


def is_doubtful(picture: Picture) -> bool:
    """Whether somebody should look at the mask's edge of a result."""
    return bool(_warning(picture))


def _standing(picture: Picture) -> Standing:
    if not picture.protected_pixels:
        return Standing.NONE
    return Standing.CHANGED if picture.changed_protected_pixels else Standing.KEPT


def _claim(picture: Picture, edit: Edit) -> str:
    if is_raw(picture):
        return _("The raw answer: nothing was protected")
    if not picture.protected_pixels and edit.mask_id is None:
        return _("No mask: the whole picture was to change")
    if not picture.protected_pixels:
        return _("The mask left nothing to protect")
    return ngettext(
        "%(all)s protected pixel, %(changed)s changed",
        "%(all)s protected pixels, %(changed)s changed",
        picture.protected_pixels,
    ) % {
        "all": number_format(picture.protected_pixels, force_grouping=True),
        "changed": number_format(picture.changed_protected_pixels, force_grouping=True),
    }


def _how(picture: Picture, edit: Edit, standing: Standing) -> str:
    if is_raw(picture):
        return _("Somebody took the answer as it came. The stitched version lies beside it.")
    if standing == Standing.NONE:
        return _("Compare it with the version before to see what became of it.")
    if standing == Standing.CHANGED:
        return _("This must not happen. Tell the administrator; the version before is untouched.")
    if edit.actual.get("by_mask"):
        return _("The engine found no edge around what was painted, so it protected just that.")
    if is_about_background(edit.instruction):
        return _("The subject the engine found was protected. Counted at full size.")
    return _(
        "Counted at full size: outside the mask each pixel is the one from the version before."
    )


def _warning(picture: Picture) -> str:
    facts = picture.proof
    if facts.get("reliable", True) is False:
        return _(
            "The answer could not be lined up with the picture. Nothing changed outside the mask, "
            "but look at its edge: lines may not meet there."
        )
    residual = facts.get("residual")
    if residual is not None and residual > MOST_OFF:
        return _(
            "The answer still lies about %(n)s px beside its place. Nothing changed outside the "
            "mask, but look at its edge: lines may not meet there."
        ) % {"n": proof_texts.figure(residual)}
    return ""
