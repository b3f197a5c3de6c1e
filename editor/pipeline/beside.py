"""Makes further results of answers that came when their edit had been decided already.

Whoever received such an answer reads it; when that is cut short, any worker does it later.
"""

import asyncio
import logging
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from editor.engines.base import Answer, Children
from editor.engines.errors import EngineError
from editor.engines.registry import EngineSource
from editor.models import Attempt
from editor.pipeline import finish, late, prepare, room, spool, steps
from editor.pipeline.desk import Database, Desk, Interrupted
from editor.pipeline.outcome import as_engine_error, is_full
from editor.pipeline.states import Hold, LostLease
from editor.pipeline.steps import Job
from editor.services.vault import WrongKey

logger = logging.getLogger(__name__)


async def finish_left(
    database: Database, sandbox: Children, registry: EngineSource, *, spare: Container[int] = ()
) -> None:
    """Read the late answers whose worker did not come to it; edits in `spare` run here."""
    for attempt in await database(late.left, spare):
        desk = Desk(Hold.on(attempt.edit), sandbox, database)
        try:
            job = await database(steps.load, desk.hold, registry)
            folder = steps.stored_answer(attempt).file.parent
            await Beside(desk, job, attempt, folder).keep(anew=True)
        except (EngineError, WrongKey, LostLease) as error:
            logger.info("the late answer of %s stays where it is: %s", attempt, error)
        except Exception:  # the others must not wait for this one
            logger.exception("the late answer of %s could not be finished", attempt)


@dataclass(frozen=True, slots=True)
class Beside:
    """One late answer; it is settled already."""

    desk: Desk
    job: Job
    attempt: Attempt
    folder: Path

    async def keep(self, answer: Answer | None = None, *, anew: bool = False) -> None:
        """Read the answer and keep its results; `anew` when another process received it.

        What cannot be done now is left for `finish_left`. Raises LostLease when it is done.
        """
        database, attempt = self.desk.database, self.attempt
        answer = answer or steps.stored_answer(attempt)
        if not await asyncio.to_thread(room.for_results, self.job.engine):
            return
        try:
            if anew:
                await prepare.write_files(self.job, self.folder, self.desk)
            drawn = await self.desk.work(self.job.engine.read(answer, self.folder))
            results = await self._finisher().results(drawn)
        except Interrupted:
            logger.info("the late answer of %s is left for another worker", attempt)
        except Exception as error:
            logger.warning("the late answer of %s was not read", attempt, exc_info=error)
            if not is_full(error):
                await database(late.add_nothing, attempt, as_engine_error(error))
        else:
            facts = (attempt, self.job, results, drawn)
            await finish.keep(database, results, late.add_results, *facts)
            await asyncio.to_thread(spool.drop, self.folder)

    def _finisher(self) -> finish.Finisher:
        return finish.Finisher(
            self.job,
            self.attempt,
            self.folder,
            self.desk.child_job,
            self.desk.barrier,
            is_last_try=True,
        )
