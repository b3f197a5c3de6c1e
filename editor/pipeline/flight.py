"""The part of a run in which an engine is asked: from the first byte out to the answer on disk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from editor.engines.base import Answer
from editor.engines.errors import EngineError, ProviderError
from editor.models import Attempt, State
from editor.pipeline import circuit, endings, late, spool, steps, wholeness
from editor.pipeline.beside import Beside
from editor.pipeline.desk import Desk, Interrupted
from editor.pipeline.outcome import Verdict, as_engine_error
from editor.pipeline.states import Hold, LostLease
from editor.pipeline.steps import Job, Receipt
from editor.pipeline.watch import Watcher

logger = logging.getLogger(__name__)


def _nothing(*_told: Any) -> None:
    """Nobody wants to be told."""


@dataclass(frozen=True, slots=True)
class Flight:
    """One attempt; whatever comes of it is written down."""

    desk: Desk
    job: Job
    attempt: Attempt
    watcher: Watcher
    folder: Path
    chance: Callable[[], float]
    # Writes down that an answer is here, for several flights together. Raises LostLease.
    receive: Callable[[Receipt], Awaitable[Hold]] | None = None
    # Told of an answer that has come; when it is sure to be found after a power cut; and with its
    # sum, when it lies in its place.
    arrived: Callable[[Answer], None] = _nothing
    safe: Callable[[], None] = _nothing
    kept: Callable[[Answer, str], None] = _nothing

    async def answer(self, asking: Coroutine[Any, Any, Answer]) -> Answer | None:
        """Await the engine; None when no answer came, or somebody else decided meanwhile."""
        desk, job = self.desk, self.job
        try:
            answer = await desk.work(asking)
        except Interrupted as interruption:
            desk.hold = await self.watcher.settle()
            await desk.stopped(job, interruption.why)
        except Exception as error:
            desk.hold = await self.watcher.settle()
            logger.warning("edit %s broke off", desk.hold.edit_id, exc_info=error)
            if desk.paid:
                await self._ended(as_engine_error(error))
            else:
                await desk.broke(job, error)
        else:
            return await self._receive(answer)
        return None

    async def _ended(self, error: EngineError) -> None:
        desk, job = self.desk, self.job
        provider = job.edit.provider
        if provider and isinstance(error, ProviderError) and error.unknown_parameter:
            name = error.unknown_parameter
            await desk.database(circuit.learn, provider, job.edit.model, name)
        verdict: Verdict = await desk.database(
            endings.end_flight,
            desk.hold,
            self.attempt,
            job,
            error,
            chance=self.chance(),
            **self.watcher.head(),
        )
        proven = verdict.to in {State.FAILED, State.CANCELED, State.RETRY_WAIT}
        desk.keeps_files = not proven or verdict.same_token
        if provider and isinstance(error, ProviderError) and not verdict.leaves_out:
            await desk.database(circuit.failed, provider, error)

    async def _receive(self, answer: Answer) -> Answer | None:
        """Make the answer durable before anything reads it, then say so."""
        desk = self.desk
        desk.barrier("answered")
        self.arrived(answer)
        kept, sha256 = await self._keep(answer)
        desk.barrier("spooled")
        desk.hold = await self.watcher.settle()
        try:
            desk.hold = await self._note(kept, sha256)
        except LostLease:
            if not desk.paid:
                raise
            await self._came_late({"answer": kept, "sha256": sha256, **self.watcher.head()})
            return None
        desk.barrier("received")
        provider = self.job.edit.provider
        if provider and not circuit.is_well(provider):
            await desk.database(circuit.succeeded, provider)
        return kept

    async def _keep(self, answer: Answer) -> tuple[Answer, str]:
        """Bring the answer to its place; who is told to end meanwhile does this first."""
        keep = partial(spool.keep_answer, answer.file, answer.head, self.folder, self._safe(answer))
        # A future and no task: nobody can call it off.
        keeping = asyncio.get_running_loop().run_in_executor(None, keep)
        try:
            await asyncio.wait([keeping])
        finally:
            if not keeping.done():
                await asyncio.wait([keeping])
            file, sha256 = keeping.result()
            kept = Answer(file, answer.head)
            self.safe()
            self.kept(kept, sha256)
        return kept, sha256

    def _safe(self, answer: Answer) -> Callable[[], object] | None:
        """Say so from a thread; None where it takes a look at all of it to know that it is whole."""
        if not wholeness.has_its_length(answer.file, answer.head):
            return None
        return partial(asyncio.get_running_loop().call_soon_threadsafe, self.safe)

    async def _note(self, kept: Answer, sha256: str) -> Hold:
        """Write that the answer is here. Raises LostLease."""
        desk, head = self.desk, self.watcher.head()
        if self.receive:
            return await self.receive(Receipt(desk.hold, self.attempt, kept, sha256, head))
        hold: Hold = await desk.database(
            steps.received,
            desk.hold,
            self.attempt,
            answer=kept,
            sha256=sha256,
            paid=desk.paid,
            let_go=self.job.is_handed_on,
            **head,
        )
        return hold

    async def _came_late(self, facts: dict[str, Any]) -> None:
        """Somebody gave this edit up while we waited: hand the answer over, or keep it beside."""
        desk, job, attempt = self.desk, self.job, self.attempt
        desk.keeps_files = True
        found = await desk.database(late.report, desk.hold.edit_id, attempt, job, **facts)
        logger.warning("an answer of edit %s came late: %s", job.edit.public_id, found)
        if found == late.Late.EXTRA and self.receive is None:
            # Else there are no children here, and a worker finds it.
            # The phase stays: that the lease is lost is no news, and stops nothing any more.
            await Beside(desk, job, attempt, self.folder).keep(facts["answer"])
