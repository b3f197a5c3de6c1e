"""The local dispatch: one asyncio loop that claims due edits from the database and runs them."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from editor.engines.base import Children
from editor.engines.registry import EngineSource
from editor.models import Edit, State, Worker
from editor.pipeline import beside, rescue, steps
from editor.pipeline.announce import WINDOW_SECONDS, Announcer
from editor.pipeline.claim import claim, to_stop
from editor.pipeline.database import DatabaseThread
from editor.pipeline.desk import Barrier, Desk, Interruption, Phase, no_barrier
from editor.pipeline.heartbeat import Heartbeat
from editor.pipeline.housekeeping import keep_house
from editor.pipeline.owners import new_owner
from editor.pipeline.previewing import Previewer
from editor.pipeline.run import Run
from editor.pipeline.states import Hold
from editor.pipeline.turns import Turns
from editor.services import bell

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.4
# So many calls at most in one go: the first are sent while the next are claimed.
CLAIM_AT_ONCE = 64
# So many answers that have time are finished at once.
PATIENT_AT_ONCE = 1
STOP_GRACE_SECONDS = 10.0
# What was asked of a provider may be charged whether we wait for it or not.
PAID_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; tests inject short ones."""

    lease: float
    heartbeat: float
    rescue: float
    housekeeping: float = 3600.0
    tick: float = TICK_SECONDS
    grace: float = STOP_GRACE_SECONDS
    paid_grace: float = PAID_GRACE_SECONDS
    announce: float = WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many edits run at once: `slots` of our own engine's, `calls` that wait for a provider."""

    slots: int
    calls: int = 0


