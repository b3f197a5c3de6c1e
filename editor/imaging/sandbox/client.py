"""Runs functions in child processes that hold no secret and die with us.

sandbox = Sandbox(preload=["editor.imaging.intake"], limits=INTAKE_LIMITS, slots=2)
facts = sandbox.call("editor.imaging.intake:inspect", source=..., out_dir=..., max_pixels=...)
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from editor.imaging.sandbox.conversation import Conversation
from editor.imaging.sandbox.errors import JobCrashed, JobRejected, SandboxError
from editor.imaging.sandbox.slots import Slots
from editor.imaging.sandbox.wire import JSON, ChildJob, Limits, Settings, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ChildJob", "JobCrashed", "JobRejected", "Limits", "Sandbox", "SandboxError"]

ROOT = Path(__file__).resolve().parents[3]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from editor.imaging.sandbox.zygote import main; main(sys.argv[2])"
)
# A job touches much memory for a short time. Kept instead of given back to the kernel, and mapped in
# huge pages where those may be asked for, it costs a fifth less CPU (crop, mask and PNG of 512 x 512:
# 27 to 22 ms). Names: glibc manual, 39.3.2. Other C libraries ignore it.
MEMORY = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {
        "mmap_threshold": 32 << 20,
        "trim_threshold": 256 << 20,
        "top_pad": 16 << 20,
        "hugetlb": 1,
    }.items()
)
# Nothing of ours: no key, no home, no proxy. One BLAS thread, or forking would not be safe.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": MEMORY,
}
CHUNK = 65536
# How much later than the job's own deadline a silent zygote is given up.
GRACE_SECONDS = 5.0
NOT_IMPORTED = 70


class Server:
    """A zygote process and the socket to it, owned by the process `pid`."""

    def __init__(self, preload: Sequence[str], limits: Limits) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            settings = Settings(theirs.fileno(), os.getpid(), tuple(preload), limits)
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-I", "-c", START, str(ROOT), settings.dump()],
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def open(self) -> socket.socket:
        """A new job's socket; OSError when the zygote is gone."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"j"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        return ours

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """End the zygote and with it every job."""
        self.control.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget(self) -> None:
        """Drop it in a forked process, where it belongs to the parent."""
        self.control.close()
        # Popen would warn about a child that runs on; here it is nobody's child.
        self.process.returncode = 0


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
        self._server: Server | None = None
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
        self, jobs: Sequence[ChildJob], *, progress: Callable[[float], None] | None = None
    ) -> list[dict[str, JSON]]:
        """Run functions one after the other in the same child; the first that fails ends it."""
        slots = self._slots
        await slots.acquire_async(self._rank(jobs))
        try:
            return await self._talk_async(jobs, progress)
        finally:
            slots.release()

    def start(self) -> None:
        """Have the zygote ready before the first job comes."""
        with self._lock:
            if not (self._server and self._server.alive()):
                self._restart()

    def close(self) -> None:
        """Kill what runs and end the zygote; the next call starts a new one."""
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
                while data := _receive(job, deadline):
                    conversation.feed(data)
            except TimeoutError:
                raise self._give_up(server) from None
        return self._conclude(server, conversation)

    async def _talk_async(
        self, jobs: Sequence[ChildJob], progress: Callable[[float], None] | None
    ) -> list[dict[str, JSON]]:
        conversation = Conversation(self._limits, progress)
        loop = asyncio.get_running_loop()
        server, job = self._open()
        with job:
            job.settimeout(0)
            try:
                async with asyncio.timeout(self._limits.wall_seconds + GRACE_SECONDS):
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        await loop.sock_sendall(job, line(jobs=jobs))
                    while data := await _receive_async(loop, job):
                        conversation.feed(data)
            except TimeoutError:
                raise self._give_up(server) from None
            except asyncio.CancelledError:
                await _end(loop, job)
                raise
        return self._conclude(server, conversation)

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


async def _receive_async(loop: asyncio.AbstractEventLoop, job: socket.socket) -> bytes:
    try:
        return await loop.sock_recv(job, CHUNK)
    except ConnectionResetError:
        return b""


async def _end(loop: asyncio.AbstractEventLoop, job: socket.socket) -> None:
    """Have the job killed and wait until it is dead, so that it writes no more files."""
    with contextlib.suppress(OSError, TimeoutError):
        job.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(1):
            while await loop.sock_recv(job, CHUNK):
                pass


_sandboxes: weakref.WeakSet[Sandbox] = weakref.WeakSet()


def _after_fork() -> None:
    for sandbox in _sandboxes:
        sandbox._after_fork()


os.register_at_fork(after_in_child=_after_fork)
