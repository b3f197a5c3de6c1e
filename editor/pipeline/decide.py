"""A member decides what becomes of an edit whose outcome is open (reliability.md 4.2).

Nothing here happens by itself: whoever pays says so.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.models import UNDECIDED_STATES, Attempt, Edit, State
from editor.pipeline import ledger
from editor.pipeline.states import Hold, LostLease, move
from editor.services import providers


class NothingToDecide(Exception):
    """The edit is no longer undecided: somebody was faster, or its answer came after all."""


class AnswerGone(Exception):
    """The raw answer is no longer kept, so it cannot be read again."""


class ProviderGone(Exception):
    """The provider is not offered any more, so the edit cannot be sent again."""


@transaction.atomic
def again(door: Door, edit: Edit) -> Edit:
    """Send an edit once more, at its member's risk to pay twice; return it as it is then.

    What may have been charged stays held. Raises NothingToDecide, ProviderGone, what the
    doorkeeper raises, and what reserving raises when the budget does not allow it.
    """
    row = _enter(door, Action.EDIT, edit)
    if row.provider and row.provider not in providers.usable(door.project):
        raise ProviderGone
    more = {"confirmations": F("confirmations") + 1, "tries": 0, "rescues": 0, "progress": 0}
    words = {"error_code": "", "error_message": "", "error_class": ""}
    _move(row, State.QUEUED, next_run_at=Now(), **more, **words)
    ledger.reserve(row)
    row.refresh_from_db()
    return row


@transaction.atomic
def keep(door: Door, edit: Edit) -> Edit:
    """Let an edit rest as it is: failed, and what may have been charged stays held.

    Raises NothingToDecide, and what the doorkeeper raises.
    """
    row = _enter(door, Action.DECIDE, edit)
    _move(row, State.FAILED, finished_at=Now())
    row.refresh_from_db()
    return row


@transaction.atomic
def read_again(door: Door, edit: Edit) -> Edit:
    """Read an unusable answer once more; no engine is asked, and nothing is charged.

    Raises NothingToDecide, AnswerGone, and what the doorkeeper raises.
    """
    row = _enter(door, Action.DECIDE, edit)
    if row.state != State.BILLED_UNUSABLE:
        raise NothingToDecide
    last = Attempt.objects.filter(edit=row).order_by("number").last()
    if (
        last is None
        or not last.answer_file
        or not (settings.SPOOL_DIR / last.answer_file).is_file()
    ):
        raise AnswerGone
    _move(row, State.RECEIVED, rescues=0, next_run_at=Now(), progress=95)
    row.refresh_from_db()
    return row


def _enter(door: Door, action: Action, edit: Edit) -> Edit:
    """Ask the doorkeeper once more, under the lock of the project."""
    row = fetch.edit_to_decide(fetch.door_again(door, action), edit.public_id)
    if row.state not in UNDECIDED_STATES:
        raise NothingToDecide
    return row


def _move(edit: Edit, to: State, **fields: Any) -> None:
    try:
        move(Hold.on(edit), to, new_fence=True, lease_owner="", lease_until=None, **fields)
    except LostLease as error:
        raise NothingToDecide from error
