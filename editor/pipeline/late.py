"""Answers that come when the edit was given up already: paid for, and never thrown away."""

from collections.abc import Container, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from editor.engines.base import Answer, EditResult
from editor.engines.errors import EngineError
from editor.models import WAITING_STATES, Attempt, Edit, Picture, Project, State
from editor.pipeline import attempts
from editor.pipeline.states import PULSE, Hold, LostLease, move
from editor.pipeline.steps import Job
from editor.services import activities, pictures

# Marks an attempt whose answer lies beside its edit and was not made into results yet.
UNREAD: Final = "answer_late"
# When whoever received such an answer is no longer expected to be reading it.
LEFT_AFTER: Final = timedelta(minutes=5)
_ON_ITS_WAY: Final = WAITING_STATES | {State.CLAIMED, State.SENDING, State.AWAITING}


class Late(StrEnum):
    """What became of a late answer."""

    ADOPTED = "adopted"  # the edit waits for it, and goes on with it
    EXTRA = "extra"  # the edit went another way: these are further results of it
    KNOWN = "known"  # somebody found it in the spool before
    GONE = "gone"  # the edit was purged


@transaction.atomic
def report(
    edit_id: int, attempt: Attempt, job: Job, *, answer: Answer, sha256: str, **head: Any
) -> Late:
    """Write that the answer of this attempt lies on disk, although its lease was lost.

    One that nobody waits for is settled by estimate at once: its price does not depend on
    whether it can be read.
    """
    edit = Edit.objects.filter(pk=edit_id).first()
    if edit is None:
        return Late.GONE
    Project.objects.select_for_update(no_key=True).get(pk=edit.project_id)
    edit.refresh_from_db()
    mine = Attempt.objects.get(pk=attempt.pk)
    if mine.answer_file:
        return Late.KNOWN
    waits = _waits_for(edit, mine)
    if waits:
        _adopt(edit)
    attempts.answered(mine, answer=answer, sha256=sha256, **head)
    if not waits:
        Attempt.objects.filter(pk=mine.pk).update(error_class=UNREAD)
        attempts.settle(edit, mine, attempts.estimated(job.engine, job.plan))
    activities.note("edit.late_answer", project=edit.project_id, edit=edit.pk, attempt=mine.number)
    return Late.ADOPTED if waits else Late.EXTRA


def _adopt(edit: Edit) -> None:
    move(
        Hold.on(edit),
        State.RECEIVED,
        new_fence=True,
        lease_owner="",
        lease_until=None,
        next_run_at=Now(),
        finished_at=None,
        rescues=0,
    )


def _waits_for(edit: Edit, attempt: Attempt) -> bool:
    """Whether nothing was decided since: unknown, or this very attempt is still open.

    An open one is adopted in whatever state its token waits to be sent again, or is: both
    sendings are one execution.
    """
    if attempt.number != edit.attempts.count():
        return False
    is_open = attempt.finished_at is None and edit.state in _ON_ITS_WAY
    return edit.state == State.UNKNOWN or is_open


def left(spare: Container[int]) -> list[Attempt]:
    """Return attempts whose late answer nobody reads any more; edits in `spare` run here."""
    rows = Attempt.objects.filter(error_class=UNREAD, finished_at__lt=Now() - LEFT_AFTER)
    found = rows.exclude(answer_file="").select_related("edit").order_by("pk")
    return [attempt for attempt in found if attempt.edit_id not in spare]


@transaction.atomic
def add_results(attempt: Attempt, job: Job, results: Sequence[Picture], drawn: EditResult) -> None:
    """Keep what came late beside what the edit has. Raises LostLease when somebody did already."""
    _close(attempt, "")
    for result in results:
        pictures.insert(result)
    edit = Edit.objects.get(pk=job.edit.pk)
    attempts.settle(edit, attempt, job.engine.cost(job.plan, drawn), drawn.usage)
    Edit.objects.filter(pk=edit.pk).update(pulse=PULSE)


def add_nothing(attempt: Attempt, error: EngineError) -> None:
    """What came late cannot be used; it was paid for. Raises LostLease as above."""
    _close(attempt, error.code[: attempts.CODE_LENGTH])


def _close(attempt: Attempt, code: str) -> None:
    """Cross the mark off, once, however many read the answer."""
    mine = Attempt.objects.filter(pk=attempt.pk, error_class=UNREAD)
    if not mine.update(error_class=code):
        raise LostLease(f"the late answer of {attempt} was taken by another")
