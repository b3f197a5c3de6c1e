from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Activity, Edit, State, Worker
from editor.pipeline.claim import claim, renew, to_stop
from editor.pipeline.steps import rows_of
from editor.pipeline.turns import Turns
from tests.making import make_edit_row, make_project, make_rows
from tests.pipeline.paid_engine import PaidEngine, make_provider, queue_paid

if TYPE_CHECKING:
    from editor.pipeline.states import Hold
    from tests.conftest import People


@pytest.fixture
def edits(people: People) -> list[Edit]:
    (picture,) = make_rows(people.project, people.olga, 1)
    return [
        make_edit_row(people.project, people.olga, picture, next_run_at=Now()) for _ in range(3)
    ]


def test_the_longest_waiting_come_first_and_no_more_than_asked(edits: list[Edit]) -> None:
    holds = claim(owner="a", limit=2, lease_seconds=30)
    assert [hold.edit_id for hold in holds] == [edits[0].pk, edits[1].pk]
    assert all(hold.state == State.CLAIMED and hold.fence == 1 for hold in holds)


def test_what_one_worker_holds_another_does_not_get(edits: list[Edit]) -> None:
    claim(owner="a", limit=2, lease_seconds=30)
    assert [hold.edit_id for hold in claim(owner="b", limit=9, lease_seconds=30)] == [edits[2].pk]
    assert claim(owner="c", limit=9, lease_seconds=30) == []


def test_an_edit_that_is_not_due_yet_waits(edits: list[Edit]) -> None:
    Edit.objects.update(next_run_at=Now() + timedelta(minutes=1))
    assert claim(owner="a", limit=9, lease_seconds=30) == []


def test_an_idle_look_is_one_read(edits: list[Edit], django_assert_num_queries: Any) -> None:
    Edit.objects.update(state=State.SUCCEEDED)
    with django_assert_num_queries(1):
        claim(owner="a", limit=9, lease_seconds=30)


def test_many_are_taken_with_no_more_queries_than_one(people: People) -> None:
    counts = []
    for many in (1, 5):
        for number in range(many):
            queue_paid(PaidEngine(), people.project, people.olga, key=f"{many}-{number}")
        with CaptureQueriesContext(connection) as seen:
            assert len(claim(owner="a", limit=9, calls=9, lease_seconds=30)) == many
        counts.append(len(seen))
        Edit.objects.update(state=State.SUCCEEDED)
    assert counts == [15, 15]


def test_what_was_taken_is_read_with_all_that_a_run_asks(
    people: People, django_assert_num_queries: Any
) -> None:
    queue_paid(PaidEngine(), people.project, people.olga)
    holds = claim(owner="a", limit=9, calls=9, lease_seconds=30)
    with django_assert_num_queries(2):
        (row,) = rows_of(holds).values()
        found = row.project, row.picture, row.mask, row.provider, row.actor, list(row.inputs.all())
    assert found[4] == people.olga


def leases() -> dict[int, datetime]:
    rows = Edit.objects.values_list("pk", "lease_until")
    return {pk: until for pk, until in rows if until is not None}


def test_renew_extends_only_what_still_runs_here(edits: list[Edit]) -> None:
    Worker.objects.create(name="a", slots=1)
    first, second = claim(owner="a", limit=2, lease_seconds=1)
    before = leases()
    renew(owner="a", slots=1, holds=[first], lease_seconds=60)
    after = leases()
    assert after[first.edit_id] - before[first.edit_id] > timedelta(seconds=50)
    assert after[second.edit_id] == before[second.edit_id]


def test_an_older_run_of_an_edit_does_not_renew_the_lease_of_a_newer(edits: list[Edit]) -> None:
    Worker.objects.create(name="a", slots=1)
    (older,) = claim(owner="a", limit=1, lease_seconds=1)
    Edit.objects.filter(pk=older.edit_id).update(fence=older.fence + 1)
    before = leases()
    renew(owner="a", slots=1, holds=[older], lease_seconds=60)
    assert leases() == before
    renew(owner="a", slots=1, holds=[replace(older, fence=older.fence + 1)], lease_seconds=60)
    assert leases() != before


def test_to_stop_names_canceled_and_lost(edits: list[Edit]) -> None:
    holds = claim(owner="a", limit=3, lease_seconds=30)
    Edit.objects.filter(pk=edits[0].pk).update(cancel_requested_at=timezone.now())
    Edit.objects.filter(pk=edits[1].pk).update(fence=9)
    verdict = to_stop(owner="a", holds=holds)
    assert verdict == {edits[0].pk: "canceled", edits[1].pk: "lost"}


