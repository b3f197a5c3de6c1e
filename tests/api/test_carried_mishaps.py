"""Carried calls that come twice, are given up, are refused, or find no room."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now

from editor.api.carriers import carrier
from editor.engines.base import Answer
from editor.engines.errors import ErrorClass, Execution
from editor.models import Edit, LedgerEntry, Mask, Picture, Provider, State
from tests.api.calling import Came, Line
from tests.api.lodged import Looker, all_done, asked, strays, the_edit
from tests.api.studio import alone, carrying, connect, opened, picture, within
from tests.pipeline.paid_engine import ESTIMATE, busy, fault, timed_out
from tests.pipeline.test_paid import settled, sums

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from editor.engines.base import EditRequest, Watch
    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
PAID = {"open": 0, "settled": ESTIMATE}
NOTHING = {"open": 0, "settled": 0}


def test_the_same_key_at_once_is_one_edit(people: People, caller: Caller, data_dir: Path) -> None:
    connect(people, concurrency=100)
    engine = Looker()

    async def script() -> list[Came]:
        calls = [caller.edit(asked(), idempotency_key="k-1") for _ in range(16)]
        answers = await asyncio.gather(*calls)
        await all_done()
        return answers

    answers = within(script, engine)
    assert {one.status for one in answers} == {200}
    assert len({one.json()["data"][0]["b64_json"] for one in answers}) == 1
    assert len({one.edit for one in answers}) == 1
    assert (sums(the_edit()), engine.carried, len(engine.executed)) == (PAID, 1, 1)
    assert (Picture.objects.filter(kind="original").count(), Mask.objects.count()) == (1, 1)
    assert strays(data_dir) == set()


def test_the_same_key_later_is_the_same_answer_and_for_something_else_refused(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people)
    engine = Looker()

    async def script() -> list[Came]:
        bodies = [asked(), asked(), asked(prompt="sepia"), asked(mask=None), asked(picture(1))]
        answers = [await caller.edit(body, idempotency_key="k-1") for body in bodies]
        await all_done()
        return [*answers, await caller.edit(asked(), idempotency_key="k-1")]

    first, again, *others, late = within(script, engine)
    pictures = [one.json()["data"] for one in (first, again, late)]
    assert pictures[0] == pictures[1] == pictures[2]
    assert first.edit == again.edit == late.edit
    assert {one.told for one in others} == {(422, "idempotency_mismatch", None)}
    assert (sums(the_edit()), len(engine.executed), engine.carried) == (PAID, 1, 1)
    assert strays(data_dir) == set()


def test_an_sdk_that_tries_again_joins_what_is_carried(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker(hold_back=True)

    async def script() -> list[Came]:
        first = asyncio.create_task(caller.edit(asked()))
        await engine.started.wait()
        second = asyncio.create_task(caller.edit(asked(), x_stainless_retry_count="1"))
        await asyncio.sleep(0)
        engine.release.set()
        return [await first, await second]

    first, second = within(script, engine)
    assert (first.status, second.status) == (200, 200)
    assert first.edit == second.edit == Edit.objects.get().public_id
    assert first.json()["data"] == second.json()["data"]
    assert len(engine.executed) == 1


def test_whoever_hangs_up_does_not_stop_what_is_paid_for(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker(hold_back=True)

    async def script() -> None:
        line = Line()
        call = asyncio.create_task(caller.edit(asked(), line=line))
        await engine.started.wait()
        line.gone.set()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        engine.release.set()
        await all_done()

    within(script, engine)
    edit = the_edit()
    assert (len(engine.executed), edit.results.count(), sums(edit)) == (1, 1, PAID)


@pytest.mark.parametrize(
    ("error", "told", "state", "money"),
    [
        (
            fault("moderation", Execution.NO, error_class=ErrorClass.REFUSED),
            (400, "moderation_blocked", None),
            State.FAILED,
            NOTHING,
        ),
        (
            timed_out(),
            (502, "upstream_outcome_unknown", None),
            State.UNKNOWN,
            {"open": ESTIMATE, "settled": 0},
        ),
        (
            fault("rate_limited", Execution.NO, retries=0, status=429),
            (503, "server_is_overloaded", None),
            State.FAILED,
            NOTHING,
        ),
    ],
    ids=["refused", "unknown", "busy at last"],
)
def test_what_a_provider_did_is_told_by_the_table(
    people: People, caller: Caller, error: Exception, told: Any, state: State, money: dict[str, int]
) -> None:
    connect(people)
    engine = Looker([error])
    came = within(lambda: caller.edit(asked()), engine)
    edit = settled(Edit.objects.get())
    assert (came.told, came.edit, edit.state) == (told, edit.public_id, state)
    assert (engine.carried, len(engine.asked), sums(edit)) == (1, 1, money)


def test_a_busy_provider_is_asked_again_by_a_worker(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker([busy()])

    async def script() -> Came:
        call = asyncio.create_task(caller.edit(asked()))
        while not await Edit.objects.filter(state=State.RETRY_WAIT).aexists():
            await asyncio.sleep(0.01)
        await Edit.objects.aupdate(next_run_at=Now())
        came = await call
        await all_done()
        return came

    came = within(script, engine)
    assert came.status == 200
    edit = the_edit()
    assert (engine.carried, len(engine.asked), len(engine.executed)) == (1, 2, 1)
    assert (edit.attempts.count(), edit.picture.notices, sums(edit)) == (2, [], PAID)
    # What a worker sends it has opened before; its mask says the same.
    assert engine.seen[1].image.name != engine.seen[0].image.name
    assert edit.mask
    assert edit.mask.painted == 400


def test_an_answer_by_its_address_is_made_by_a_worker(people: People, caller: Caller) -> None:
    """What has an address is a result."""
    connect(people)
    engine = Looker()
    came = within(lambda: caller.edit(asked(response_format="url")), engine)
    assert (came.status, engine.carried, len(engine.executed)) == (200, 0, 1)
    assert list(came.json()["data"][0]) == ["url"]
    assert Edit.objects.get().state == State.SUCCEEDED


class Streamer(Looker):
    """Answers in a form that is not handed on."""

    async def _answer(self, request: EditRequest, watch: Watch) -> Answer:
        answer = await super()._answer(request, watch)
        return Answer(answer.file, {**answer.head, "content_type": "text/event-stream"})


def test_an_answer_that_is_no_plain_document_is_read_by_a_worker(
    people: People, caller: Caller
) -> None:
    connect(people)
    engine = Streamer()
    came = within(lambda: caller.edit(asked()), engine)
    assert (came.status, engine.carried, len(engine.executed)) == (200, 1, 1)
    assert Edit.objects.get().state == State.SUCCEEDED
    assert opened(came).getpixel((0, 0)) == engine.colour


def test_without_room_for_an_answer_nothing_is_sent(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people)
    engine = Looker(max_answer_bytes=10**18)

    async def script() -> Came:
        call = asyncio.create_task(caller.edit(asked()))
        while not await Edit.objects.filter(error_code="disk_full").aexists():
            await asyncio.sleep(0.01)
        assert engine.asked == []
        engine.max_answer_bytes = 1_000_000
        await Edit.objects.aupdate(next_run_at=Now())
        came = await call
        await all_done()
        return came

    assert within(script, engine).status == 200
    assert (the_edit().attempts.count(), engine.carried, len(engine.executed)) == (1, 0, 1)
    assert strays(data_dir) == set()


def test_a_provider_that_does_all_it_may_makes_others_wait_their_turn(
    people: People, caller: Caller
) -> None:
    connect(people, concurrency=1)
    engine = Looker(hold_back=True)

    async def script() -> list[Came]:
        first = asyncio.create_task(caller.edit(asked(picture(1))))
        await engine.started.wait()
        second = asyncio.create_task(caller.edit(asked(picture(2))))
        while not await Edit.objects.filter(state=State.QUEUED).aexists():
            await asyncio.sleep(0.01)
        # Whoever comes third does not overtake the second.
        third = asyncio.create_task(caller.edit(asked(picture(3))))
        while await Edit.objects.filter(state=State.QUEUED).acount() < 2:
            await asyncio.sleep(0.01)
        assert len(engine.seen) == 1
        engine.release.set()
        return [await first, await second, await third]

    answers = within(script, engine)
    assert [one.status for one in answers] == [200] * 3
    assert (engine.carried, len(engine.executed)) == (1, 3)


def rest() -> None:
    Provider.objects.update(open_until="2999-01-01T00:00Z", failures=9, trouble="busy")


def distrust() -> None:
    Provider.objects.get().consents.all().delete()


@pytest.mark.parametrize(
    ("change", "told"), [(distrust, (403, "consent_needed", "model"))], ids=["consent"]
)
def test_refusals_are_those_of_the_usual_way(
    people: People, caller: Caller, change: Callable[[], None], told: Any, data_dir: Path
) -> None:
    connect(people)
    change()
    engine = Looker()
    came = within(lambda: caller.edit(asked()), engine)
    assert (came.told, engine.asked) == (told, [])
    assert (Edit.objects.count(), Mask.objects.count(), LedgerEntry.objects.count()) == (0, 0, 0)
    # The usual way has kept the picture, as it does.
    assert strays(data_dir) == set()


def test_a_provider_that_rests_is_not_asked(people: People, caller: Caller) -> None:
    connect(people)
    rest()
    engine = Looker()

    async def script() -> Came:
        call = asyncio.create_task(caller.edit(asked()))
        while not await Edit.objects.filter(state=State.QUEUED).aexists():
            await asyncio.sleep(0.01)
        assert engine.asked == []
        await sync_to_async(Provider.objects.update)(open_until=None, failures=0, trouble="")
        return await call

    assert within(script, engine).status == 200
    assert (engine.carried, len(engine.executed)) == (0, 1)


def test_without_a_worker_a_carried_call_is_answered(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker()

    async def script() -> Came:
        carrier.put(carrying(engine))
        came = await caller.edit(asked())
        await carrier().rest()
        return came

    came = alone(script)
    assert (came.status, engine.carried) == (200, 1)
    assert Edit.objects.get().state == State.RECEIVED
    assert [name for name in came.headers if name.startswith("x-pentimento")] == [
        "x-pentimento-edit"
    ]
