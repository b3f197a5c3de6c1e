"""Runs functions in child processes that hold no secret and die with us.

sandbox = Sandbox(preload=["editor.imaging.intake"], limits=INTAKE_LIMITS, slots=2)
facts = sandbox.call("editor.imaging.intake:inspect", source=..., out_dir=..., max_pixels=...)
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import threading
import time
import weakref
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING

from editor.imaging.sandbox.children import Child
from editor.imaging.sandbox.conversation import Conversation
from editor.imaging.sandbox.errors import JobCrashed, JobRejected, SandboxError
from editor.imaging.sandbox.kept import Kept, Own
from editor.imaging.sandbox.server import Server
from editor.imaging.sandbox.slots import Slots
from editor.imaging.sandbox.wire import CHUNK, JSON, ChildJob, Limits, line

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "ChildJob",
    "JobCrashed",
    "JobRejected",
    "Limits",
    "Sandbox",
    "SandboxError",
    "by_one_child",
    "patiently",
]

# So much of a core, next to others that want it, goes to work that nobody waits for (nice(2)).
PATIENT_NICENESS = 10
_is_patient: ContextVar[bool] = ContextVar("is_patient", default=False)
_own: ContextVar[Own | None] = ContextVar("own", default=None)

# How much later than the job's own deadline a silent zygote is given up.
GRACE_SECONDS = 5.0
NOT_IMPORTED = 70


@contextlib.contextmanager
def patiently() -> Iterator[None]:
    """What is run in here has time: it neither takes a slot from others nor a core that they want.

    One such child works beside the slots.
    """
    token = _is_patient.set(True)
    try:
        yield
    finally:
        _is_patient.reset(token)


@contextlib.contextmanager
def by_one_child() -> Iterator[None]:
    """What one errand runs in here, one after the other, goes to the same child where it can.

    A job that breaks off in a child that served before is run again in a fresh one.
    """
    own = Own()
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)
        own.clear()


class Sandbox:
    """Starts on first use, restarts a dead zygote; thread-safe and fork-safe.

    Where jobs wait for a slot, those of the modules in `first` go before all others, in the order
    in which the modules are named.
    """

    def __init__(
        self, *, preload: Sequence[str], limits: Limits, slots: int, first: Sequence[str] = ()
    ) -> None:
        self._preload = tuple(preload)
        self._first = tuple(first)
        self._limits = limits
        self._count = slots
        self._reset()
        _sandboxes.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._slots = Slots(self._count)
        self._beside = Slots(1)
        self._server: Server | None = None
        self._kept = Kept(self._count)
        self._finalizer: weakref.finalize[..., Sandbox] | None = None

    def call(self, function: str, **arguments: JSON) -> dict[str, JSON]:
        """Run `module:name` in a child and wait for what it returns.

        Blocks while all slots are taken. Raises JobRejected, JobCrashed, or SandboxError when
        the sandbox cannot start.
        """
        jobs = [ChildJob(function, arguments)]
        slots = self._slots
        slots.acquire(self._rank(jobs))
        try:
            return self._talk(jobs)[0]
        finally:
            slots.release()

    async def run(
        self,
        function: str,
        *,
        progress: Callable[[float], None] | None = None,
        **arguments: JSON,
    ) -> dict[str, JSON]:
        """The same for an event loop; cancelling kills the child before it returns."""
        return (await self.run_each([ChildJob(function, arguments)], progress=progress))[0]

    async def run_each(
        self,
        jobs: Sequence[ChildJob],
        *,
        progress: Callable[[float], None] | None = None,
        same: str = "",
    ) -> list[dict[str, JSON]]:
        """Run functions one after the other in the same child; the first that fails ends it.

        `same` names the picture that the jobs open: a child that has seen it may do the next that
        waits for the same, but nothing else, since a picture may have taken the child over. Such
        a job may be run twice.
        """
        rank, kept, own = self._rank(jobs), self._kept, _own.get()
        slots = self._slots
        if _is_patient.get():
            # A child that stepped back stays there: nobody in a hurry shall be served by it.
            slots, same, own = self._beside, "", None
        kept.await_turn(same)
        try:
            await slots.acquire_async(rank)
        except asyncio.CancelledError:
            kept.give_up(same)
            raise
        try:
            keep: Callable[[Child], None] | None = own.put if own else None
            if same:
                keep = partial(kept.put, same)
            used = kept.take(same, self._server) or (own and own.take(self._server))
            if used:
                with contextlib.suppress(JobCrashed):
                    return await self._talk_async(used, jobs, progress, keep)
                # What an earlier job left in it may be to blame: this one is done anew.
            return await self._talk_async(self._new_child(), jobs, progress, keep)
        finally:
            slots.release()

    def start(self) -> None:
        """Have the zygote ready before the first job comes."""
        with self._lock:
            if not (self._server and self._server.alive()):
                self._restart()

    def close(self) -> None:
        """Kill what runs and end the zygote; the next call starts a new one."""
        self._kept.clear()
        with self._lock:
            if self._finalizer:
                self._finalizer()
            self._server = None

    def _rank(self, jobs: Sequence[ChildJob]) -> int:
        """How soon the jobs come, by the first of them. Raises SandboxError for strangers."""
        modules = [job.function.partition(":")[0] for job in jobs]
        for module in modules:
            if module not in self._preload:
                raise SandboxError(f"{module} is not a preloaded module")
        first = modules[0]
        return self._first.index(first) if first in self._first else len(self._first)

    def _talk(self, jobs: Sequence[ChildJob]) -> list[dict[str, JSON]]:
        conversation = Conversation(self._limits)
        deadline = time.monotonic() + self._limits.wall_seconds + GRACE_SECONDS
        server, job = self._open()
        with job:
            try:
                _send(job, line(jobs=jobs))
                while not conversation.is_over and (data := _receive(job, deadline)):
                    conversation.feed(data)
            except TimeoutError:
                raise self._give_up(server) from None
        return self._conclude(server, conversation)

    def _new_child(self) -> Child:
        return Child(*self._open(), born=time.monotonic())

    async def _talk_async(
        self,
        child: Child,
        jobs: Sequence[ChildJob],
        progress: Callable[[float], None] | None,
        keep: Callable[[Child], None] | None,
    ) -> list[dict[str, JSON]]:
        conversation = Conversation(self._limits, progress)
        try:
            async with asyncio.timeout(self._limits.wall_seconds + GRACE_SECONDS):
                await child.speak(jobs, conversation, PATIENT_NICENESS if _is_patient.get() else 0)
        except TimeoutError:
            child.hang_up()
            raise self._give_up(child.server) from None
        except asyncio.CancelledError:
            await child.end()
            raise
        except Exception:
            child.hang_up()
            raise
        if keep and conversation.went_well:
            keep(child)
        else:
            child.hang_up()
        return self._conclude(child.server, conversation)

    def _conclude(self, server: Server, conversation: Conversation) -> list[dict[str, JSON]]:
        if conversation.cut_off:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if server.process.wait(1) == NOT_IMPORTED:
                    raise SandboxError(f"one of {', '.join(self._preload)} cannot be imported")
        return conversation.outcome()

    def _open(self) -> tuple[Server, socket.socket]:
        """A job's socket, from a new zygote if the old one has died."""
        with self._lock:
            server = self._server
            if server and server.alive():
                with contextlib.suppress(OSError):
                    return server, server.open()
            server = self._restart()
            return server, server.open()

    def _restart(self) -> Server:
        if self._finalizer:
            self._finalizer()
        server = Server(self._preload, self._limits)
        self._finalizer = weakref.finalize(self, server.stop)
        self._server = server
        return server

    def _give_up(self, server: Server) -> JobCrashed:
        """End a zygote that kept no deadline."""
        server.process.kill()
        server.process.wait()
        return JobCrashed("time", "the sandbox did not answer")

    def _after_fork(self) -> None:
        if self._finalizer:
            self._finalizer.detach()
        if self._server:
            self._server.forget()
        self._reset()


def _send(job: socket.socket, request: bytes) -> None:
    """Send the request; a job that died early has said why."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        job.sendall(request)


def _receive(job: socket.socket, deadline: float) -> bytes:
    job.settimeout(max(0.001, deadline - time.monotonic()))
    try:
        return job.recv(CHUNK)
    except ConnectionResetError:
        return b""


_sandboxes: weakref.WeakSet[Sandbox] = weakref.WeakSet()


def _after_fork() -> None:
    for sandbox in _sandboxes:
        sandbox._after_fork()


os.register_at_fork(after_in_child=_after_fork)
