from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from editor.models import Attempt, Edit, Execution, LedgerEntry, State
from editor.pipeline import attempts, ledger, steps
from editor.pipeline.cancel import ask, cancel, cancel_open
from editor.pipeline.states import Hold, LostLease
from tests.making import make_edit_row, make_project, make_rows
from tests.pipeline.stub_engine import StubEngine

if TYPE_CHECKING:
    from tests.conftest import People


@pytest.mark.parametrize("state", ["queued", "retry_wait", "claimed"])
def test_before_anything_left_it_ends_at_once(people: People, state: str) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state=state, fence=2)
    ledger.reserve(edit)
    assert cancel(edit).state == State.CANCELED
    assert edit.fence == 3  # whoever held it can write nothing more
    assert LedgerEntry.objects.filter(edit=edit, kind="release").count() == 1


@pytest.mark.parametrize("state", ["sending", "awaiting", "received"])
def test_while_it_runs_the_worker_is_asked(people: People, state: str) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state=state)
    assert cancel(edit).state == state
    first = edit.cancel_requested_at
    assert first is not None
    assert edit.pulse > 0
    assert cancel(edit).cancel_requested_at == first


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled", "unknown"])
def test_an_ended_edit_stays_as_it_is(people: People, state: str) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state=state)
    cancel(edit)
    assert (edit.state, edit.cancel_requested_at) == (state, None)


def test_a_deleted_project_lets_go_of_all_its_edits(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    other = make_project(people.olga, "Other")
    states = ["queued", "retry_wait", "awaiting", "succeeded", "unknown"]
    edits = [make_edit_row(people.project, people.olga, picture, state=s) for s in states]
    theirs = make_edit_row(other, people.olga, picture)
    cancel_open(people.project)
    for edit in (*edits, theirs):
        edit.refresh_from_db()
    assert [e.state for e in edits] == ["canceled", "canceled", "awaiting", "succeeded", "unknown"]
    assert edits[2].cancel_requested_at is not None
    assert theirs.state == State.QUEUED


def test_a_wish_to_cancel_is_about_the_state_it_was_made_in(people: People) -> None:
    """What was read as sent and waits by now is not marked, but read again."""
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state="awaiting", fence=2)
    Edit.objects.update(state="retry_wait", fence=3)
    with pytest.raises(LostLease):
        ask(edit)
    assert Edit.objects.get().cancel_requested_at is None
    assert cancel(edit).state == State.CANCELED


def test_what_nobody_wants_any_more_is_not_sent(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state="claimed", fence=2)
    Edit.objects.update(cancel_requested_at=Now())
    with pytest.raises(steps.CancelAsked):
        steps.intend(Hold.on(edit), StubEngine())
    edit.refresh_from_db()
    assert (edit.state, edit.attempts.count()) == ("claimed", 0)


def test_a_run_that_was_taken_away_writes_nothing_into_its_attempt(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state="awaiting", fence=4)
    old = Attempt.objects.create(edit=edit, number=1, fence=2, intent_at=timezone.now())
    Attempt.objects.update(fence=4)  # its token was sent again under a newer hold
    steps.headed(old, http_status=500)
    attempts.leave_open(old, "no_answer")
    attempts.close(old, Execution.NO, "no_answer")
    now = Attempt.objects.get()
    assert (now.http_status, now.error_class, now.finished_at) == (None, "", None)
    steps.headed(now, http_status=200)
    attempts.close(now, Execution.NO, "no_answer")
    assert Attempt.objects.get(http_status=200, error_class="no_answer").finished_at is not None
