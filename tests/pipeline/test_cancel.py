from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.models import LedgerEntry, State
from editor.pipeline import ledger
from editor.pipeline.cancel import cancel, cancel_open
from tests.making import make_edit_row, make_project, make_rows

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
