from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from editor.engines.registry import Registry
from editor.models import Attempt, Edit, LedgerEntry, LedgerKind, State, Worker
from editor.pipeline import ledger, spool
from editor.pipeline.outcome import MAX_RESCUES, Loss, after_loss
from editor.pipeline.rescue import sweep
from editor.pipeline.states import Hold, LostLease, move
from editor.services.failure_texts import failure
from tests.making import make_edit_row, make_rows
from tests.pipeline.paid_engine import make_provider

if TYPE_CHECKING:
    from tests.conftest import People

HELD = ["claimed", "sending", "awaiting", "received"]


@pytest.mark.parametrize("state", HELD)
@pytest.mark.parametrize(
    ("rescues", "canceled", "to"),
    [
        (0, False, State.QUEUED),
        (MAX_RESCUES - 1, False, State.QUEUED),
        (MAX_RESCUES, False, State.FAILED),
        (0, True, State.CANCELED),
        (MAX_RESCUES, True, State.CANCELED),
    ],
)
def test_a_free_engine_runs_again(state: str, rescues: int, canceled: bool, to: State) -> None:
    found = after_loss(State(state), Loss(replay_safe=True, rescues=rescues, canceled=canceled))
    assert found == to


@pytest.mark.parametrize(
    ("state", "to"),
    [
        ("claimed", State.QUEUED),
        ("sending", State.UNKNOWN),
        ("awaiting", State.UNKNOWN),
        ("received", State.RECEIVED),
    ],
)
@pytest.mark.parametrize("canceled", [False, True])
def test_a_paid_engine_never_runs_twice_by_itself(state: str, to: State, canceled: bool) -> None:
    expected = State.CANCELED if canceled and to == State.QUEUED else to
    found = after_loss(State(state), Loss(replay_safe=False, canceled=canceled))
    assert found == expected


@pytest.fixture
def lost(people: People) -> Edit:
    (picture,) = make_rows(people.project, people.olga, 1)
    past = timezone.now() - timedelta(seconds=1)
    return make_edit_row(
        people.project,
        people.olga,
        picture,
        state=State.AWAITING,
        fence=4,
        lease_owner="dead",
        lease_until=past,
        progress=50,
    )


def test_sweep_puts_a_lost_edit_back_under_a_new_fence(lost: Edit) -> None:
    assert sweep(Registry()) == 1
    lost.refresh_from_db()
    assert (lost.state, lost.fence, lost.rescues) == ("queued", 5, 1)
    assert (lost.lease_owner, lost.lease_until, lost.progress) == ("", None, 0)
    assert sweep(Registry()) == 0


def test_sweep_gives_up_after_three_and_says_so(lost: Edit) -> None:
    ledger.reserve(lost)
    Edit.objects.update(rescues=MAX_RESCUES)
    sweep(Registry())
    lost.refresh_from_db()
    assert (lost.state, lost.error_code) == ("failed", "worker_lost")
    assert "given up" in failure(lost.error_code, lost.error_message)
    assert lost.finished_at is not None
    assert LedgerEntry.objects.filter(edit=lost, kind=LedgerKind.RELEASE).count() == 1


def test_sweep_leaves_living_leases_alone(lost: Edit) -> None:
    Edit.objects.update(lease_until=Now() + timedelta(seconds=30))
    assert sweep(Registry()) == 0


def test_an_engine_that_is_gone_counts_as_paid(lost: Edit) -> None:
    Edit.objects.update(engine="gone")
    sweep(Registry())
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN


@pytest.mark.django_db
def test_workers_long_silent_are_forgotten() -> None:
    Worker.objects.create(name="old", slots=1, seen_at=timezone.now() - timedelta(hours=1))
    Worker.objects.create(name="new", slots=1)
    sweep(Registry())
    assert list(Worker.objects.values_list("name", flat=True)) == ["new"]


def test_a_worker_spares_what_it_runs_itself(lost: Edit) -> None:
    """A lock may have kept it from renewing its lease; that it sweeps shows that it lives."""
    assert sweep(Registry(), spare={(lost.pk, lost.fence)}) == 0
    assert sweep(Registry(), spare={(lost.pk + 1, lost.fence)}) == 1


