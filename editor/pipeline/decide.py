"""What becomes of an edit whose outcome nobody knows: a member decides."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.models import UNDECIDED_STATES, Attempt, Edit, State
from editor.pipeline import ledger
from editor.pipeline.states import Hold, LostLease, move


class DecisionRefused(Exception):
    """Nothing was decided; `message` tells the member why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@transaction.atomic
def again(door: Door, edit: Edit) -> Edit:
    """Send it once more, under a new reservation; what may have been charged stays held.

    Raises DecisionRefused, and what `ledger.reserve` raises.
    """
    _decide(door, edit)
    ledger.reserve(edit)
    _move(
        edit,
        State.QUEUED,
        next_run_at=Now(),
        tries=0,
        rescues=0,
        confirmations=F("confirmations") + 1,
        error_code="",
        error_message="",
        error_class="",
    )
    return _as_it_is(edit)


@transaction.atomic
def keep(door: Door, edit: Edit) -> Edit:
    """End it without a result; what may have been charged stays held. Raises DecisionRefused."""
    _decide(door, edit)
    _move(edit, State.FAILED, finished_at=Now())
    return _as_it_is(edit)


@transaction.atomic
def read_again(door: Door, edit: Edit) -> Edit:
    """Open the kept answer once more, which costs nothing. Raises DecisionRefused."""
    _decide(door, edit)
    last = Attempt.objects.filter(edit=edit).order_by("number").last()
    if (
        last is None
        or not last.answer_file
        or not (settings.SPOOL_DIR / last.answer_file).is_file()
    ):
        raise DecisionRefused("answer_gone", _("The answer is no longer there."))
    _move(edit, State.RECEIVED, lease_until=Now(), rescues=0)
    return _as_it_is(edit)


def _decide(door: Door, edit: Edit) -> None:
    fetch.door_again(door, Action.DECIDE)
    edit.refresh_from_db()
    if edit.state not in UNDECIDED_STATES:
        raise _decided()


def _move(edit: Edit, to: State, **fields: object) -> None:
    try:
        move(Hold.on(edit), to, new_fence=True, lease_owner="", progress=0, **fields)
    except LostLease as error:
        raise _decided() from error


def _decided() -> DecisionRefused:
    return DecisionRefused("decided", _("Somebody has decided already. The card shows how."))


def _as_it_is(edit: Edit) -> Edit:
    edit.refresh_from_db()
    return edit
