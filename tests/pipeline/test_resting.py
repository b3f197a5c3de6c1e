"""Answers that were handed on are finished when no program calls, or when they have waited for long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now

from editor.imaging.focus import Framing
from editor.models import Edit, State
from editor.pipeline.claim import claim
from tests.pipeline.paid_engine import PaidEngine, queue_paid

if TYPE_CHECKING:
    from tests.conftest import People

pytestmark = pytest.mark.django_db
BARE = Framing(protect=False)


@pytest.fixture(autouse=True)
def _patience(settings: Any) -> None:
    settings.PATIENCE_SECONDS = 30.0


def received(people: People, seconds: float) -> Edit:
    """One whose answer may be finished for so long already."""
    edit = queue_paid(PaidEngine(), people.project, people.olga, key=f"k{seconds}", framing=BARE)
    due = Now() - timedelta(seconds=seconds)
    Edit.objects.filter(pk=edit.pk).update(state=State.RECEIVED, fence=1, next_run_at=due)
    return edit


def taken() -> list[int]:
    return [hold.edit_id for hold in claim(owner="a", limit=9, patient=9, lease_seconds=30)]


def test_when_nobody_calls_all_are_finished(people: People) -> None:
    edits = [received(people, seconds) for seconds in (1, 2)]
    assert set(taken()) == {edit.pk for edit in edits}


@pytest.mark.parametrize("state", [State.SENDING, State.AWAITING, State.RECEIVED])
@pytest.mark.parametrize(("seconds", "count"), [(1, 0), (29, 0), (31, 1)])
def test_while_a_program_calls_only_what_waited_for_long(
    people: People, state: State, seconds: float, count: int
) -> None:
    edit = received(people, seconds)
    # One that is on its way, or was handed on this very moment.
    calls = received(people, -2)
    Edit.objects.filter(pk=calls.pk).update(state=state)
    assert taken() == [edit.pk][:count]


def test_pages_keep_nobody_waiting(people: People) -> None:
    """What is protected is not a program's call that is handed on."""
    edit = received(people, 1)
    page = queue_paid(PaidEngine(), people.project, people.olga, key="page", framing=Framing())
    Edit.objects.filter(pk=page.pk).update(state=State.AWAITING, fence=1)
    assert taken() == [edit.pk]