def test_a_worker_that_lost_an_edit_does_not_spare_its_next_holder(lost: Edit) -> None:
    """Its own run under the fence before still winds down; who took the edit over has died."""
    assert sweep(Registry(), spare={(lost.pk, lost.fence - 1)}) == 1


def test_a_lease_that_was_renewed_between_look_and_write_holds(lost: Edit) -> None:
    stale = Hold.on(lost)
    Edit.objects.update(lease_until=Now() + timedelta(seconds=30))
    with pytest.raises(LostLease):
        move(stale, State.UNKNOWN, new_fence=True, expired=True)
    lost.refresh_from_db()
    assert (lost.state, lost.fence) == ("awaiting", 4)


def test_a_paid_edit_that_may_have_run_is_held(lost: Edit) -> None:
    Edit.objects.update(engine="gone", reserved_micros=7)
    attempt = Attempt.objects.create(edit=lost, number=1, fence=4, intent_at=timezone.now())
    sweep(Registry())
    attempt.refresh_from_db()
    lost.refresh_from_db()
    assert (lost.state, lost.error_code, lost.error_class) == (
        "unknown",
        "outcome_unknown",
        "unknown",
    )
    assert (attempt.execution, attempt.finished_at is not None) == ("unknown", True)
    assert LedgerEntry.objects.filter(attempt=attempt, kind=LedgerKind.HOLD).count() == 1


def test_a_whole_answer_in_the_spool_is_taken_over(lost: Edit) -> None:
    Edit.objects.update(engine="gone")
    attempt = Attempt.objects.create(edit=lost, number=1, fence=4, intent_at=timezone.now())
    folder = spool.open_folder(lost, 4)
    (folder / "answer.body").write_bytes(b'{"data": []}')
    head = {"status": 200, "content_type": "application/json", "request_id": "r1"}
    (folder / "answer.head").write_text(json.dumps(head))
    sweep(Registry())
    attempt.refresh_from_db()
    lost.refresh_from_db()
    assert (lost.state, lost.fence, lost.lease_until) == ("received", 5, None)
    assert (attempt.execution, attempt.upstream_request_id) == ("yes", "r1")
    assert spool.path_of(attempt.answer_file).read_bytes() == b'{"data": []}'
    assert (folder / "answer.body").exists()  # the sleeper may still write there


def test_an_edit_that_cannot_be_rescued_does_not_keep_the_others(
    lost: Edit, people: People
) -> None:
    Edit.objects.update(engine="gone")
    Attempt.objects.create(edit=lost, number=1, fence=4, intent_at=timezone.now())
    folder = spool.open_folder(lost, 4)
    (folder / "answer.body").write_bytes(b'{"data": []}')
    head = {"status": 200, "content_type": "application/json"}
    (folder / "answer.head").write_text(json.dumps(head))
    (folder.parent / "5").write_text("in the way")
    held = {"state": State.CLAIMED, "lease_until": lost.lease_until}
    second = make_edit_row(people.project, people.olga, lost.picture, **held)
    assert sweep(Registry()) == 1
    second.refresh_from_db()
    lost.refresh_from_db()
    assert (second.state, lost.state) == ("queued", "awaiting")


def test_what_was_sent_and_waits_for_a_deleted_provider_is_in_doubt(
    lost: Edit, people: People
) -> None:
    provider = make_provider(deleted_at=timezone.now())
    Edit.objects.update(state=State.QUEUED, lease_until=None, provider=provider)
    now = timezone.now()
    Attempt.objects.create(edit=lost, number=1, fence=3, intent_at=now, error_class="timed_out")
    other = make_edit_row(
        people.project, people.olga, lost.picture, state=State.QUEUED, provider=provider
    )
    sweep(Registry())
    lost.refresh_from_db()
    other.refresh_from_db()
    assert (lost.state, other.state) == ("unknown", "failed")
