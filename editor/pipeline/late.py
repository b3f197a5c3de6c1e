"""Answers that come when the edit was given up already: paid for, and never thrown away."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from editor.engines.base import Answer, EditResult
from editor.engines.errors import EngineError
from editor.models import Attempt, Edit, Picture, Project, State
from editor.pipeline import attempts
from editor.pipeline.states import PULSE, Hold, move
from editor.pipeline.steps import Job
from editor.services import activities, pictures


class Late(StrEnum):
    """What became of a late answer."""

    ADOPTED = "adopted"  # the edit waits for it, and goes on with it
    EXTRA = "extra"  # the edit went another way: these are further results of it
    KNOWN = "known"  # somebody found it in the spool before
    GONE = "gone"  # the edit was purged


@transaction.atomic
def report(
    edit_id: int, attempt: Attempt, *, answer: Answer, sha256: str, **head: Any
) -> tuple[Late, Edit | None]:
    """Write that the answer of this attempt lies on disk, although its lease was lost."""
    edit = Edit.objects.filter(pk=edit_id).first()
    if edit is None:
        return Late.GONE, None
    Project.objects.select_for_update(no_key=True).get(pk=edit.project_id)
    edit.refresh_from_db()
    mine = Attempt.objects.get(pk=attempt.pk)
    if mine.answer_file or mine.fence != attempt.fence:
        return Late.KNOWN, edit
    if _waits_for(edit, mine):
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
        late = Late.ADOPTED
    else:
        late = Late.EXTRA
    attempts.answered(mine, answer=answer, sha256=sha256, **head)
    activities.note("edit.late_answer", project=edit.project_id, edit=edit.pk, attempt=mine.number)
    return late, edit


def _waits_for(edit: Edit, attempt: Attempt) -> bool:
    """Whether nothing was decided since: unknown, or still as this very run left it."""
    if attempt.number != edit.attempts.count():
        return False
    ours = edit.state in {State.SENDING, State.AWAITING} and edit.fence == attempt.fence
    return edit.state == State.UNKNOWN or ours


@transaction.atomic
def add_results(attempt: Attempt, job: Job, results: Sequence[Picture], drawn: EditResult) -> None:
    """Keep what came late beside what the edit has, and settle its attempt."""
    for result in results:
        pictures.insert(result)
    edit = Edit.objects.get(pk=job.edit.pk)
    attempts.settle(edit, attempt, job.engine.cost(job.plan, drawn), drawn.usage)
    Edit.objects.filter(pk=edit.pk).update(pulse=PULSE)


@transaction.atomic
def add_nothing(attempt: Attempt, job: Job, error: EngineError) -> None:
    """What came late cannot be used; it was paid for."""
    edit = Edit.objects.get(pk=job.edit.pk)
    Attempt.objects.filter(pk=attempt.pk).update(error_class=error.code[: attempts.CODE_LENGTH])
    attempts.settle(edit, attempt, attempts.estimated(job.engine, job.plan))
