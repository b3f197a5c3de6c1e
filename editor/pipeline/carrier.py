"""Sends edits from the process that was called for them, and brings their answers to disk.

What a worker does for edits that wait in the queue, done here for whose caller waits on this very
line and who wants the answer as it comes: no claim, no child process. The row knows no difference:
the edit is leased to this process, its intent is written before anything leaves, and when the
process dies, any worker decides by the same tables what became of it (reliability.md 4.4).
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from editor.engines.base import Answer, EditRequest
from editor.engines.plans import Plan
from editor.engines.registry import EngineSource
from editor.models import Attempt, Edit, Provider, State
from editor.pipeline import carry, circuit, claim, spool, steps, wholeness
from editor.pipeline.announce import Announcer
from editor.pipeline.carry import Parcel
from editor.pipeline.database import DatabaseThread
from editor.pipeline.departure import Departure
from editor.pipeline.desk import Desk, Interruption, NoChildren, Phase, no_barrier
from editor.pipeline.flight import Flight
from editor.pipeline.states import Hold
from editor.pipeline.steps import Job, Receipt
from editor.pipeline.watch import Watcher
from editor.services import media
from editor.services.recipes import recipe
from editor.services.together import Together

logger = logging.getLogger(__name__)

# Nobody waits for what is written once an answer is safe, and others may come meanwhile.
RECEIPT_SECONDS: Final = 0.25
# Unless their provider has room for so many times what is on its way: till then a place is taken.
PLENTY: Final = 4
# So many answers at once; each holds a line and a little memory. More wait for a worker.
MOST_AT_ONCE: Final = 128


@dataclass(frozen=True, slots=True)
class Carried:
    """An edit that was sent; `answered`: its answer is safe on disk.

    Its row says so a moment later, or once the lease has run out: whoever rescues it looks there.
    """

    edit: Edit
    answered: bool


class Sender(Protocol):
    """Who wants an edit sent."""

    def begun(self) -> None:
        """It will not go the usual way any more."""

    def arrived(self, answer: Answer) -> None:
        """The answer is here, and being made safe: its file has another name from then on."""


class _Nobody:
    def begun(self) -> None: ...

    def arrived(self, answer: Answer) -> None: ...


NOBODY: Final[Sender] = _Nobody()


@dataclass(slots=True)
class _Way:
    """One edit on its way; `kept` has a result once its answer is safe, `safe` says where it lies."""

    parcel: Parcel
    request: EditRequest
    sender: Sender
    kept: asyncio.Future[Carried] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    safe: tuple[Answer, str] | None = None

    def tell(self) -> None:
        """The answer is safe, whoever asked may have it."""
        if not self.kept.done():
            self.kept.set_result(Carried(self.parcel.edit, answered=True))

    def keep(self, answer: Answer, sha256: str) -> None:
        """Note where the answer lies, for its row."""
        self.safe = answer, sha256


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; `receipts` wait so long for others."""

    lease: float
    heartbeat: float
    receipts: float = RECEIPT_SECONDS


