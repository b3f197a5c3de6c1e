"""One run of one claimed edit: prepare, ask (flight.py), finish (landing.py).

The steps that touch the database are in steps.py and endings.py, those that touch pixels run in
child processes; this module only puts them in order.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_noop

from editor.engines.base import EditRequest
from editor.engines.errors import EngineError
from editor.engines.registry import EngineSource
from editor.imaging.sandbox.client import JobCrashed, patiently
from editor.models import Edit, State
from editor.pipeline import circuit, endings, prepare, resend, room, spool, steps, unread
from editor.pipeline.announce import Announcer
from editor.pipeline.desk import DISK_WAIT_SECONDS, Desk, Interrupted, Interruption, Phase
from editor.pipeline.flight import Flight
from editor.pipeline.landing import Landing
from editor.pipeline.outcome import is_full
from editor.pipeline.states import LostLease
from editor.pipeline.steps import Job
from editor.pipeline.watch import Watcher
from editor.services import leftovers
from editor.services.vault import WrongKey

logger = logging.getLogger(__name__)

# In plain English, as engines speak; pages look the code up in the reader's language.
NO_ROOM: Final = gettext_noop("The server's disk has no room for the answer; the edit waits.")


@dataclass(frozen=True, slots=True)
class Run:
    """Brings the edit on its desk to its next resting state."""

    desk: Desk
    registry: EngineSource
    announcer: Announcer
    chance: Callable[[], float] = random.random

    async def execute(self) -> None:
        """Do it. Raises only what the database raises."""
        desk = self.desk
        try:
            job = await desk.database(steps.load, desk.hold, self.registry, desk.row)
        except WrongKey:
            return await self._without_key()
        except EngineError as error:
            return await self._without_engine(error)
        desk.paid = not job.engine.replay_safe
        try:
            await self._go(job)
        except LostLease as error:
            logger.warning("edit %s: %s; it was taken away", job.edit.public_id, error)
            if desk.paid and desk.phase != Phase.BEFORE:
                return None  # what was paid for is kept
        if not desk.keeps_files:
            await self._tidy(job)
        return None

    async def _tidy(self, job: Job) -> None:
        """Drop the working files, unless something of an earlier run must be kept."""
        fence = self.desk.hold.fence
        if self.desk.paid and await self.desk.database(leftovers.keeps_answers, job.edit):
            return
        await asyncio.to_thread(spool.clear, job.edit, fence)

    async def _go(self, job: Job) -> None:
        desk = self.desk
        folder = await asyncio.to_thread(spool.open_folder, job.edit, desk.hold.fence)
        opened = await self._opened(job, folder)
        if opened and desk.hold.state == State.RECEIVED:
            await self._finish_again(opened, folder)
        elif opened:
            await self._ask(opened, folder)

    async def _ask(self, job: Job, folder: Path) -> None:
        desk = self.desk
        if desk.hold.fence > 1 and await desk.database(resend.refuse, desk.hold, job.engine):
            return
        request = await self._prepare(job, folder)
        if request is None:
            return
        desk.phase = Phase.FLIGHT
        try:
            desk.hold, attempt = await desk.database(steps.intend, desk.hold, job.engine)
        except steps.CancelAsked:
            await desk.stopped(job, Interruption.CANCELED)
            return
        desk.attempt = attempt
        desk.barrier("sending")
        watcher = Watcher(desk.hold, attempt, desk.database, self.announcer, desk.barrier)
        flight = Flight(desk, job, attempt, watcher, folder, self.chance)
        request = replace(request, token=str(attempt.client_token))
        answer = await flight.answer(job.engine.edit(request, watcher))
        if answer is not None and job.is_handed_on:
            desk.keeps_files = True
        elif answer is not None:
            desk.phase = Phase.AFTER
            await Landing(desk, job, attempt, folder).finish(answer)

    async def _opened(self, job: Job, folder: Path) -> Job | None:
        """Read what came with a carried call, if that is still to be done; None ends the run."""
        desk = self.desk
        if not unread.is_needed(job.edit):
            return job
        try:
            with patiently() if desk.hold.state == State.RECEIVED else nullcontext():
                await unread.read(job.edit, folder / "unread", desk)
        except Interrupted as interruption:
            desk.phase = Phase.AFTER if desk.hold.state == State.RECEIVED else desk.phase
            await desk.stopped(job, interruption.why)
        except EngineError as error:
            await desk.broke(job, error)
        except JobCrashed as crash:
            await self._not_read(job, crash)
        else:
            opened: Job = await desk.database(steps.load, desk.hold, self.registry)
            return opened
        return None

    async def _not_read(self, job: Job, crash: JobCrashed) -> None:
        desk = self.desk
        desk.keeps_files = True
        if crash.found_no_room:
            await self._wait_for_room()
        elif desk.hold.state == State.RECEIVED:
            await desk.database(endings.set_aside, desk.hold, counted=True)
        else:
            await desk.broke(job, prepare.not_prepared(crash))

    async def _prepare(self, job: Job, folder: Path) -> EditRequest | None:
        """Write what will be sent; None when it does not come to that."""
        desk = self.desk
        desk.barrier("claimed")
        try:
            request = await prepare.prepare(job, folder, desk)
            has_room = await desk.database(room.for_flight, desk.hold, job.engine)
            # The last that is asked: what is told to stop from here on has left.
            desk.check()
        except Interrupted as interruption:
            await desk.stopped(job, interruption.why)
        except Exception as error:  # noqa: BLE001  whatever broke, the row must learn of it
            await self._not_prepared(job, error)
        else:
            if has_room:
                return request
            await self._wait_for_room()
        return None

    async def _wait_for_room(self) -> None:
        if self.desk.hold.state == State.RECEIVED:
            wait = DISK_WAIT_SECONDS
            await self.desk.database(endings.set_aside, self.desk.hold, counted=False, seconds=wait)
            return
        await self.desk.database(
            endings.wait,
            self.desk.hold,
            seconds=DISK_WAIT_SECONDS,
            code="disk_full",
            message=NO_ROOM,
        )

    async def _not_prepared(self, job: Job, error: Exception) -> None:
        desk = self.desk
        logger.warning("edit %s could not be prepared", desk.hold.edit_id, exc_info=error)
        if desk.paid and is_full(error):
            await self._wait_for_room()
        else:
            await desk.broke(job, error)

    async def _finish_again(self, job: Job, folder: Path) -> None:
        """Finish an answer that another run received."""
        desk = self.desk
        desk.phase = Phase.AFTER
        found = await desk.database(steps.answer_of, job.edit)
        if found is None:
            raise RuntimeError(f"edit {job.edit} was received without an answer")
        desk.attempt, answer = found
        landing = Landing(desk, job, desk.attempt, folder, job.edit.rescues)
        await landing.finish(answer, anew=True)

    async def _without_engine(self, error: EngineError) -> None:
        """The engine is gone, or may not be asked."""
        await self.desk.database(endings.end_without_engine, self.desk.hold, error)

    async def _without_key(self) -> None:
        """The provider's key cannot be opened: nothing leaves until it is entered again."""
        desk = self.desk
        rows = Edit.objects.select_related("provider")
        edit = await desk.database(rows.get, pk=desk.hold.edit_id)
        await desk.database(endings.wait, desk.hold, seconds=0.0, code="key_unreadable")
        await desk.database(circuit.reject_key, edit.provider)