def test_to_stop_has_nothing_against_healthy_runs(edits: list[Edit]) -> None:
    holds: list[Hold] = claim(owner="a", limit=3, lease_seconds=30)
    assert to_stop(owner="a", holds=holds) == {}


def test_a_batch_takes_from_several_projects_in_the_order_of_waiting(
    edits: list[Edit], people: People
) -> None:
    other = make_project(people.sam, "Other")
    (picture,) = make_rows(other, people.sam, 1)
    theirs = make_edit_row(other, people.sam, picture, next_run_at=Now() - timedelta(minutes=1))
    holds = claim(owner="a", limit=3, lease_seconds=30)
    assert [hold.edit_id for hold in holds] == [theirs.pk, edits[0].pk, edits[1].pk]


def test_a_worker_forgotten_while_its_machine_slept_is_known_again(db: None) -> None:
    renew(owner="a", slots=3, holds=[], lease_seconds=60)
    renew(owner="a", slots=3, holds=[], lease_seconds=60)
    worker = Worker.objects.alive(5).get()
    assert (worker.name, worker.slots) == ("a", 3)


def test_lanes_do_not_wait_for_each_other(edits: list[Edit], people: People) -> None:
    provider = make_provider()
    Edit.objects.filter(pk=edits[2].pk).update(provider=provider)
    calls = claim(owner="a", limit=0, calls=5, lease_seconds=30)
    assert [(hold.edit_id, hold.calls_out) for hold in calls] == [(edits[2].pk, True)]
    ours = claim(owner="a", limit=5, calls=0, lease_seconds=30)
    assert [hold.edit_id for hold in ours] == [edits[0].pk, edits[1].pk]
    assert not any(hold.calls_out for hold in ours)


def test_a_safe_answer_is_finished_before_anything_is_begun(edits: list[Edit]) -> None:
    Edit.objects.filter(pk=edits[2].pk).update(state=State.RECEIVED, fence=4)
    (hold,) = claim(owner="a", limit=1, lease_seconds=30)
    assert (hold.edit_id, hold.state, hold.fence) == (edits[2].pk, State.RECEIVED, 5)
    assert Edit.objects.get(pk=edits[2].pk).lease_owner == "a"


def test_a_crowd_does_not_push_a_single_edit_back(people: People) -> None:
    """One slot, five hundred edits of Olga: Emil's waits for the one that runs, and no more."""
    (picture,) = make_rows(people.project, people.olga, 1)
    for _number in range(500):
        make_edit_row(people.project, people.olga, picture, next_run_at=Now())
    turns = Turns()
    (first,) = claim(owner="a", limit=1, lease_seconds=30, turns=turns)
    emils = make_edit_row(people.project, people.emil, picture, next_run_at=Now())
    Edit.objects.filter(pk=first.edit_id).update(state=State.SUCCEEDED)
    (second,) = claim(owner="a", limit=1, lease_seconds=30, turns=turns)
    assert second.edit_id == emils.pk


def test_a_batch_takes_as_many_queries_as_one(
    people: People, django_assert_max_num_queries: Any
) -> None:
    provider = make_provider(concurrency=500)
    (picture,) = make_rows(people.project, people.olga, 1)
    for _number in range(200):
        make_edit_row(people.project, people.olga, picture, provider=provider, next_run_at=Now())
    with django_assert_max_num_queries(18):
        assert len(claim(owner="a", limit=0, calls=200, lease_seconds=30)) == 200
    assert Activity.objects.filter(kind="edit.claimed").count() == 200


def test_a_project_with_half_of_the_calls_lets_others_go_first(
    people: People, settings: Any
) -> None:
    """Of four calls the crowd's project holds two; the next goes to whoever holds more himself."""
    settings.WORKER_CALLS = 4
    provider = make_provider()
    (picture,) = make_rows(people.project, people.olga, 1)
    (far,) = make_rows(make_project(people.emil, "Far"), people.emil, 1)

    def waits(picture: Any, user: Any, seconds: int) -> Edit:
        due = Now() - timedelta(seconds=seconds)
        return make_edit_row(picture.project, user, picture, provider=provider, next_run_at=due)

    waits(picture, people.olga, 90)
    waits(picture, people.rita, 80)
    assert len(claim(owner="a", limit=0, calls=2, lease_seconds=30)) == 2
    waits(far, people.emil, 70)
    assert len(claim(owner="a", limit=0, calls=1, lease_seconds=30)) == 1
    waits(picture, people.vito, 60)
    other = waits(far, people.emil, 50)
    (hold,) = claim(owner="a", limit=0, calls=1, lease_seconds=30)
    assert hold.edit_id == other.pk