class Carrier:
    """All that one event loop has on its way. `database` runs what it is given in a thread."""

    def __init__(
        self,
        *,
        registry: EngineSource,
        database: DatabaseThread,
        timing: Timing,
        owner: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.registry = registry
        self._database = database
        self._timing = timing
        self._owner = owner
        self._chance = chance
        self._announcer = Announcer(database)
        self._desks: dict[int, Desk] = {}
        self._tasks: dict[asyncio.Task[Carried | None], _Way] = {}
        self._heart: asyncio.Task[None] | None = None
        self._starts: Together[Parcel, Attempt | None] = Together(self._begin_each)
        self._receipts: Together[Receipt, Hold] = Together(
            partial(self._database, steps.received_each), patience=timing.receipts
        )

    @property
    def has_room(self) -> bool:
        """Whether it takes one more."""
        return len(self._tasks) < MOST_AT_ONCE

    async def carry(
        self, parcel: Parcel, request: EditRequest, sender: Sender = NOBODY
    ) -> Carried | None:
        """Send an edit once and keep what comes; None when it must go the usual way.

        It goes on whatever becomes of the caller: what was paid for is kept. `sender` is told
        meanwhile.
        """
        way = _Way(parcel, request, sender)
        task = asyncio.create_task(self._carry(way))
        self._tasks[task] = way
        task.add_done_callback(self._tasks.pop)
        either: set[asyncio.Future[Any]] = {task, way.kept}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return way.kept.result() if way.kept.done() else task.result()

    async def rest(self) -> None:
        """Wait until nothing is on its way any more, nor being written down."""
        while self._tasks:
            await asyncio.wait([*self._tasks])

    async def _carry(self, way: _Way) -> Carried | None:
        parcel = way.parcel
        early = circuit.is_well(parcel.provider) and self._has_place(parcel.provider)
        departure = Departure(parcel.engine, way.request, parcel.token, early=early)
        try:
            attempt = await self._begin(parcel)
            if attempt is None:
                await asyncio.to_thread(forget, parcel)
                return None
            way.sender.begun()
            if not parcel.is_new:
                await asyncio.to_thread(media.drop, parcel.lodged.picture.folder)
            return await self._send(way, departure, attempt)
        finally:
            await departure.call_off()

    async def _begin(self, parcel: Parcel) -> Attempt | None:
        try:
            return await self._starts.ask(parcel)
        except Exception:
            # Nobody knows whether it was written; if it was, the lease runs out.
            if not await self._database.run(_is_written, parcel.edit):
                await asyncio.to_thread(forget, parcel)
            raise

    async def _send(self, way: _Way, departure: Departure, attempt: Attempt) -> Carried:
        edit, job = attempt.edit, _job(way.parcel)
        hold = Hold(edit.pk, edit.project_id, State.SENDING, carry.FENCE, calls_out=True)
        desk = Desk(hold, NoChildren(), self._database, attempt=attempt, phase=Phase.FLIGHT)
        self._desks[edit.pk] = desk
        self._beat()
        try:
            watcher = Watcher(desk.hold, attempt, self._database, self._announcer, no_barrier)
            flight = self._flight(way, desk, job, attempt, watcher)
            answered = await self._fly(way, flight, departure.answer(watcher))
        except asyncio.CancelledError:
            # This process ends. What is on disk is adopted by whoever finds the lease run out; else
            # it may have been charged, and that is said at once.
            if wholeness.left_answer(way.request.work, job.plan.count) is None:
                await desk.stopped(job, Interruption.STOPPING)
            raise
        except Exception:
            # The row says how it stands, or will once the lease has run out: the caller waits for that.
            logger.exception("edit %s broke off in flight", edit.public_id)
            desk.keeps_files, answered = True, False
        finally:
            del self._desks[edit.pk]
        if not desk.keeps_files:
            await asyncio.to_thread(spool.clear, edit, carry.FENCE)
        return Carried(edit, answered)

    async def _begin_each(self, parcels: Sequence[Parcel]) -> list[Attempt | Exception | None]:
        """Never tried again: a commit in doubt would be written twice."""
        found: list[Attempt | Exception | None] = await self._database.run(
            carry.begin_each, parcels, owner=self._owner, lease_seconds=self._timing.lease
        )
        return found

    def _flight(
        self, way: _Way, desk: Desk, job: Job, attempt: Attempt, watcher: Watcher
    ) -> Flight:
        return Flight(
            *(desk, job, attempt, watcher, way.request.work, self._chance),
            receive=partial(self._receive, way),
            arrived=way.sender.arrived,
            safe=way.tell,
            kept=way.keep,
        )

    async def _fly(self, way: _Way, flight: Flight, asking: Coroutine[Any, Any, Answer]) -> bool:
        desk, watcher = flight.desk, flight.watcher
        try:
            answer = await flight.answer(asking)
        except asyncio.CancelledError:
            desk.hold = await watcher.settle()
            if way.safe:
                # Whoever looks will find it, but only once the lease is over.
                receipt = Receipt(desk.hold, flight.attempt, *way.safe, watcher.head())
                await self._database(steps.received_each, [receipt])
            raise
        if answer is not None:
            # Whoever finishes it needs it, and drops it then.
            desk.keeps_files = True
        return answer is not None

    async def _receive(self, way: _Way, receipt: Receipt) -> Hold:
        """Write down that the answer is here, with others where its place is not wanted."""
        return await self._receipts.ask(
            receipt, hurry=not self._has_place(way.parcel.provider, PLENTY)
        )

    def _has_place(self, provider: Provider, times: int = 1) -> bool:
        """Whether a provider takes so many times what is on its way to it from here."""
        out = sum(one.parcel.provider.pk == provider.pk for one in self._tasks.values())
        return out * times <= provider.concurrency

    def _beat(self) -> None:
        if self._heart is None or self._heart.done():
            self._heart = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """Keep the leases as long as this loop moves and anything is on its way."""
        while self._desks:
            await asyncio.sleep(self._timing.heartbeat)
            holds = [desk.hold for desk in self._desks.values()]
            try:
                await self._database.run(
                    claim.extend, owner=self._owner, holds=holds, lease_seconds=self._timing.lease
                )
            except Exception:
                logger.exception("leases could not be renewed; trying again")


def _job(parcel: Parcel) -> Job:
    edit = parcel.edit
    return Job(
        edit=edit,
        engine=parcel.engine,
        plan=Plan.from_json(edit.plan),
        parent=recipe(edit.picture),
        inputs=(),
        mask_file=None,
        mask_box=None,
        crop_box=list(edit.focus["box"]),
    )


def _is_written(edit: Edit) -> bool:
    return Edit.objects.filter(public_id=edit.public_id).exists()


def forget(parcel: Parcel) -> None:
    """Drop the files of a parcel that was not begun."""
    parcel.lodged.drop()
    spool.clear(parcel.edit, carry.FENCE)
