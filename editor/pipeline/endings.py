"""How a run ends that brought no result: each function is one short transaction.

All of them raise LostLease when somebody else decided meanwhile; then nothing is written.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from editor.engines.errors import EngineError, ErrorClass, Execution
from editor.engines.plans import Plan
from editor.models import Attempt, Edit, State
from editor.models import Execution as Ran
from editor.pipeline import attempts, ledger, replan, steps
from editor.pipeline.outcome import (
    FIRST_DELAY,
    MAX_AGE_SECONDS,
    Facts,
    Loss,
    Verdict,
    after_loss,
    decide,
)
from editor.pipeline.states import Hold, move
from editor.pipeline.steps import Job
from editor.services import budgets

STOPPING: Final = "stopping"
WORKER_LOST: Final = "worker_lost"
UNKNOWN_PARAMETER: Final = "unknown_parameter"
LET_GO: Final[dict[str, Any]] = {"lease_owner": "", "lease_until": None, "progress": 0}


@transaction.atomic
def fail(hold: Hold, attempt: Attempt | None, verdict: Verdict) -> None:
    """End the edit with the reason its owner will read. Nothing was charged."""
    edit = Edit.objects.get(pk=hold.edit_id)
    if attempt is None and _in_doubt(edit, hold):
        return
    move(hold, State.FAILED, lease_until=None, finished_at=Now(), **_words(verdict))
    attempts.close(attempt, Ran.NO, verdict.code)
    ledger.release(edit)


@transaction.atomic
def stop(hold: Hold, attempt: Attempt | None) -> None:
    """End an edit that its owner no longer wants, and that cost nothing."""
    edit = Edit.objects.get(pk=hold.edit_id)
    if attempt is None and _in_doubt(edit, hold):
        return
    move(hold, State.CANCELED, lease_until=None, finished_at=Now())
    attempts.close(attempt, Ran.NO, "canceled")
    ledger.release(edit)


def _in_doubt(edit: Edit, hold: Hold) -> bool:
    """End an edit whose token was to be sent again as what it is: nobody knows what became of it."""
    waiting = open_attempt(edit) if edit.provider_id else None
    if waiting is not None:
        give_back(edit, hold, State.UNKNOWN, waiting)
    return waiting is not None


@transaction.atomic
def wait(hold: Hold, *, seconds: float, code: str, message: str = "") -> None:
    """Put a claimed edit back into the queue for a while: something of ours is not ready."""
    words = _words(Verdict(State.QUEUED, code, message, ErrorClass.BUSY))
    move(hold, State.QUEUED, new_fence=True, next_run_at=_in(seconds), **LET_GO, **words)


@transaction.atomic
def lose(hold: Hold, attempt: Attempt | None, job: Job, *, code: str) -> None:
    """The run broke under us: decide as if the worker had died.

    A worker that was told to stop is nobody's fault, and not counted against the edit.
    """
    edit = Edit.objects.get(pk=hold.edit_id)
    engine = job.engine
    waiting = None if engine.replay_safe else open_attempt(edit)
    known = attempts.recognises(engine)
    loss = loss_of(edit, engine.replay_safe, waiting, resend_safe=known)
    to = after_loss(hold.state, replace(loss, rescues=0) if code == STOPPING else loss)
    if to != State.RETRY_WAIT:
        attempts.close(attempt or waiting, Ran.NO if engine.free else Ran.UNKNOWN, code)
    give_back(edit, hold, to, attempt or waiting, counted=code != STOPPING)


def loss_of(edit: Edit, replay_safe: bool, waiting: Attempt | None, **more: bool) -> Loss:  # noqa: FBT001  a column of the table
    """Return what the row says about a lost edit."""
    return Loss(
        replay_safe=replay_safe,
        rescues=edit.rescues,
        canceled=edit.cancel_requested_at is not None,
        sent_before=waiting is not None,
        **more,
    )


def open_attempt(edit: Edit) -> Attempt | None:
    """Return the attempt whose token is to be sent again, if there is one."""
    last = edit.attempts.order_by("-number").first()
    return last if last and attempts.is_open(last) else None


@transaction.atomic
def give_back(
    edit: Edit,
    hold: Hold,
    to: State,
    attempt: Attempt | None = None,
    *,
    counted: bool = True,
    expired: bool = False,
) -> None:
    """Write the fate of an edit whose run did not end well.

    With `counted`, running it again counts towards MAX_RESCUES; with `expired` only if its lease
    has run out by now.
    """
    ended = to in {State.FAILED, State.CANCELED}
    fields: dict[str, Any] = {"finished_at": Now()} if ended else {"next_run_at": Now()}
    if counted and to in {State.QUEUED, State.RECEIVED, State.RETRY_WAIT}:
        fields["rescues"] = F("rescues") + 1
    if to == State.RETRY_WAIT:
        fields["next_run_at"] = _in(FIRST_DELAY)
    fields |= _FATE_WORDS.get(to, {})
    move(hold, to, new_fence=True, expired=expired, **LET_GO, **fields)
    _account(edit, attempt, to)


_FATE_WORDS: Final[dict[State, dict[str, str]]] = {
    State.FAILED: {"error_code": WORKER_LOST, "error_class": ErrorClass.OURS},
    State.UNKNOWN: {"error_code": "outcome_unknown", "error_class": ErrorClass.UNKNOWN},
    State.BILLED_UNUSABLE: {"error_code": "answer_unreadable", "error_class": ErrorClass.OURS},
}


def _account(edit: Edit, attempt: Attempt | None, to: State) -> None:
    """Book what the fate means for the money."""
    if to in {State.FAILED, State.CANCELED}:
        ledger.release(edit)
    elif to == State.UNKNOWN and attempt is not None:
        attempts.close(attempt, Ran.UNKNOWN, WORKER_LOST)
        ledger.hold(edit, attempt)
    elif to == State.RETRY_WAIT and attempt is not None:
        attempts.leave_open(attempt, WORKER_LOST)


@transaction.atomic
def end_flight(
    hold: Hold, attempt: Attempt, job: Job, error: EngineError, *, chance: float, **head: Any
) -> Verdict:
    """Write what an error of a paid engine means for the edit, the attempt and the money."""
    edit = Edit.objects.get(pk=hold.edit_id)
    verdict, planned = _decided(edit, attempt, job, error, chance)
    fields = LET_GO | _words(verdict)
    if verdict.to == State.RETRY_WAIT:
        fields |= {"next_run_at": _in(verdict.delay)} | (planned or {"tries": F("tries") + 1})
    elif verdict.to in {State.FAILED, State.CANCELED}:
        fields |= {"finished_at": Now()}
    move(hold, verdict.to, new_fence=True, **fields)
    _end_attempt(attempt, verdict, error, head | attempts.words(error))
    if verdict.to in {State.FAILED, State.CANCELED}:
        ledger.release(edit)
    elif verdict.to == State.UNKNOWN:
        ledger.hold(edit, attempt)
    elif verdict.to == State.BILLED_UNUSABLE:
        attempts.settle(edit, attempt, attempts.estimated(job.engine, job.plan))
    return verdict


def _decided(
    edit: Edit, attempt: Attempt, job: Job, error: EngineError, chance: float
) -> tuple[Verdict, dict[str, Any]]:
    """Return the verdict, and the new plan where it leaves something out: money must allow that."""
    verdict = decide(error, _facts(edit, attempt, job), chance=chance)
    if not verdict.leaves_out:
        return verdict, {}
    try:
        return verdict, replan.without(edit, job.engine, verdict.leaves_out)
    except budgets.Refused as refused:
        return Verdict(State.FAILED, refused.code, "", ErrorClass.BUDGET), {}


def _facts(edit: Edit, attempt: Attempt, job: Job) -> Facts:
    old = Edit.objects.filter(
        pk=edit.pk, started_at__lt=Now() - timedelta(seconds=MAX_AGE_SECONDS)
    ).exists()
    return Facts(
        tries=edit.tries,
        is_old=old,
        canceled=edit.cancel_requested_at is not None,
        learned=edit.attempts.filter(error_class=UNKNOWN_PARAMETER).exists(),
        resend_safe=attempts.recognises(job.engine),
        sent_before=attempts.is_open(attempt),
    )


def _end_attempt(
    attempt: Attempt, verdict: Verdict, error: EngineError, said: dict[str, Any]
) -> None:
    if verdict.same_token:
        attempts.leave_open(attempt, error.code, **said)
        return
    code = UNKNOWN_PARAMETER if verdict.leaves_out else error.code
    ran = Ran.UNKNOWN if verdict.to == State.UNKNOWN else Ran(error.execution)
    attempts.close(attempt, ran, code, **said)


@transaction.atomic
def give_up_reading(hold: Hold, attempt: Attempt, job: Job, error: EngineError) -> None:
    """The answer holds no picture that can be used. It was paid for, and is kept."""
    edit = Edit.objects.get(pk=hold.edit_id)
    verdict = decide(_executed(error), Facts(), chance=0.0)
    move(hold, State.BILLED_UNUSABLE, new_fence=True, **LET_GO, **_words(verdict))
    said = attempts.words(error)
    Attempt.objects.filter(pk=attempt.pk).update(
        error_class=error.code[: attempts.CODE_LENGTH], **said
    )
    attempts.settle(edit, attempt, attempts.estimated(job.engine, job.plan))


@transaction.atomic
def end_without_engine(hold: Hold, error: EngineError) -> None:
    """Nothing is left that could be asked, or could read what was answered and paid for."""
    edit = Edit.objects.get(pk=hold.edit_id)
    answered = steps.answer_of(edit)
    if hold.state != State.RECEIVED or answered is None or ":" not in edit.engine:
        turn = error.error_class if isinstance(error, steps.Withheld) else ErrorClass.INPUT
        fail(hold, None, Verdict(State.FAILED, error.code, error.message, turn))
        return
    fields = LET_GO | _FATE_WORDS[State.BILLED_UNUSABLE]
    move(hold, State.BILLED_UNUSABLE, new_fence=True, **fields)
    attempts.settle(edit, answered[0], attempts.estimated(None, Plan.from_json(edit.plan)))


@transaction.atomic
def set_aside(hold: Hold, *, counted: bool, seconds: float = 0.0) -> None:
    """Let somebody else finish an answer that is safe; the engine is not asked again."""
    rescues: dict[str, Any] = {"rescues": F("rescues") + 1} if counted else {}
    move(
        hold,
        State.RECEIVED,
        new_fence=True,
        lease_owner="",
        lease_until=None,
        next_run_at=_in(seconds),
        **rescues,
    )


def _executed(error: EngineError) -> EngineError:
    if error.execution == Execution.YES:
        return error
    return EngineError(error.message, code=error.code, execution=Execution.YES)


def _in(seconds: float) -> Any:
    return Now() + timedelta(seconds=seconds)


def _words(verdict: Verdict) -> dict[str, Any]:
    return {
        "error_code": verdict.code[:60],
        "error_message": verdict.message[:500],
        "error_class": str(verdict.error_class),
    }
