from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from editor.models import Attempt, Edit, State
from editor.pipeline import steps
from editor.pipeline.states import Hold, LostLease
from tests.making import make_edit_row, make_rows
from tests.pipeline.stub_engine import StubEngine, registry_of

if TYPE_CHECKING:
    from pytest_django.fixtures import DjangoAssertNumQueries

    from tests.conftest import People


FOCUS = {"box": [0, 0, 8, 8]}


def make_held(people: People, count: int = 1) -> list[Hold]:
    """Edits that this process has claimed."""
    rows = make_rows(people.project, people.olga, count)
    edits = [
        make_edit_row(
            people.project,
            people.olga,
            picture,
            state="claimed",
            fence=1,
            engine="stub",
            focus=FOCUS,
        )
        for picture in rows
    ]
    return [Hold.on(edit) for edit in edits]


@pytest.fixture
def hold(people: People) -> Hold:
    return make_held(people)[0]


def test_an_intent_whose_commit_was_in_doubt_is_found_by_its_second_try(hold: Hold) -> None:
    first = steps.intend(hold, StubEngine())
    assert steps.intend(hold, StubEngine()) == first
    assert Attempt.objects.count() == 1


def test_an_intent_of_another_run_is_no_intent_of_ours(hold: Hold) -> None:
    steps.intend(hold, StubEngine())
    Edit.objects.update(fence=2)
    with pytest.raises(LostLease):
        steps.intend(hold, StubEngine())


def test_an_edit_that_nobody_wants_any_more_is_not_sent(hold: Hold) -> None:
    Edit.objects.update(cancel_requested_at=Now())
    with pytest.raises(steps.CancelAsked):
        steps.intend(hold, StubEngine())
    assert not Attempt.objects.exists()
    assert Edit.objects.get().state == State.CLAIMED


def test_many_edits_are_read_together(
    people: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few, many = make_held(people, 2), make_held(people, 12)
    for holds in (few, many):
        with django_assert_num_queries(2):
            rows = steps.rows_of(holds)
            assert all(not row.inputs.all() and row.picture.name for row in rows.values())
        assert set(rows) == {hold.edit_id for hold in holds}


def test_a_departure_whose_commit_was_in_doubt_is_found_by_its_second_try(hold: Hold) -> None:
    leaving = [steps.intend(hold, StubEngine())]
    first = steps.sent(leaving)
    assert steps.sent(leaving) == first != {}
    Edit.objects.update(fence=2)
    assert steps.sent(leaving) == {}


def test_what_a_failed_try_left_on_a_row_is_not_seen_by_the_next(hold: Hold) -> None:
    row = steps.rows_of([hold])[hold.edit_id]
    job = steps.load(hold, registry_of(StubEngine()), row)
    job.edit.plan = {"fields": {"n": 9}}
    assert row.plan != job.edit.plan
    assert steps.load(hold, registry_of(StubEngine()), row).edit.plan == row.plan
