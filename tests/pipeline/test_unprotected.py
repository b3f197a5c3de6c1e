"""Answers that were handed on as they came: they hold nothing, and are finished when there is time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now
from PIL import Image

from editor.imaging.focus import Framing
from editor.models import Edit, Picture, State
from editor.pipeline import rescue, steps
from editor.pipeline.claim import claim
from editor.pipeline.database import DatabaseThread
from editor.pipeline.dispatch.local import PATIENT_AT_ONCE, Lanes, LocalDispatch
from editor.services import media
from tests.pipeline.paid_engine import CHARGED, ESTIMATE, PaidEngine, queue_paid
from tests.pipeline.test_paid import TIMING, sandbox, settled, sums, work
from tests.sandboxes import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from editor.engines.base import Answer, EditResult
    from editor.pipeline.states import Hold
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]
BARE = Framing(protect=False)
PATIENCE = 30


@dataclass
class Reader(PaidEngine):
    """Reads its answers only once it may, and counts how many it reads at once."""

    readable: asyncio.Event = field(default_factory=asyncio.Event)
    reading: int = 0
    most: int = 0

    async def read(self, answer: Answer, work: Path) -> EditResult:
        self.reading += 1
        self.most = max(self.most, self.reading)
        try:
            await self.readable.wait()
            return await super().read(answer, work)
        finally:
            self.reading -= 1


@dataclass(frozen=True, slots=True)
class Noting(DatabaseThread):
    """Keeps how an edit stood when its answer was written down, and counts the claims."""

    rows: list[tuple[str, str, Any]] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        wanted = self._received if function is steps.received else function
        found = await super(Noting, self).__call__(wanted, *arguments, **named)
        if function is claim:
            self.claims.append(len(found))
        return found

    def _received(self, *arguments: Any, **named: Any) -> Hold:
        hold = steps.received(*arguments, **named)
        rows = Edit.objects.values_list("state", "lease_owner", "lease_until")
        self.rows.append(rows.get(pk=hold.edit_id))
        return hold


def queue(engine: PaidEngine, people: People, *keys: str, framing: Framing = BARE) -> list[Edit]:
    """Edits of one picture."""
    made: list[Edit] = []
    for key in keys:
        more: dict[str, Any] = {"picture": made[0].picture} if made else {}
        made.append(
            queue_paid(engine, people.project, people.olga, key=key, framing=framing, **more)
        )
    return made


def run(
    engine: PaidEngine,
    script: Callable[[], Coroutine[Any, Any, None]],
    database: DatabaseThread,
    lanes: Lanes,
) -> None:
    """Run a worker until `script` is over."""

    async def main() -> None:
        dispatch = LocalDispatch(
            registry=engine, sandbox=shared(), lanes=lanes, timing=TIMING, database=database
        )
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(dispatch.run())
            await script()
            dispatch.stop()

    asyncio.run(main())


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not ready():
            await asyncio.sleep(0.01)


async def all_done() -> None:
    async with asyncio.timeout(PATIENCE):
        while await Edit.objects.open().aexists():
            await asyncio.sleep(0.01)


def test_the_whole_answer_is_the_result_and_is_paid_once(people: People, data_dir: Path) -> None:
    engine, database = PaidEngine(), Noting()
    (edit,) = queue(engine, people, "k")
    run(engine, all_done, database, Lanes(1, 4))
    result = settled(edit).results.get()
    assert (edit.state, edit.mask is None, edit.protects) == (State.SUCCEEDED, False, False)
    assert database.rows == [(State.RECEIVED, "", None)]
    assert (result.kind, result.width, result.height) == ("whole", 80, 60)
    assert engine.seen[0].mask is not None
    with Image.open(media.path(f"{result.folder}/whole.png")) as whole:
        assert whole.convert("RGB").getcolors() == [(80 * 60, (0, 0, 0))]
    assert len(engine.executed) == engine.read_times == 1
    assert sums(edit) == {"open": 0, "settled": CHARGED}
    assert not list((data_dir / "spool").iterdir())


def test_a_protected_one_keeps_its_lease_until_it_is_done(people: People) -> None:
    engine, database = PaidEngine(), Noting()
    queue(engine, people, "k", framing=Framing())
    run(engine, all_done, database, Lanes(1, 4))
    ((state, owner, until_when),) = database.rows
    assert (state, owner != "", until_when is None) == (State.RECEIVED, True, False)


def test_it_holds_no_call_while_it_waits_to_be_finished(people: People) -> None:
    engine, database = Reader(), Noting()
    edits = queue(engine, people, "a", "b", "c")

    async def script() -> None:
        await until(lambda: len(database.rows) == len(edits))
        assert engine.read_times == 0
        engine.readable.set()
        await all_done()

    run(engine, script, database, Lanes(1, calls=1))
    assert [settled(edit).state for edit in edits] == [State.SUCCEEDED] * 3
    assert [sums(edit) for edit in edits] == [{"open": 0, "settled": CHARGED}] * 3


def test_a_protected_one_holds_its_call_until_it_is_done(people: People) -> None:
    engine, database = Reader(), Noting()
    queue(engine, people, "a", "b", framing=Framing())

    async def script() -> None:
        await until(lambda: engine.reading == 1)
        before = len(database.claims)
        await until(lambda: len(database.claims) > before + 2)
        assert len(engine.asked) == 1
        engine.readable.set()
        await all_done()

    run(engine, script, database, Lanes(1, calls=1))
    assert len(engine.executed) == 2


def test_so_many_are_finished_at_once_and_protected_ones_beside_them(people: People) -> None:
    engine, database = Reader(), Noting()
    queue(engine, people, "a", "b", "c")

    async def script() -> None:
        await until(lambda: len(database.rows) == 3 and engine.reading > 0)
        before = len(database.claims)
        await until(lambda: len(database.claims) > before + 3)
        engine.readable.set()
        await all_done()

    run(engine, script, database, Lanes(2, 8))
    assert engine.most == PATIENT_AT_ONCE == 1


def received(engine: PaidEngine, people: People, *keys: str, framing: Framing = BARE) -> list[Edit]:
    """Edits whose answers lie safe, and which nobody finishes yet."""
    edits = queue(engine, people, *keys, framing=framing)
    for edit in edits:
        Edit.objects.filter(pk=edit.pk).update(state=State.RECEIVED, fence=1)
    return edits


def taken(*, calls: int = 9, patient: int = 1) -> list[int]:
    holds = claim(owner="a", limit=9, calls=calls, patient=patient, lease_seconds=30)
    assert all(hold.calls_out for hold in holds)
    return [hold.edit_id for hold in holds]


@pytest.mark.parametrize(("patient", "more"), [(0, 0), (1, 1), (2, 2), (-1, 0)])
def test_protected_answers_come_first_and_are_not_limited(
    people: People, patient: int, more: int
) -> None:
    engine = PaidEngine()
    bare = received(engine, people, "a", "b", "c")
    ours = received(engine, people, "d", "e", "f", framing=Framing())
    ids = [edit.pk for edit in (*ours, *bare[:more])]
    assert taken(patient=patient) == ids


def test_those_that_have_time_take_no_room_and_need_none(people: People) -> None:
    engine = PaidEngine()
    (bare,) = received(engine, people, "a")
    (waiting,) = queue(engine, people, "b", framing=Framing())
    assert taken(calls=1) == [waiting.pk, bare.pk]


def test_rows_from_before_there_was_a_choice_are_not_patient(people: People) -> None:
    (edit,) = received(PaidEngine(), people, "a", framing=Framing())
    Edit.objects.update(focus={"box": edit.focus["box"]})
    assert taken(patient=0) == [edit.pk]


def test_what_waits_to_be_finished_takes_nobodys_turn(people: People) -> None:
    """Of two members who wait, the one whose answers only lie there comes no later."""
    engine = PaidEngine()
    received(engine, people, "a", "b")
    first = queue(engine, people, "c")[0]
    other = queue_paid(engine, people.project, people.emil, key="d")
    assert taken(calls=1, patient=0) == [first.pk]
    assert taken(calls=1, patient=0) == [other.pk]


def test_a_worker_that_dies_while_it_finishes_one_loses_nothing(people: People) -> None:
    engine, database = Reader(), Noting()
    (edit,) = queue(engine, people, "k")

    async def script() -> None:
        await until(lambda: engine.reading == 1)

    # Ended amid its reading, without the time to say goodbye; then as if it had been killed.
    run(engine, script, database, Lanes(1, 4))
    assert settled(edit).state == State.RECEIVED
    assert taken() == [edit.pk]
    Edit.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert rescue.sweep(engine) == 1
    assert settled(edit).state == State.RECEIVED
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}
    Edit.objects.update(next_run_at=Now())
    work(engine_again := PaidEngine(id=engine.id))
    assert settled(edit).state == State.SUCCEEDED
    assert (len(engine.executed), engine_again.executed) == (1, [])
    assert Picture.objects.filter(edit=edit).count() == 1
    assert sums(edit) == {"open": 0, "settled": CHARGED}
