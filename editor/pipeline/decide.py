"""A member decides what becomes of an edit whose outcome is open (reliability.md 4.2).

Nothing here happens by itself: whoever pays says so. With a `fence` a decision is about the edit
as its member saw it; an old page decides nothing about a later outcome.
"""

from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.models import TERMINAL_STATES, UNDECIDED_STATES, Edit, State
from editor.pipeline import ledger, steps
from editor.pipeline.states import Hold, LostLease, move, result_of
from editor.services import activities, consents, providers

FORGOTTEN: Final[dict[str, Any]] = {"error_code": "", "error_message": "", "error_class": ""}


class NothingToDecide(Exception):
    """The edit is no longer undecided: somebody was faster, or its answer came after all."""


class Stale(NothingToDecide):
    """It was decided meanwhile, and is undecided anew: not what the member looked at."""


class AnswerGone(Exception):
    """The raw answer is no longer kept, so it cannot be read again."""


class ProviderGone(Exception):
    """The provider is not offered any more, so the edit cannot be sent again."""


@transaction.atomic
def again(door: Door, edit: Edit, *, fence: int | None = None) -> Edit:
    """Send an edit once more, at its member's risk to pay twice; return it as it is then.

    What may have been charged stays held. Raises NothingToDecide, ProviderGone,
    steps.HostChanged, what the doorkeeper raises, and what reserving raises when the budget does
    not allow it.
    """
    opened, row = _enter(door, Action.EDIT, edit, fence)
    if row.provider_id:
        _check_provider(opened, row)
    _move(
        row,
        State.QUEUED,
        confirmations=F("confirmations") + 1,
        tries=0,
        rescues=0,
        progress=0,
        started_at=None,
        cancel_requested_at=None,
        **_turn(row),
        **FORGOTTEN,
    )
    ledger.reserve(row)
    activities.record("edit.sent_again", opened.project, actor=opened.user, edit=row)
    row.refresh_from_db()
    return row


@transaction.atomic
def keep(door: Door, edit: Edit, *, fence: int | None = None) -> Edit:
    """Let an edit rest as it is: failed, and what may have been charged stays held.

    Raises NothingToDecide, and what the doorkeeper raises.
    """
    opened, row = _enter(door, Action.DECIDE, edit, fence)
    _move(row, State.FAILED, finished_at=Now())
    activities.record("edit.kept_as_is", opened.project, actor=opened.user, edit=row)
    row.refresh_from_db()
    return row


@transaction.atomic
def read_again(door: Door, edit: Edit, *, fence: int | None = None) -> Edit:
    """Read an unusable answer once more; no engine is asked, and nothing is charged.

    Raises NothingToDecide, AnswerGone, and what the doorkeeper raises.
    """
    opened, row = _enter(door, Action.DECIDE, edit, fence)
    if row.state != State.BILLED_UNUSABLE:
        raise NothingToDecide
    if not has_answer(row):
        raise AnswerGone
    _move(row, State.RECEIVED, rescues=0, next_run_at=Now(), progress=95, **FORGOTTEN)
    activities.record("edit.read_again", opened.project, actor=opened.user, edit=row)
    row.refresh_from_db()
    return row


def has_answer(edit: Edit) -> bool:
    """Whether the raw answer of an edit is still there to be read again."""
    found = steps.answer_of(edit)
    return found is not None and found[1].file.is_file()


def _enter(door: Door, action: Action, edit: Edit, fence: int | None) -> tuple[Door, Edit]:
    """Ask the doorkeeper once more, under the lock of the project."""
    opened = fetch.door_again(door, action)
    row = fetch.edit_to_decide(opened, edit.public_id)
    if row.state not in UNDECIDED_STATES:
        raise NothingToDecide
    if fence is not None and fence != row.fence:
        raise Stale
    return opened, row


def _turn(edit: Edit) -> dict[str, Any]:
    """When it may run, and on which picture: an area goes on with what came of the one before.

    After a restore, that one may not be decided yet; then it waits for it again.
    """
    before: Edit | None = edit.after
    if before is not None and before.state not in TERMINAL_STATES:
        return {"next_run_at": None}
    while before is not None and before.state != State.SUCCEEDED:
        before = before.after
    picture = None if before is None else result_of(before.pk)
    return {"next_run_at": Now(), "picture": picture or edit.picture}


def _check_provider(door: Door, edit: Edit) -> None:
    """See whether the edit may still go there. Raises ProviderGone, steps.HostChanged."""
    named = edit.engine.partition(":")[0]
    found = providers.usable(door.project).filter(public_id=named).first()
    if found is None or edit.model not in found.offered:
        raise ProviderGone
    if not consents.covers(found, edit.actor_id, consents.host_of(found)):
        raise steps.HostChanged


def _move(edit: Edit, to: State, **fields: Any) -> None:
    try:
        move(Hold.on(edit), to, new_fence=True, lease_owner="", lease_until=None, **fields)
    except LostLease as error:
        raise NothingToDecide from error
