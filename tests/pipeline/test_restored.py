"""What a backup knows as waiting at a provider is not sent again by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now

from editor.management.money_checks import ledger_adds_up
from editor.models import Attempt, Edit, Execution, LedgerEntry, LedgerKind, Provider, State
from editor.pipeline import decide, ledger
from editor.pipeline.claim import claim
from editor.pipeline.restored import hold_paid
from editor.services.failure_texts import failure
from tests.making import (
    agree,
    make_door,
    make_edit_row,
    make_priced_row,
    make_provider_row,
    make_rows,
)

if TYPE_CHECKING:
    from editor.models import Picture
    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    return make_rows(people.project, people.olga, 1)[0]


def waits(picture: Picture, people: People, state: str, **fields: Any) -> Edit:
    provider = Provider.objects.first() or make_provider_row()
    edit = make_priced_row(
        picture, people.emil, provider, 40_000, state=state, next_run_at=Now(), **fields
    )
    ledger.reserve(edit)
    agree(provider, people.emil)
    return edit


@pytest.mark.parametrize("state", ["queued", "retry_wait", "claimed"])
def test_a_paid_edit_waits_for_a_decision_and_its_money_is_held(
    people: People, picture: Picture, state: str
) -> None:
    edit = waits(picture, people, state)
    assert hold_paid() == 1
    assert hold_paid() == 0
    edit.refresh_from_db()
    assert (edit.state, edit.error_code) == (State.UNKNOWN, "restored")
    assert "restored from a backup" in failure("restored", "")
    attempt = edit.attempts.get()
    assert (attempt.execution, attempt.host) == (Execution.UNKNOWN, "api.atelier.test")
    assert attempt.finished_at
    held = LedgerEntry.objects.get(kind=LedgerKind.HOLD)
    assert (held.attempt, held.micros) == (attempt, 40_000)
    assert list(ledger_adds_up()) == []
    assert claim(owner="a", limit=9, calls=9, lease_seconds=30) == []


def test_its_member_may_send_it_again(people: People, picture: Picture) -> None:
    edit = waits(picture, people, "queued")
    hold_paid()
    edit.refresh_from_db()
    again = decide.again(make_door(people.project, people.emil), edit)
    assert (again.state, again.confirmations) == (State.QUEUED, 1)
    assert list(ledger_adds_up()) == []


def test_a_token_that_was_to_be_sent_again_keeps_its_attempt(
    people: People, picture: Picture
) -> None:
    edit = waits(picture, people, "retry_wait", fence=1)
    sent = Attempt.objects.create(
        edit=edit, number=1, fence=1, intent_at=Now(), error_class="connection_lost"
    )
    hold_paid()
    assert edit.attempts.get() == sent
    assert LedgerEntry.objects.get(kind=LedgerKind.HOLD).attempt == sent


def test_our_own_engine_runs_on(people: People, picture: Picture) -> None:
    edit = make_edit_row(people.project, people.olga, picture, next_run_at=Now())
    assert hold_paid() == 0
    edit.refresh_from_db()
    assert edit.state == State.QUEUED
