"""Edits that the called process sends itself: what becomes of them when it goes, or is overtaken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now

from editor.models import Attempt, Edit, LedgerEntry, Mask, Picture, State
from editor.pipeline import late, rescue, spool, steps
from editor.pipeline.carrier import Carrier, Timing
from editor.pipeline.database import DatabaseThread, in_one_thread
from tests.pipeline.paid_engine import CHARGED, ESTIMATE, PaidEngine, answer_of, busy, write_answer
from tests.pipeline.parcels import OWNER, begin, make_agreed, make_parcel, request_of
from tests.pipeline.test_late import give_up, keep
from tests.pipeline.test_paid import make_due, sandbox, settled, sums, work

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from editor.pipeline.carrier import Carried
    from editor.pipeline.carry import Parcel
    from editor.pipeline.database import Run
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]
PATIENCE = 60
HELD = {"open": ESTIMATE, "settled": 0}
PAID = {"open": 0, "settled": CHARGED}
SLOW = Timing(lease=30, heartbeat=10)
type Script[T] = Callable[[Carrier], Coroutine[Any, Any, T]]


@pytest.fixture
def engine() -> PaidEngine:
    return PaidEngine(forwards=True)


@pytest.fixture
def parcel(people: People, engine: PaidEngine) -> Parcel:
    return make_parcel(
        people.project, people.emil, engine, make_agreed(people.project, people.emil)
    )


def carrying[T](
    engine: PaidEngine, script: Script[T], timing: Timing = SLOW, run: Run = in_one_thread
) -> T:
    """Run a script beside who sends, and no worker."""

    async def main() -> T:
        database = DatabaseThread(wait_seconds=0, run=run)
        async with asyncio.timeout(PATIENCE):
            carrier = Carrier(registry=engine, database=database, timing=timing, owner=OWNER)
            found = await script(carrier)
            await carrier.rest()
            await database.close()
            return found

    return asyncio.run(main())


def carry_it(engine: PaidEngine, parcel: Parcel) -> Carried | None:
    request = request_of(parcel)
    return carrying(engine, lambda carrier: carrier.carry(parcel, request))


def expire() -> None:
    Edit.objects.update(lease_until=Now() - timedelta(seconds=1))


def finished(edit: Edit) -> Edit:
    make_due()
    work(PaidEngine(id=edit.engine))
    return settled(Edit.objects.select_related("picture", "mask").get(pk=edit.pk))


def assert_read(edit: Edit) -> None:
    assert (edit.state, edit.picture.notices) == (State.SUCCEEDED, [])
    assert edit.mask
    assert (edit.mask.painted, edit.mask.box) == (400, (20, 10, 40, 30))


def test_an_answer_lies_on_disk_before_it_is_told(engine: PaidEngine, parcel: Parcel) -> None:
    carried = carry_it(engine, parcel)
    assert carried
    assert carried.answered
    edit = settled(Edit.objects.get())
    assert (edit.state, edit.lease_owner, edit.lease_until) == (State.RECEIVED, "", None)
    attempt = Attempt.objects.get()
    assert spool.path_of(attempt.answer_file).is_file()
    assert sums(edit) == HELD
    edit = finished(edit)
    assert_read(edit)
    assert (engine.executed, sums(edit)) == ([str(attempt.client_token)], PAID)


def test_an_answer_that_is_safe_does_not_wait_for_its_row(
    engine: PaidEngine, parcel: Parcel
) -> None:
    request = request_of(parcel)
    opened = asyncio.Event()

    async def run(function: Any, *arguments: Any, **named: Any) -> Any:
        if function is steps.received_each:
            await opened.wait()
        return await in_one_thread(function, *arguments, **named)

    async def script(carrier: Carrier) -> None:
        carried = await carrier.carry(parcel, request)
        assert carried
        assert carried.answered
        assert (await Edit.objects.aget()).state in {State.SENDING, State.AWAITING}
        opened.set()

    carrying(engine, script, run=run)
    assert Edit.objects.get().state == State.RECEIVED
    assert_read(finished(parcel.edit))


def test_an_answer_of_unknown_length_is_told_when_it_lies_in_its_place(
    engine: PaidEngine, parcel: Parcel
) -> None:
    """What a power cut left of it would have to be looked through."""
    request, engine.announces = request_of(parcel), False

    async def script(carrier: Carrier) -> bool:
        carried = await carrier.carry(parcel, request)
        assert carried
        return (spool.folder_of(carried.edit, 1) / spool.ANSWER).is_file()

    assert carrying(engine, script)


def test_a_provider_that_rests_is_not_dialled_before_the_intent(
    engine: PaidEngine, parcel: Parcel
) -> None:
    """Nor one that has no place; each would get no more than a connection."""
    engine.early = [AssertionError("it began")]
    parcel.provider.consents.all().delete()
    parcel.provider.failures = 1
    assert carry_it(engine, parcel) is None
    assert engine.asked == []


PATIENT = replace(SLOW, receipts=10 * PATIENCE)


def test_a_place_that_is_wanted_is_given_back_at_once(engine: PaidEngine, parcel: Parcel) -> None:
    parcel.provider.concurrency = 1
    parcel.provider.save()
    carrying(engine, lambda carrier: carrier.carry(parcel, request_of(parcel)), PATIENT)
    assert Edit.objects.get().state == State.RECEIVED


def test_a_process_that_ends_writes_down_what_has_come(engine: PaidEngine, parcel: Parcel) -> None:
    request = request_of(parcel)

    async def script(carrier: Carrier) -> None:
        carried = await carrier.carry(parcel, request)
        assert carried
        assert carried.answered
        for task in [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]:
            task.cancel()

    carrying(engine, script, PATIENT)
    edit = Edit.objects.get()
    assert (edit.state, edit.lease_until) == (State.RECEIVED, None)
    assert_read(finished(edit))


def test_a_process_that_died_after_the_intent_has_perhaps_sent_it(
    engine: PaidEngine, parcel: Parcel
) -> None:
    request_of(parcel)
    begin(parcel)
    assert rescue.sweep(engine) == 0
    expire()
    assert rescue.sweep(engine) == 1
    edit = settled(Edit.objects.get())
    assert (edit.state, sums(edit)) == (State.UNKNOWN, HELD)
    assert LedgerEntry.objects.filter(edit=edit, kind="hold").count() == 1
    work(engine)
    assert engine.asked == []
    assert Edit.objects.get().state == State.UNKNOWN


@pytest.mark.parametrize("name", [spool.ANSWER, spool.BODY])
def test_a_whole_answer_that_a_dead_process_left_is_taken(
    engine: PaidEngine, parcel: Parcel, name: str
) -> None:
    request = request_of(parcel)
    begin(parcel)
    body, head = answer_of(request, 1)
    write_answer(request.work, body, head)
    (request.work / spool.BODY).rename(request.work / name)
    expire()
    assert rescue.sweep(engine) == 1
    edit = Edit.objects.get()
    assert (edit.state, edit.fence) == (State.RECEIVED, 2)
    edit = finished(edit)
    assert_read(edit)
    assert (engine.asked, sums(edit)) == ([], PAID)


def test_half_an_answer_is_none(engine: PaidEngine, parcel: Parcel) -> None:
    request = request_of(parcel)
    begin(parcel)
    body, head = answer_of(request, 1)
    write_answer(request.work, body[:-1], head)
    expire()
    rescue.sweep(engine)
    assert settled(Edit.objects.get()).state == State.UNKNOWN


@pytest.mark.parametrize("written", [False, True], ids=["at once", "when it is known to have left"])
def test_a_process_that_ends_says_at_once_that_nobody_knows(
    engine: PaidEngine, parcel: Parcel, *, written: bool
) -> None:
    request = request_of(parcel)
    engine.hold_back = True

    async def script(carrier: Carrier) -> None:
        task = asyncio.create_task(carrier.carry(parcel, request))
        await engine.started.wait()
        while written and not await Edit.objects.filter(state=State.AWAITING).aexists():
            await asyncio.sleep(0.01)
        # As a server does whose time is over: whoever waits, and what it waits for.
        for one in {*carrier._tasks, task}:
            one.cancel()
        await asyncio.gather(task, *carrier._tasks, return_exceptions=True)

    carrying(engine, script)
    edit = settled(Edit.objects.get())
    assert (edit.state, edit.error_code, sums(edit)) == (State.UNKNOWN, "outcome_unknown", HELD)
    assert (spool.folder_of(edit, 1) / "as-it-came.png").exists()


def test_whoever_asked_may_go_and_the_edit_goes_on(engine: PaidEngine, parcel: Parcel) -> None:
    request = request_of(parcel)
    engine.hold_back = True

    async def script(carrier: Carrier) -> None:
        task = asyncio.create_task(carrier.carry(parcel, request))
        await engine.started.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        engine.release.set()
        while not await Edit.objects.filter(state=State.RECEIVED).aexists():
            await asyncio.sleep(0.01)

    carrying(engine, script)
    assert_read(finished(Edit.objects.get()))
    assert len(engine.executed) == 1


def test_leases_last_as_long_as_the_process_moves(engine: PaidEngine, parcel: Parcel) -> None:
    request = request_of(parcel)
    engine.hold_back = True

    async def script(carrier: Carrier) -> None:
        task = asyncio.create_task(carrier.carry(parcel, request))
        await engine.started.wait()
        first = (await Edit.objects.aget()).lease_until
        assert first
        while not await Edit.objects.filter(
            lease_until__gt=first + timedelta(seconds=0.1)
        ).aexists():
            await asyncio.sleep(0.01)
        engine.release.set()
        await task
        # Nothing is on its way: nobody beats any more.
        while carrier._heart and not carrier._heart.done():
            await asyncio.sleep(0.01)

    carrying(engine, script, Timing(lease=30, heartbeat=0.05))
    assert Edit.objects.get().state == State.RECEIVED


def test_an_answer_whose_edit_was_given_up_is_taken_all_the_same(
    engine: PaidEngine, parcel: Parcel
) -> None:
    request = request_of(parcel)
    engine.hold_back = True

    async def script(carrier: Carrier) -> Carried | None:
        task = asyncio.create_task(carrier.carry(parcel, request))
        await engine.started.wait()
        await sync_to_async(give_up)(parcel.edit, State.UNKNOWN)
        engine.release.set()
        return await task

    carried = carrying(engine, script)
    assert carried
    assert carried.answered
    edit = Edit.objects.get()
    assert (edit.state, len(engine.executed)) == (State.RECEIVED, 1)
    edit = finished(edit)
    assert_read(edit)
    assert sums(edit) == PAID


def test_an_answer_that_comes_after_a_decision_is_kept_by_a_worker(
    people: People, engine: PaidEngine, parcel: Parcel
) -> None:
    request = request_of(parcel)
    engine.hold_back = True

    async def script(carrier: Carrier) -> Carried | None:
        task = asyncio.create_task(carrier.carry(parcel, request))
        await engine.started.wait()
        await sync_to_async(keep)(parcel.edit, people)
        engine.release.set()
        return await task

    carried = carrying(engine, script)
    assert carried
    assert carried.answered
    attempt, edit = Attempt.objects.get(), settled(Edit.objects.get())
    assert (edit.state, attempt.error_class) == (State.FAILED, late.UNREAD)
    assert sums(edit) == {"open": 0, "settled": ESTIMATE}
    Attempt.objects.update(finished_at=Now() - late.LEFT_AFTER)

    async def takes_it(_dispatch: Any) -> None:
        while await Attempt.objects.filter(error_class=late.UNREAD).aexists():
            await asyncio.sleep(0.02)

    work(engine, takes_it)
    attempt.refresh_from_db()
    assert (attempt.error_class, edit.results.count(), len(engine.asked)) == ("", 1, 1)
    assert sums(settled(edit)) == PAID


def test_a_busy_provider_is_asked_again_by_a_worker_that_has_read_it_all(
    engine: PaidEngine, parcel: Parcel
) -> None:
    engine.script = [busy()]
    carried = carry_it(engine, parcel)
    assert carried
    assert not carried.answered
    edit = settled(Edit.objects.get())
    assert (edit.state, edit.tries) == (State.RETRY_WAIT, 1)
    assert sums(edit) == HELD
    assert not spool.folder_of(edit, 1).exists()
    again = PaidEngine(id=edit.engine)
    make_due()
    work(again)
    edit = settled(Edit.objects.select_related("picture", "mask").get())
    assert_read(edit)
    assert [one.image.name.startswith("as-it-came") for one in again.seen] == [False]
    assert (edit.attempts.count(), len(again.executed), sums(edit)) == (2, 1, PAID)


def test_what_is_not_begun_leaves_nothing(
    people: People, engine: PaidEngine, parcel: Parcel, data_dir: Any
) -> None:
    parcel.provider.consents.all().delete()
    request = request_of(parcel)

    async def script(carrier: Carrier) -> None:
        before = asyncio.all_tasks()
        assert await carrier.carry(parcel, request) is None
        assert asyncio.all_tasks() == before

    carrying(engine, script)
    assert (engine.asked, Edit.objects.count()) == ([], 0)
    files = [path for path in data_dir.rglob("*") if path.is_file() and "bells" not in str(path)]
    assert [path for path in files if path.parent.parent.parent.name == "pictures"] == []
    assert list((data_dir / "spool").iterdir()) == []


def test_those_that_come_together_are_begun_and_received_together(
    people: People, engine: PaidEngine, parcel: Parcel
) -> None:
    parcels = [parcel] + [
        make_parcel(people.project, people.emil, engine, parcel.provider, seed=0) for _ in range(7)
    ]
    requests = [request_of(one) for one in parcels]

    async def script(carrier: Carrier) -> list[Carried | None]:
        return await asyncio.gather(*map(carrier.carry, parcels, requests))

    found = carrying(engine, script)
    assert [one and (one.edit.public_id, one.answered) for one in found] == [
        (one.edit.public_id, True) for one in parcels
    ]
    assert len(engine.executed) == 8
    assert set(Edit.objects.values_list("state", flat=True)) == {State.RECEIVED}
    assert (Picture.objects.count(), Mask.objects.count()) == (2, 8)
    settled(parcels[0].edit)
