from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db.models.functions import Now

from editor.engines.base import Answer
from editor.models import Activity, Attempt, Edit, Project, State
from editor.pipeline import steps
from editor.pipeline.states import Hold, LostLease
from editor.pipeline.steps import Receipt
from tests.making import make_attempt_row, make_edit_row, make_rows
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


def make_sent(people: People, count: int) -> list[Receipt]:
    """Answers that lie on disk, of edits that were sent."""
    rows = make_rows(people.project, people.olga, count)
    found = []
    for number, picture in enumerate(rows):
        edit = make_edit_row(
            people.project, people.olga, picture, state="sending", fence=1, lease_owner="web"
        )
        attempt = make_attempt_row(edit)
        file = settings.SPOOL_DIR / edit.public_id / "1" / "answer"
        file.parent.mkdir(parents=True)
        file.write_text(f"answer {number}")
        head: dict[str, Any] = {"status": 200, "content_type": "application/json"}
        found.append(
            Receipt(
                Hold.on(edit), attempt, Answer(file, head), f"{number:064d}", {"http_status": 200}
            )
        )
    return found


def test_answers_that_come_together_are_written_down_each_with_its_own(people: People) -> None:
    receipts = make_sent(people, 4)
    # One was seen to have left, the others come before that was written.
    Edit.objects.filter(pk=receipts[1].hold.edit_id).update(state=State.AWAITING)
    receipts[1] = replace(receipts[1], hold=replace(receipts[1].hold, state=State.AWAITING))
    # One was taken away meanwhile.
    Edit.objects.filter(pk=receipts[2].hold.edit_id).update(fence=2)
    before = Project.objects.get().pulse
    told = steps.received_each(receipts)
    assert [isinstance(one, LostLease) for one in told] == [False, False, True, False]
    for number in (0, 1, 3):
        edit = Edit.objects.get(pk=receipts[number].hold.edit_id)
        attempt = edit.attempts.get()
        assert told[number] == Hold.on(edit)
        assert (edit.state, edit.lease_owner, edit.lease_until) == (State.RECEIVED, "", None)
        assert before < edit.pulse <= Project.objects.get().pulse
        assert attempt.answer_sha256 == f"{number:064d}"
        assert attempt.answer_file.endswith(f"{edit.public_id}/1/answer")
        assert attempt.http_status == 200
    lost = Edit.objects.get(pk=receipts[2].hold.edit_id)
    assert (lost.state, lost.lease_owner, lost.attempts.get().answer_file) == (
        State.SENDING,
        "web",
        "",
    )


def test_answers_that_come_together_are_told_once(people: People) -> None:
    """A commit in doubt is tried again: the second time nothing is written."""
    receipts = make_sent(people, 2)
    assert not [one for one in steps.received_each(receipts) if isinstance(one, Exception)]
    assert [type(one) for one in steps.received_each(receipts)] == [LostLease] * 2
    kinds = Activity.objects.values_list("kind", flat=True)
    assert list(kinds).count("edit.received") == 2
