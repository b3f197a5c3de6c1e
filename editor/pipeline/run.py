"""One run of one claimed edit: prepare, send, receive, finish.

The steps that touch the database are in steps.py and endings.py, those that touch pixels run in
child processes; this module only puts them in order and decides what an interruption means.
"""

import asyncio
import errno
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from editor.engines.base import Answer, EditRequest, Engine, Runner
from editor.engines.errors import EngineError, ErrorClass, Execution, ProviderError
from editor.engines.registry import EngineSource
from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.models import Attempt, Edit, State
from editor.pipeline import circuit, endings, finish, late, prepare, spool, steps
from editor.pipeline.outcome import MAX_RESCUES, Verdict, as_engine_error, class_of
from editor.pipeline.states import Hold, LostLease
from editor.pipeline.watch import Watcher
from editor.services import leftovers
from editor.services.vault import WrongKey

logger = logging.getLogger(__name__)

type Database = Callable[..., Awaitable[Any]]
type Barrier = Callable[[str], None]

DISK_WAIT_SECONDS: Final = 30.0
NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Interruption(StrEnum):
    """Why a run is stopped from outside."""

    CANCELED = "canceled"
    LOST = "lost"
    STOPPING = endings.STOPPING


class Phase(StrEnum):
    """How far a run is: what may be interrupted depends on it."""

    BEFORE = "before"  # nothing has left
    FLIGHT = "flight"  # the engine has been asked
    AFTER = "after"  # the answer is safe


class Interrupted(Exception):
    """Raised inside the run where it could be stopped; carries an Interruption."""

    def __init__(self, why: Interruption) -> None:
        super().__init__(why)
        self.why = why


def no_barrier(_point: str) -> None:
    """Fault tests pass one that kills the process; everybody else this."""


