"""What becomes of edits whose worker fell silent (reliability.md 4.4)."""

import logging
from collections.abc import Callable, Container
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from editor.engines.base import Answer, Engine
from editor.engines.errors import EngineError
from editor.engines.plans import Plan
from editor.engines.registry import EngineSource
from editor.models import WAITING_STATES, Attempt, Edit, State, Worker
from editor.pipeline import attempts, endings, spool, steps, wholeness
from editor.pipeline.outcome import CONNECTION_LOST, Verdict, after_loss
from editor.pipeline.states import Hold, LostLease, move
from editor.services.vault import WrongKey

logger = logging.getLogger(__name__)

FORGET_WORKER_AFTER = timedelta(minutes=10)


def sweep(registry: EngineSource, *, spare: Container[tuple[int, int]] = ()) -> int:
    """Take every expired lease away and decide each edit's fate. Returns how many.

    Any worker may do it at any time: each fate is one fenced UPDATE that looks at the lease
    again. A worker `spare`s what it runs itself, by edit and fence: it lives, even if a lock on
    the database kept it from saying so. A later holder of the same edit may be dead all the same.
    """
    lost = Edit.objects.held().filter(lease_until__lt=Now())
    done = sum(
        _alone(_rescue, edit, registry) for edit in lost if (edit.pk, edit.fence) not in spare
    )
    waiting = Edit.objects.filter(state__in=WAITING_STATES, provider__deleted_at__isnull=False)
    for edit in waiting:
        _alone(_abandon, edit)
    Worker.objects.filter(seen_at__lt=Now() - FORGET_WORKER_AFTER).delete()
    return done


def _alone(decide: Callable[..., bool], edit: Edit, *more: Any) -> bool:
    """Decide one edit; whatever is wrong with it must not keep the others from being rescued."""
    try:
        return decide(edit, *more)
    except CONNECTION_LOST:
        raise  # the database itself: the whole sweep is tried again
    except Exception:
        logger.exception("edit %s cannot be rescued; trying again at the next sweep", edit)
        return False


def _engine(registry: EngineSource, name: str) -> Engine | None:
    """The engine, if it is still there; one that is not counts as paid."""
    try:
        return registry.engine(name)
    except (EngineError, WrongKey):
        return None


def _rescue(edit: Edit, registry: EngineSource) -> bool:
    engine = _engine(registry, edit.engine)
    attempt = edit.attempts.filter(fence=edit.fence).order_by("-number").first()
    free = engine is not None and engine.replay_safe
    left = None if free else _left(edit)
    loss = endings.loss_of(
        edit,
        free,
        None if free else endings.open_attempt(edit),
        resend_safe=attempts.recognises(engine),
        answered=left is not None,
    )
    to = after_loss(State(edit.state), loss)
    try:
        if left and attempt and to == State.RECEIVED:
            _adopt(edit, attempt, *left)
        else:
            _give_back(edit, to, attempt, engine)
    except LostLease:
        return False
    logger.warning("edit %s lost its worker while %s: now %s", edit.public_id, edit.state, to)
    return True


def _left(edit: Edit) -> tuple[Path, dict[str, Any]] | None:
    """The whole answer that the dead worker left, for an edit that was sent."""
    if edit.state not in {State.SENDING, State.AWAITING}:
        return None
    folder = spool.folder_of(edit, edit.fence)
    return wholeness.left_answer(folder, Plan.from_json(edit.plan).count)


def _adopt(edit: Edit, attempt: Attempt, answer: Path, head: dict[str, Any]) -> None:
    """Take the answer over: it is finished without asking the engine again."""
    folder = spool.folder_of(edit, edit.fence + 1)
    file, sha256 = spool.adopt_answer(answer, head, folder)
    with transaction.atomic():
        move(
            Hold.on(edit),
            State.RECEIVED,
            new_fence=True,
            expired=True,
            lease_owner="",
            lease_until=None,
            next_run_at=Now(),
            rescues=0,
        )
        said = attempts.head_fields(head, 0.0)
        attempts.answered(attempt, answer=Answer(file, head), sha256=sha256, **said)


@transaction.atomic
def _give_back(edit: Edit, to: State, attempt: Attempt | None, engine: Engine | None) -> None:
    endings.give_back(edit, Hold.on(edit), to, attempt or endings.open_attempt(edit), expired=True)
    if to == State.BILLED_UNUSABLE and (answered := steps.answer_of(edit)):
        cost = attempts.estimated(engine, Plan.from_json(edit.plan))
        attempts.settle(edit, answered[0], cost)


def _abandon(edit: Edit) -> bool:
    """End an edit that waits for a provider that was deleted."""
    verdict = Verdict(State.FAILED, "unknown_engine", "", "input")
    try:
        endings.fail(Hold.on(edit), None, verdict)
    except LostLease:
        return False
    return True
