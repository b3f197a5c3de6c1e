"""The part of a run in which a safe answer becomes results. No engine is asked any more."""

import asyncio
import logging
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from editor.engines.base import Answer
from editor.engines.errors import EngineError, Execution
from editor.imaging.sandbox.client import JobRejected, by_one_child, patiently
from editor.models import Attempt
from editor.pipeline import endings, finish, prepare, room, steps
from editor.pipeline.desk import DISK_WAIT_SECONDS, Desk, Interrupted
from editor.pipeline.outcome import MAX_RESCUES, as_engine_error, is_full
from editor.pipeline.states import LostLease
from editor.pipeline.steps import Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Landing:
    """One answer on its way into the store; `broke_off`: how often that ended badly before."""

    desk: Desk
    job: Job
    attempt: Attempt
    folder: Path
    broke_off: int = 0

    async def finish(self, answer: Answer, *, anew: bool = False) -> None:
        """Read the answer, stitch and keep it; `anew` when another run received it.

        Whoever asked for one that is not protected has it by now: that makes room for others.
        """
        with patiently() if self.job.is_handed_on else nullcontext():
            await self._finish(answer, anew=anew)

    async def _finish(self, answer: Answer, *, anew: bool) -> None:
        desk, job = self.desk, self.job
        if not await asyncio.to_thread(room.for_results, job.engine):
            await self._wait_for_room()
            return
        finisher = finish.Finisher(
            job,
            self.attempt,
            self.folder,
            desk.child_job,
            desk.barrier,
            is_last_try=self.broke_off >= MAX_RESCUES,
            # A program looks at none.
            previews=job.edit.api_key_id is None,
        )
        try:
            if anew and job.protects:
                await prepare.write_files(job, self.folder, desk)
            with by_one_child():
                drawn = await desk.work(job.engine.read(answer, self.folder))
                results = await finisher.results(drawn)
            facts = (desk.hold, self.attempt, job, results, drawn)
            await finish.keep(desk.database, results, steps.succeed, *facts)
        except Interrupted as interruption:
            await desk.stopped(job, interruption.why)
        except LostLease:
            raise
        except Exception as error:
            logger.warning("edit %s could not be finished", desk.hold.edit_id, exc_info=error)
            await (self._lay_aside(error) if desk.paid else desk.broke(job, error))
        else:
            desk.barrier("committed")
            desk.preview_later([job.edit.picture, *results])

    async def _lay_aside(self, error: Exception) -> None:
        """A paid answer is tried again, three times, and then left to its owner."""
        desk = self.desk
        desk.keeps_files = True
        if is_full(error):
            await self._wait_for_room()
            return
        unusable = isinstance(error, JobRejected) or (
            isinstance(error, EngineError) and error.execution == Execution.YES
        )
        if unusable or self.broke_off >= MAX_RESCUES:
            final = as_engine_error(error)
            await desk.database(endings.give_up_reading, desk.hold, self.attempt, self.job, final)
        else:
            await desk.database(endings.set_aside, desk.hold, counted=True)

    async def _wait_for_room(self) -> None:
        """The answer is safe; it is read when the disk has room for what it holds."""
        desk = self.desk
        desk.keeps_files = True
        wait = DISK_WAIT_SECONDS
        await desk.database(endings.set_aside, desk.hold, counted=False, seconds=wait)