class LocalDispatch:
    """Claims, runs, watches, rescues; stops within its grace."""

    def __init__(
        self,
        *,
        registry: EngineSource,
        sandbox: Children,
        lanes: Lanes,
        timing: Timing,
        barrier: Barrier = no_barrier,
        database: DatabaseThread | None = None,
    ) -> None:
        self._registry = registry
        self._sandbox = sandbox
        self._lanes = lanes
        self._turns = Turns()
        self._watched_at = 0.0
        self._timing = timing
        self._barrier = barrier
        self._database = database or DatabaseThread()
        self._announcer = Announcer(self._database, timing.announce)
        self._previewer = Previewer(self._database, sandbox)
        self._owner = new_owner()
        self._running: dict[asyncio.Task[None], Desk] = {}
        self._stopping = asyncio.Event()
        self._rung = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing more, let running edits end within the grace, then return from `run`."""
        self._stopping.set()

    async def run(self, *, drain: bool = False) -> None:
        """Work until `stop`; with `drain`, until nothing is due."""
        self._sandbox.start()
        await self._database(Worker.objects.create, name=self._owner, slots=self._lanes.slots)
        heartbeat = Heartbeat(
            owner=self._owner,
            slots=self._lanes.slots,
            every=self._timing.heartbeat,
            lease_seconds=self._timing.lease,
            running=self._holds,
        )
        heartbeat.start()
        sweeper = asyncio.create_task(self._sweep())
        reader = asyncio.create_task(self._finish_late())
        keeper = asyncio.create_task(keep_house(self._database, every=self._timing.housekeeping))
        previewer = asyncio.create_task(self._previewer.run())
        try:
            with self._listening():
                await self._loop(heartbeat, drain=drain)
            await self._wind_down()
            if drain:
                await self._previewer.done()
        finally:
            for task in (sweeper, reader, keeper, previewer):
                task.cancel()
            await asyncio.to_thread(heartbeat.stop)
            await self._database(Worker.objects.filter(name=self._owner).delete)
            await self._database.close()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Look for work as soon as somebody rings; whether anybody does or not, every tick."""
        loop = asyncio.get_running_loop()
        with bell.hung(bell.Rope.WORK) as handle:
            loop.add_reader(handle, self._hear, handle)
            try:
                yield
            finally:
                loop.remove_reader(handle)

    def _hear(self, handle: int) -> None:
        bell.heard(handle)
        self._rung.set()

    def _holds(self) -> list[Hold]:
        """What runs here now; the heartbeat's thread asks."""
        return [run.hold for run in list(self._running.values())]

    def _fences(self) -> set[tuple[int, int]]:
        return {(hold.edit_id, hold.fence) for hold in self._holds()}

    def _edit_ids(self) -> list[int]:
        return [hold.edit_id for hold in self._holds()]

    async def _loop(self, heartbeat: Heartbeat, *, drain: bool) -> None:
        while not self._stopping.is_set():
            heartbeat.touch()
            idle = not self._running
            claimed = await self._step(self._claim())
            await self._step(self._watch())
            if claimed >= CLAIM_AT_ONCE:
                continue
            # What ended since the claim may have left something due.
            if drain and idle and not claimed and not self._running:
                return
            await self._pause()

    async def _step(self, step: Coroutine[Any, Any, int | None]) -> int:
        """Do one step of the loop. Whatever breaks in it, what is in flight must be waited for."""
        try:
            return await step or 0
        except Exception:
            logger.exception("a step of the worker's loop broke off; trying again")
            return 0

    async def _pause(self) -> None:
        """Wait one tick, or until it rings, a run ends and frees its slot, or we are told to stop."""
        signs = [asyncio.create_task(sign.wait()) for sign in (self._stopping, self._rung)]
        waits = {*signs, *self._running}
        await asyncio.wait(waits, timeout=self._timing.tick, return_when="FIRST_COMPLETED")
        self._rung.clear()
        for sign in signs:
            sign.cancel()

    async def _claim(self) -> int:
        runs = self._running.values()
        patient = sum(run.is_patient for run in runs)
        out = sum(run.calls_out and not run.is_patient for run in runs)
        holds: list[Hold] = await self._database(
            claim,
            owner=self._owner,
            limit=self._lanes.slots - (len(runs) - out - patient),
            calls=min(self._lanes.calls - out, CLAIM_AT_ONCE),
            patient=PATIENT_AT_ONCE - patient,
            turns=self._turns,
            lease_seconds=self._timing.lease,
        )
        rows = await self._rows_of(holds)
        for hold in holds:
            row = rows.get(hold.edit_id)
            desk = Desk(
                hold, self._sandbox, self._database, self._barrier, row, self._previewer.add
            )
            desk.is_patient = hold.state == State.RECEIVED and row is not None and row.is_handed_on
            run = Run(desk, self._registry, self._announcer)
            task = asyncio.create_task(run.execute(), name=f"edit {hold.edit_id}")
            self._running[task] = desk
            task.add_done_callback(self._ended)
        return len(holds)

    async def _rows_of(self, holds: list[Hold]) -> dict[int, Edit]:
        """Read what was claimed, all at once; whatever fails here, each run meets by itself."""
        try:
            return await self._database(steps.rows_of, holds) if holds else {}
        except Exception:
            logger.exception("claimed edits could not be read together")
            return {}

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task)
        if not task.cancelled() and (error := task.exception()):
            # The lease runs out and the sweep decides; the row stays the truth.
            logger.error("%s broke off", task.get_name(), exc_info=error)

    async def _watch(self) -> None:
        """Interrupt runs whose owner asked to stop, and those whose lease is gone.

        Once a tick: with hundreds of edits in flight one ends every moment.
        """
        now = asyncio.get_running_loop().time()
        if not self._running or now - self._watched_at < self._timing.tick:
            return
        self._watched_at = now
        verdict = await self._database(to_stop, owner=self._owner, holds=self._holds())
        for task, run in list(self._running.items()):
            reason = verdict.get(run.hold.edit_id)
            if reason and not task.done():
                run.interrupt(Interruption(reason))

    async def _sweep(self) -> None:
        while True:
            try:
                await self._database(rescue.sweep, self._registry, spare=self._fences())
            except Exception:  # nobody would notice a worker that rescues no more
                logger.exception("the rescue sweep failed; trying again")
            await asyncio.sleep(self._timing.rescue)

    async def _finish_late(self) -> None:
        """Beside the sweep, which must not wait for pictures."""
        while True:
            try:
                await beside.finish_left(
                    self._database, self._sandbox, self._registry, spare=self._edit_ids()
                )
            except Exception:
                logger.exception("late answers could not be finished; trying again")
            await asyncio.sleep(self._timing.rescue)

    async def _wind_down(self) -> None:
        """Give running edits the grace to end; put the rest back into the queue.

        What has not left for a provider yet goes back at once; what has is waited for longest,
        since an answer that nobody takes is lost and may be charged.
        """
        self._interrupt(lambda run: run.paid and run.phase == Phase.BEFORE)
        await self._wait(self._timing.grace)
        self._interrupt(lambda run: not run.paid)
        await self._wait(max(0.0, self._timing.paid_grace - self._timing.grace))
        self._interrupt(lambda run: True)
        await asyncio.gather(*self._running, return_exceptions=True)

    def _interrupt(self, which: Callable[[Desk], bool]) -> None:
        for run in self._running.values():
            if which(run):
                run.interrupt(Interruption.STOPPING)

    async def _wait(self, seconds: float) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
