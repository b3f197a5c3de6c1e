"""The room on the disk is shared out among all answers that are on their way."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from editor.models import Edit, State
from editor.pipeline import room
from editor.pipeline.states import Hold
from tests.making import make_edit_row, make_rows
from tests.pipeline.paid_engine import PaidEngine, make_provider, queue_paid
from tests.pipeline.test_paid import make_due, sandbox, settled, work

if TYPE_CHECKING:
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]


def third_of_the_disk() -> PaidEngine:
    """An engine whose answer would fit twice, and not three times."""
    return PaidEngine(max_answer_bytes=int(shutil.disk_usage(settings.SPOOL_DIR).free / 2.5))


def rows(people: People, *states: State) -> list[Edit]:
    (picture,) = make_rows(people.project, people.olga, 1)
    more = {"provider": make_provider()}
    return [
        make_edit_row(people.project, people.olga, picture, state=state, **more) for state in states
    ]


@pytest.mark.parametrize(
    ("others", "fits"),
    [
        ([], True),
        ([State.SENDING], True),
        ([State.SENDING, State.AWAITING], False),
        ([State.AWAITING, State.CLAIMED], False),
        ([State.RECEIVED, State.QUEUED, State.UNKNOWN], True),
    ],
)
def test_answers_on_their_way_need_room_as_well(
    people: People, others: list[State], fits: bool
) -> None:
    *_others, mine = rows(people, *others, State.CLAIMED)
    assert room.for_flight(Hold.on(mine), third_of_the_disk()) == fits


def test_of_those_that_start_together_the_first_go(people: People) -> None:
    edits = rows(people, *[State.CLAIMED] * 4)
    engine = third_of_the_disk()
    assert [room.for_flight(Hold.on(edit), engine) for edit in edits] == [True, True, False, False]


def test_results_are_not_fetched_where_they_would_not_fit(people: People) -> None:
    engine = PaidEngine()
    engine.script = [lambda: setattr(engine, "max_answer_bytes", 2**60)]
    edit = queue_paid(engine, people.project, people.olga)
    work(engine)
    assert (settled(edit).state, edit.rescues, engine.read_times) == ("received", 0, 0)
    engine.max_answer_bytes = 1_000_000
    make_due()
    work(engine)
    assert (settled(edit).state, len(engine.asked)) == ("succeeded", 1)
