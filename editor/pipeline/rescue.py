"""What becomes of edits whose worker fell silent (reliability.md 4.4)."""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from editor.engines.errors import UnknownEngine
from editor.engines.registry import EngineSource
from editor.models import Edit, State, Worker
from editor.pipeline import ledger
from editor.pipeline.states import Hold, LostLease, move

logger = logging.getLogger(__name__)

MAX_RESCUES = 3
FORGET_WORKER_AFTER = timedelta(minutes=10)


def after_loss(state: State, *, replay_safe: bool, rescues: int, canceled: bool) -> State:
    """Return where a lost edit goes. Pure: the table of reliability.md 4.4 and 4.1.

    A replay-safe (free) engine may simply run again, at most three times. A paid one never runs
    again by itself once a byte may have left.
    """
    if replay_safe or state == State.CLAIMED:
        if canceled:
            return State.CANCELED
        return State.FAILED if rescues >= MAX_RESCUES else State.QUEUED
    if state in {State.SENDING, State.AWAITING}:
        return State.UNKNOWN
    return State.BILLED_UNUSABLE


def sweep(registry: EngineSource) -> int:
    """Take every expired lease away and decide each edit's fate. Returns how many.

    Any worker may do it at any time: each fate is one fenced UPDATE.
    """
    lost = list(Edit.objects.held().filter(lease_until__lt=Now()))
    done = sum(_rescue(edit, _replay_safe(registry, edit.engine)) for edit in lost)
    Worker.objects.filter(seen_at__lt=Now() - FORGET_WORKER_AFTER).delete()
    return done


def _replay_safe(registry: EngineSource, engine: str) -> bool:
    """Whether the engine may run again; one that no longer exists counts as paid."""
    try:
        return registry.engine(engine).replay_safe
    except UnknownEngine:
        return False


def _rescue(edit: Edit, replay_safe: bool) -> bool:  # noqa: FBT001  a column of the table
    to = after_loss(
        State(edit.state),
        replay_safe=replay_safe,
        rescues=edit.rescues,
        canceled=edit.cancel_requested_at is not None,
    )
    try:
        give_back(edit, Hold.on(edit), to)
    except LostLease:
        return False
    logger.warning("edit %s lost its worker while %s: now %s", edit.public_id, edit.state, to)
    return True


@transaction.atomic
def give_back(edit: Edit, hold: Hold, to: State, *, counted: bool = True) -> None:
    """Write the fate of an edit whose run did not end well. Raises LostLease.

    With `counted`, running it again counts towards MAX_RESCUES.
    """
    ended = to in {State.FAILED, State.CANCELED}
    fields: dict[str, Any] = {"finished_at": Now()} if ended else {"next_run_at": Now()}
    if to == State.QUEUED and counted:
        fields["rescues"] = F("rescues") + 1
    elif to == State.FAILED:
        fields["error_code"] = "worker_lost"
    move(hold, to, new_fence=True, lease_owner="", lease_until=None, progress=0, **fields)
    if ended:
        ledger.release(edit)