@dataclass(slots=True)
class Run:
    """One claimed edit on its way through this process."""

    hold: Hold
    registry: EngineSource
    sandbox: Runner
    database: Database
    barrier: Barrier = no_barrier
    chance: Callable[[], float] = random.random
    attempt: Attempt | None = None
    phase: Phase = Phase.BEFORE
    paid: bool = False
    _watcher: Watcher | None = None
    _interruption: Interruption | None = None
    _child: asyncio.Future[Any] | None = None
    _keeps_files: bool = False
    _broke_off: int = 0
    calls_out: bool = False

    def __post_init__(self) -> None:
        """Every move makes a new hold; the lane stays."""
        self.calls_out = self.paid = self.hold.calls_out

    def interrupt(self, why: Interruption) -> None:
        """Kill the child process that works for this run now, or stop before the next one.

        Transactions are never cut: their outcome would be unknown to the code that wrote them.
        Neither a wish to cancel nor a lost lease stops a paid engine that was asked: what arrives
        is kept (reliability.md 4.3). Only the end of the worker does.
        """
        asked = self.paid and self.phase != Phase.BEFORE
        if asked and why == Interruption.CANCELED:
            return
        if asked and why == Interruption.LOST and self.phase == Phase.FLIGHT:
            return
        self._interruption = why
        if self._child is not None:
            self._child.cancel()

    async def execute(self) -> None:
        """Bring the edit to its next resting state. Raises only what the database raises."""
        try:
            job = await self.database(steps.load, self.hold, self.registry)
        except EngineError as error:
            return await self._without_engine(error)
        except WrongKey:
            return await self._without_key()
        self.paid = not job.engine.replay_safe
        try:
            await self._go(job)
        except LostLease as error:
            logger.warning("edit %s: %s; it was taken away", job.edit.public_id, error)
            if self.paid and self.phase != Phase.BEFORE:
                return None  # what was paid for is kept
        if not self._keeps_files:
            await self._tidy(job)
        return None

    async def _tidy(self, job: steps.Job) -> None:
        """Drop the working files, unless something of an earlier run must be kept."""
        fence = self.hold.fence
        if self.paid and fence > 1 and await self.database(leftovers.keeps_answers, job.edit):
            return
        await asyncio.to_thread(spool.clear, job.edit, fence)

    async def _go(self, job: steps.Job) -> None:
        folder = await asyncio.to_thread(spool.open_folder, job.edit, self.hold.fence)
        if self.hold.state == State.RECEIVED:
            self.phase = Phase.AFTER
            await self._finish_again(job, folder)
            return
        request = await self._prepare(job, folder)
        if request is None:
            return
        self.phase = Phase.FLIGHT
        answer = await self._fly(job, request)
        if answer is None:
            return
        kept = await self._receive(job, answer, folder)
        if kept is not None:
            self.phase = Phase.AFTER
            await self._finish(job, kept, request.image, folder)

    # -- before anything leaves ------------------------------------------------------------

    async def _prepare(self, job: steps.Job, folder: Path) -> EditRequest | None:
        """Write what will be sent, then the intent; None when it does not come to that."""
        self.barrier("claimed")
        try:
            request = await prepare.write_files(job, folder, self._child_job)
            await self._work(job.engine.prepare(request))
            if not job.engine.free and not spool.has_room(job.engine.max_answer_bytes):
                await self._wait_for_room()
                return None
            if self._interruption:
                raise Interrupted(self._interruption)
        except Interrupted as interruption:
            await self._stopped(job, interruption.why)
            return None
        except Exception as error:  # noqa: BLE001  whatever broke, the row must learn of it
            await self._not_prepared(job, error)
            return None
        self.hold, self.attempt = await self.database(steps.intend, self.hold, job.engine)
        self.barrier("sending")
        return replace(request, token=str(self.attempt.client_token))

    async def _wait_for_room(self) -> None:
        await self.database(
            endings.wait,
            self.hold,
            seconds=DISK_WAIT_SECONDS,
            code="disk_full",
            message="The server's disk has no room for the answer; the edit waits.",
        )

    async def _not_prepared(self, job: steps.Job, error: Exception) -> None:
        logger.warning("edit %s could not be prepared", self.hold.edit_id, exc_info=error)
        if self.paid and _is_full(error):
            await self._wait_for_room()
        elif isinstance(error, EngineError) and error.permanent:
            await self._fail(error)
        elif isinstance(error, JobRejected) and self.paid:
            await self._fail(EngineError(error.message, code=error.code))
        else:
            await self.database(endings.lose, self.hold, None, job, code=_code(error))

    async def _fail(self, error: EngineError) -> None:
        verdict = Verdict(State.FAILED, error.code, error.message, class_of(error))
        await self.database(endings.fail, self.hold, self.attempt, verdict)

    async def _without_engine(self, error: EngineError) -> None:
        """The engine is gone. An answer that waits to be read stays where it is."""
        if self.hold.state == State.RECEIVED:
            self._keeps_files = True
            await self.database(endings.set_aside, self.hold, counted=False, seconds=300.0)
        else:
            verdict = Verdict(State.FAILED, error.code, error.message, ErrorClass.INPUT)
            await self.database(endings.fail, self.hold, None, verdict)

    async def _without_key(self) -> None:
        """The provider's key cannot be opened: nothing leaves until it is entered again."""
        edit = await self.database(Edit.objects.select_related("provider").get, pk=self.hold.edit_id)
        if self.hold.state == State.RECEIVED:
            await self.database(endings.set_aside, self.hold, counted=False, seconds=300.0)
            return
        await self.database(endings.wait, self.hold, seconds=0.0, code="key_unreadable")
        await self.database(circuit.reject_key, edit.provider)

    # -- the engine is asked ---------------------------------------------------------------

    async def _fly(self, job: steps.Job, request: EditRequest) -> Answer | None:
        """Ask the engine; None when no answer came, and what became of the edit is written."""
        attempt = self.attempt
        if attempt is None:
            raise RuntimeError("nothing is sent without an attempt")
        self._watcher = watcher = Watcher(self.hold, attempt, self.database, self.barrier)
        try:
            return await self._work(job.engine.edit(request, watcher))
        except Interrupted as interruption:
            self.hold = await watcher.settle()
            await self._stopped(job, interruption.why)
        except Exception as error:  # noqa: BLE001  whatever broke, the row must learn of it
            self.hold = await watcher.settle()
            logger.warning("edit %s broke off", self.hold.edit_id, exc_info=error)
            if self.paid:
                await self._flight_ended(job, attempt, as_engine_error(error))
            elif isinstance(error, EngineError) and error.permanent:
                await self._fail(error)
            else:
                code = _code(error)
                await self.database(endings.lose, self.hold, attempt, job, code=code)
        return None

    async def _flight_ended(self, job: steps.Job, attempt: Attempt, error: EngineError) -> None:
        head = self._watcher.head() if self._watcher else {}
        provider = job.edit.provider
        if provider and isinstance(error, ProviderError) and error.unknown_parameter:
            name = error.unknown_parameter
            await self.database(circuit.learn, provider, job.edit.model, name)
        verdict: Verdict = await self.database(
            endings.end_flight, self.hold, attempt, job, error, chance=self.chance(), **head
        )
        self._keeps_files = verdict.to not in {State.FAILED, State.CANCELED} and not (
            verdict.to == State.RETRY_WAIT and not verdict.same_token
        )
        if provider and isinstance(error, ProviderError) and not verdict.leaves_out:
            await self.database(circuit.failed, provider, error)

    async def _receive(self, job: steps.Job, answer: Answer, folder: Path) -> Answer | None:
        """Make the answer durable, then say so; None when somebody else decided meanwhile."""
        watcher, attempt = self._watcher, self.attempt
        if watcher is None or attempt is None:
            raise RuntimeError("no answer without a question")
        self.barrier("answered")
        head = watcher.head()
        file, sha256 = await asyncio.to_thread(spool.keep_answer, answer.file, answer.head, folder)
        kept = Answer(file, answer.head)
        self.barrier("spooled")
        self.hold = await watcher.settle()
        facts = {"answer": kept, "sha256": sha256, **head}
        try:
            self.hold = await self.database(
                steps.received, self.hold, attempt, paid=self.paid, **facts
            )
        except LostLease:
            if not self.paid:
                raise
            await self._came_late(job, attempt, folder, facts)
            return None
        self.barrier("received")
        if job.edit.provider:
            await self.database(circuit.succeeded, job.edit.provider)
        return kept

    async def _came_late(
        self, job: steps.Job, attempt: Attempt, folder: Path, facts: dict[str, Any]
    ) -> None:
        """Somebody gave this edit up while we waited: hand the answer over, or keep it beside."""
        self._keeps_files = True
        found, edit = await self.database(late.report, self.hold.edit_id, attempt, **facts)
        logger.warning("an answer of edit %s came late: %s", job.edit.public_id, found)
        if found != late.Late.EXTRA or edit is None:
            return
        self.phase = Phase.AFTER
        finisher = self._finisher(job, attempt, folder / "crop.png", folder)
        try:
            drawn = await self._work(job.engine.read(facts["answer"], folder))
            results = await finisher.results(drawn)
        except (EngineError, JobRejected, JobCrashed) as error:
            await self.database(late.add_nothing, attempt, job, as_engine_error(error))
            return
        await finish.keep(
            self.database, results, late.add_results, attempt, job, results, drawn
        )

    # -- the answer is safe ----------------------------------------------------------------

    async def _finish_again(self, job: steps.Job, folder: Path) -> None:
        """Finish an answer that another run received."""
        found = await self.database(steps.answer_of, job.edit)
        if found is None:
            raise RuntimeError(f"edit {job.edit} was received without an answer")
        self.attempt, answer = found
        self._broke_off = job.edit.rescues
        try:
            request = await prepare.write_files(job, folder, self._child_job)
        except Interrupted as interruption:
            await self._stopped(job, interruption.why)
        except Exception as error:  # noqa: BLE001  whatever broke, the row must learn of it
            await self._not_finished(job, error)
        else:
            await self._finish(job, answer, request.image, folder)

    async def _finish(self, job: steps.Job, answer: Answer, crop: Path, folder: Path) -> None:
        attempt = self.attempt
        if attempt is None:
            raise RuntimeError("no answer without an attempt")
        finisher = self._finisher(job, attempt, crop, folder)
        try:
            drawn = await self._work(job.engine.read(answer, folder))
            results = await finisher.results(drawn)
            await finish.keep(
                self.database, results, steps.succeed, self.hold, attempt, job, results, drawn
            )
        except Interrupted as interruption:
            await self._stopped(job, interruption.why)
        except LostLease:
            raise
        except Exception as error:  # noqa: BLE001  whatever broke, the row must learn of it
            await self._not_finished(job, error)
        else:
            self.barrier("committed")

    def _finisher(
        self, job: steps.Job, attempt: Attempt, crop: Path, folder: Path
    ) -> finish.Finisher:
        return finish.Finisher(job, attempt, crop, folder, self._child_job, self.barrier)

    async def _not_finished(self, job: steps.Job, error: Exception) -> None:
        """A paid answer is tried again, three times, and then laid aside for its owner."""
        logger.warning("edit %s could not be finished", self.hold.edit_id, exc_info=error)
        if not self.paid:
            await self._not_drawn(job, error)
            return
        self._keeps_files = True
        if _is_full(error):
            seconds = DISK_WAIT_SECONDS
            await self.database(endings.set_aside, self.hold, counted=False, seconds=seconds)
            return
        unusable = isinstance(error, JobRejected) or (
            isinstance(error, EngineError) and error.execution == Execution.YES
        )
        if unusable or self._broke_off >= MAX_RESCUES:
            final = as_engine_error(error)
            await self.database(endings.give_up_reading, self.hold, self.attempt, job, final)
        else:
            await self.database(endings.set_aside, self.hold, counted=True)

    async def _not_drawn(self, job: steps.Job, error: Exception) -> None:
        if isinstance(error, EngineError) and error.permanent:
            await self._fail(error)
        else:
            code = _code(error)
            await self.database(endings.lose, self.hold, self.attempt, job, code=code)

    # -- interruptions ---------------------------------------------------------------------

    async def _stopped(self, job: steps.Job, why: Interruption) -> None:
        """Write what an interruption means; only work that cost nothing is thrown away."""
        if why == Interruption.LOST:
            return
        if why == Interruption.CANCELED:
            await self.database(endings.stop, self.hold, self.attempt)
        elif self.paid and self.phase == Phase.AFTER:
            self._keeps_files = True
            await self.database(endings.set_aside, self.hold, counted=False)
        else:
            self._keeps_files = self.paid and self.phase == Phase.FLIGHT
            await self.database(endings.lose, self.hold, self.attempt, job, code=why)

    async def _work[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await work that may be interrupted. Raises Interrupted."""
        if self._interruption:
            coroutine.close()
            raise Interrupted(self._interruption)
        child: asyncio.Future[T] = asyncio.ensure_future(coroutine)
        self._child = child
        try:
            return await child
        except asyncio.CancelledError:
            if self._interruption is None:
                raise
            raise Interrupted(self._interruption) from None
        finally:
            self._child = None

    async def _child_job(self, function: str, **arguments: Any) -> dict[str, Any]:
        return dict(await self._work(self.sandbox.run(function, **arguments)))


def _code(error: Exception) -> str:
    return str(getattr(error, "code", "") or getattr(error, "kind", "") or "internal")


def _is_full(error: BaseException | None) -> bool:
    """Whether a disk without room is at the bottom of it."""
    while error is not None:
        if getattr(error, "errno", None) in NO_SPACE:
            return True
        error = error.__cause__
    return False
