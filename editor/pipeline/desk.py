"""What the parts of a run share: the hold, what may be interrupted, and how work is awaited."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from editor.engines.base import Children
from editor.engines.errors import EngineError
from editor.imaging.sandbox.wire import JSON, ChildJob
from editor.models import Attempt, Edit, Picture, State
from editor.pipeline import endings
from editor.pipeline.outcome import Verdict, class_of, code_of
from editor.pipeline.states import Hold
from editor.pipeline.steps import Job

type Database = Callable[..., Awaitable[Any]]
type Barrier = Callable[[str], None]

DISK_WAIT_SECONDS: Final = 30.0


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


def no_previews(_pictures: Sequence[Picture]) -> None:
    """Whoever looks at a picture first makes its previews."""


def no_barrier(_point: str) -> None:
    """Fault tests pass one that kills the process; everybody else this."""


class NoChildren:
    """Stands where no child process can be had: nothing there opens a picture."""

    def start(self) -> None:
        """Nothing to get ready."""

    async def run(self, function: str, **_arguments: Any) -> Mapping[str, JSON]:
        """Raises RuntimeError."""
        raise RuntimeError(f"{function} needs a child process")

    async def run_each(self, jobs: Sequence[ChildJob], **_how: Any) -> Sequence[Mapping[str, JSON]]:
        """Raises RuntimeError."""
        raise RuntimeError(f"{len(jobs)} jobs need a child process")


@dataclass(slots=True)
class Desk:
    """One claimed edit on its way through this process, as far as it has come."""

    hold: Hold
    sandbox: Children
    database: Database
    barrier: Barrier = no_barrier
    # The edit as it was just read, together with others.
    row: Edit | None = None
    preview_later: Callable[[Sequence[Picture]], None] = no_previews
    attempt: Attempt | None = None
    phase: Phase = Phase.BEFORE
    paid: bool = False
    calls_out: bool = False
    # Whether it finishes an answer that has time.
    is_patient: bool = False
    # Whether something is left in the spool that must not be dropped yet.
    keeps_files: bool = False
    _interruption: Interruption | None = None
    _child: asyncio.Future[Any] | None = None

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

    async def work[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
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

    def check(self) -> None:
        """Raise Interrupted if somebody asked for it meanwhile."""
        if self._interruption:
            raise Interrupted(self._interruption)

    async def child_job(self, function: str, **arguments: Any) -> dict[str, Any]:
        """Run a function in a child process. Raises Interrupted."""
        return dict(await self.work(self.sandbox.run(function, **arguments)))

    async def child_jobs(self, *jobs: ChildJob, same: str = "") -> None:
        """Run functions one after the other in one child process. Raises Interrupted.

        Whoever opens the `same`, and nothing else, may share the child.
        """
        await self.work(self.sandbox.run_each(jobs, same=same))

    async def stopped(self, job: Job, why: Interruption) -> None:
        """Write what an interruption means; only work that cost nothing is thrown away."""
        if why == Interruption.LOST:
            # Whoever holds it now may be reading what lies in our folder.
            self.keeps_files = self.paid and self.phase != Phase.BEFORE
            return
        if why == Interruption.CANCELED:
            await self.database(endings.stop, self.hold, self.attempt)
        elif self.paid and self.phase == Phase.AFTER:
            self.keeps_files = True
            await self.database(endings.set_aside, self.hold, counted=False)
        else:
            self.keeps_files = self.paid and self.phase == Phase.FLIGHT
            await self.database(endings.lose, self.hold, self.attempt, job, code=why)

    async def broke(self, job: Job, error: Exception) -> None:
        """Fail for good when trying again cannot help; else decide as if the worker had died."""
        if isinstance(error, EngineError) and error.permanent:
            await self.fail(error)
        else:
            code = code_of(error)
            await self.database(endings.lose, self.hold, self.attempt, job, code=code)

    async def fail(self, error: EngineError) -> None:
        """End the edit with the engine's words."""
        verdict = Verdict(State.FAILED, error.code, error.message, class_of(error))
        await self.database(endings.fail, self.hold, self.attempt, verdict)
