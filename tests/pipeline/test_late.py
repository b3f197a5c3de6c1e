"""Answers whose edit was taken away or decided meanwhile: kept, settled and never paid twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now

from editor.engines.errors import EngineError
from editor.models import Attempt, Edit, Picture, State
from editor.pipeline import decide, endings, late, spool
from editor.pipeline.states import Hold, LostLease
from editor.services import leftovers
from tests.making import make_door
from tests.pipeline.paid_engine import CHARGED, ESTIMATE, PaidEngine, queue_paid, timed_out
from tests.pipeline.test_paid import make_due, run, sandbox, settled, sums, work

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import Answer, EditResult
    from editor.pipeline.dispatch.local import LocalDispatch
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]


@dataclass
class SlowReader(PaidEngine):
    """Reads only when told, and says when it was stopped while it waits."""

    reading: asyncio.Event = field(default_factory=asyncio.Event)
    read_on: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, answer: Answer, work: Path) -> EditResult:
        self.reading.set()
        try:
            await self.read_on.wait()
        except asyncio.CancelledError:
            self.cut.set()
            raise
        return await PaidEngine.read(self, answer, work)


def give_up(edit: Edit, to: State) -> None:
    """As the sweep of another worker does; nobody takes it up for an hour."""
    edit.refresh_from_db()
    endings.give_back(edit, Hold.on(edit), to, Attempt.objects.get(edit=edit))
    Edit.objects.update(next_run_at=Now() + timedelta(hours=1))


def keep(edit: Edit, people: People) -> None:
    give_up(edit, State.UNKNOWN)
    decide.keep(make_door(people.project, people.olga), edit)


async def some(what: type[Picture] | type[Edit], **condition: object) -> None:
    while not await what.objects.filter(**condition).aexists():
        await asyncio.sleep(0.02)


def test_an_answer_that_another_takes_over_stays_on_disk(people: People) -> None:
    engine = SlowReader()
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.reading.wait()
        await sync_to_async(give_up)(edit, State.RECEIVED)
        await engine.cut.wait()

    work(engine, script)
    assert spool.path_of(edit.attempts.get().answer_file).is_file()
    engine.read_on.set()
    make_due()
    work(engine)
    assert (settled(edit).state, len(engine.asked)) == ("succeeded", 1)


def test_a_lost_lease_does_not_stop_the_reading_of_a_late_answer(people: People) -> None:
    engine = SlowReader(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(keep)(edit, people)
        engine.release.set()
        await engine.reading.wait()
        await asyncio.sleep(0.1)  # long enough for the worker to see that it lost the lease
        engine.read_on.set()
        await some(Picture, edit=edit)

    work(engine, script)
    attempt = edit.attempts.get()
    assert (settled(edit).state, edit.results.count(), engine.cut.is_set()) == ("failed", 1, False)
    assert (attempt.error_class, attempt.usage) == ("", {"output_tokens": 100})
    assert (attempt.cost_micros, attempt.cost_basis) == (CHARGED, "usage")
    assert sums(edit) == {"open": 0, "settled": CHARGED}


def test_a_late_answer_whose_worker_stops_is_settled_and_read_by_the_next(
    people: People, data_dir: Path
) -> None:
    engine = SlowReader(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def stops(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(keep)(edit, people)
        engine.release.set()
        await engine.reading.wait()

    work(engine, stops)
    assert engine.cut.is_set()
    assert (edit.attempts.get().error_class, edit.results.count()) == (late.UNREAD, 0)
    assert sums(settled(edit)) == {"open": 0, "settled": ESTIMATE}
    Attempt.objects.update(finished_at=Now() - late.LEFT_AFTER)
    engine.read_on.set()

    async def takes_it(_dispatch: LocalDispatch) -> None:
        await some(Picture, edit=edit)
        while list((data_dir / "spool").iterdir()):
            await asyncio.sleep(0.02)

    work(engine, takes_it)
    assert (settled(edit).state, edit.results.count(), len(engine.asked)) == ("failed", 1, 1)
    assert edit.attempts.get().error_class == ""
    assert sums(edit) == {"open": 0, "settled": CHARGED}


def test_a_late_answer_that_cannot_be_read_is_paid_for(people: People) -> None:
    engine = PaidEngine(hold_back=True, unreadable=[RuntimeError("no picture")])
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(keep)(edit, people)
        engine.release.set()
        while not await edit.attempts.filter(error_class="internal").aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert sums(settled(edit)) == {"open": 0, "settled": ESTIMATE}


@pytest.mark.parametrize("state", [State.RETRY_WAIT, State.QUEUED])
def test_an_answer_that_comes_before_its_token_is_sent_again_is_taken(
    people: People, state: State
) -> None:
    engine = PaidEngine(hold_back=True, resend_safe=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(give_up)(edit, State.RETRY_WAIT)
        await Edit.objects.aupdate(state=state)
        engine.release.set()
        await some(Edit, state=State.SUCCEEDED)

    work(engine, script)
    assert (settled(edit).state, edit.attempts.count(), len(engine.executed)) == ("succeeded", 1, 1)
    assert sums(edit)["open"] == 0


@pytest.mark.parametrize("change", [{"resend_safe": False}, {"host": "elsewhere.test"}])
def test_a_token_that_means_nothing_any_more_is_not_replaced_by_a_new_one(
    people: People, change: dict[str, object]
) -> None:
    engine = PaidEngine(script=[timed_out()], resend_safe=True)
    edit = run(engine, people)
    for name, value in change.items():
        setattr(engine, name, value)
    make_due()
    work(engine)
    assert (settled(edit).state, edit.error_class) == ("unknown", "unknown")
    assert (len(engine.asked), edit.attempts.get().execution) == (1, "unknown")
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}


def test_two_who_read_the_same_late_answer_end_it_once(people: People) -> None:
    edit = run(PaidEngine(script=[timed_out()]), people)
    attempt, error = edit.attempts.get(), EngineError("no", code="answer_unreadable")
    Attempt.objects.update(error_class=late.UNREAD)
    late.add_nothing(attempt, error)
    with pytest.raises(LostLease):
        late.add_nothing(attempt, error)


def test_an_answer_that_is_not_settled_keeps_its_folder(people: People) -> None:
    edit = run(PaidEngine(), people)
    assert not leftovers.keeps_answers(edit)
    Attempt.objects.update(cost_basis="")
    assert leftovers.keeps_answers(edit)
