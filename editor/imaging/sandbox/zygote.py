"""The server that forks one child for each job.

It imports the modules of the jobs once, then waits: a byte with a descriptor on the control
socket is a job; the end of that socket, or the death of the client, is the end of all of them.
A client that turns away from its job (closes or shuts its half down) has the job killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.imaging.sandbox import child
from editor.imaging.sandbox.wire import Settings, line

if TYPE_CHECKING:
    from collections.abc import Sequence

PR_SET_NO_NEW_PRIVS = 38
# Only Linux can see half of a connection closed; elsewhere the client closes both.
HANG_UP: int = getattr(select, "POLLRDHUP", select.POLLHUP)
# Without a pidfd the parent's death is noticed by asking.
ASK_PARENT_SECONDS = 1.0
NOT_IMPORTED = 70


@dataclass(slots=True)
class Job:
    """A running child and the client's socket; `why` is set when we kill it."""

    pid: int
    client: socket.socket
    deadline: float
    why: str | None = None


class Zygote:
    """Forks, watches and reaps; one thread, so that forking is safe."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.control = socket.socket(fileno=settings.control)
        self.jobs: dict[int, Job] = {}
        self.poll = select.poll()
        self.poll.register(self.control, select.POLLIN)
        self.children = self.watch_children()
        self.parent = self.watch_parent()

    def watch_children(self) -> int:
        """A descriptor that becomes readable when a child ends."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self.poll.register(reader, select.POLLIN)
        return reader

    def watch_parent(self) -> int | None:
        """A descriptor that becomes readable when the client's process ends."""
        if not hasattr(os, "pidfd_open"):
            return None
        parent = os.pidfd_open(self.settings.parent)
        self.poll.register(parent, select.POLLIN)
        return parent

    def serve(self) -> None:
        """Work until the client goes, then leave nobody behind."""
        try:
            while self.has_parent():
                ready = {fd for fd, _ in self.poll.poll(self.patience() * 1000)}
                if self.parent in ready or not self.handle(ready):
                    break
        finally:
            for job in self.jobs.values():
                os.kill(job.pid, signal.SIGKILL)

    def handle(self, ready: set[int]) -> bool:
        """Do what the poll found; False when the client has closed the control socket."""
        if self.children in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self.children, 4096)
        self.reap()
        for fd in ready & self.jobs.keys():
            self.kill(self.jobs[fd], "canceled")
        now = time.monotonic()
        for job in self.jobs.values():
            if job.deadline <= now:
                self.kill(job, "time")
        return self.control.fileno() not in ready or self.accept()

    def has_parent(self) -> bool:
        return os.getppid() == self.settings.parent

    def patience(self) -> float:
        """Seconds until the next deadline."""
        waits = [job.deadline - time.monotonic() for job in self.jobs.values() if not job.why]
        waits.append(3600.0 if self.parent is not None else ASK_PARENT_SECONDS)
        return max(0.0, min(waits)) + 0.001

    def accept(self) -> bool:
        """Fork for the next job; False at the end of the control socket."""
        try:
            data, fds, _, _ = socket.recv_fds(self.control, 1, 1)
        except ConnectionResetError:
            return False
        if not data:
            return False
        for fd in fds:
            self.fork(socket.socket(fileno=fd))
        return True

    def fork(self, client: socket.socket) -> None:
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            tell(client, line(exit={"why": f"fork failed: {error}", "signal": 0, "cpu": 0}))
            client.close()
            return
        if pid == 0:
            child.run(
                client,
                zygote=zygote,
                preload=self.settings.preload,
                limits=self.settings.limits,
            )
        deadline = time.monotonic() + self.settings.limits.wall_seconds
        self.jobs[client.fileno()] = Job(pid, client, deadline)
        self.poll.register(client, HANG_UP)

    def kill(self, job: Job, why: str) -> None:
        if job.why is None:
            job.why = why
            self.poll.unregister(job.client)
            os.kill(job.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Bury every child that has ended and tell its client how."""
        for fd, job in list(self.jobs.items()):
            pid, status, usage = os.wait4(job.pid, os.WNOHANG)
            if pid == 0:
                continue
            del self.jobs[fd]
            if job.why is None:
                self.poll.unregister(job.client)
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            cpu = usage.ru_utime + usage.ru_stime
            tell(job.client, b"\n" + line(exit={"why": job.why, "signal": number, "cpu": cpu}))
            job.client.close()


def tell(client: socket.socket, message: bytes) -> None:
    """Send without ever waiting for a client that does not read."""
    with contextlib.suppress(OSError):
        client.send(message, socket.MSG_DONTWAIT)


def isolate() -> None:
    """Leave the network and the right to gain rights, where the system lets us."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with contextlib.suppress(OSError):
        os.unshare(os.CLONE_NEWNET)


def get_ready(modules: Sequence[str]) -> None:
    """Import them, let each do once what is slow the first time, and share what that leaves.

    Free memory is given back: children would copy it page by page before they use it.
    """
    for module in modules:
        warm_up = getattr(importlib.import_module(module), "warm_up", None)
        if warm_up:
            warm_up()
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    gc.freeze()


def main(argument: str) -> None:
    """Run a zygote with the settings of its command line."""
    settings = Settings.load(argument)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    isolate()
    try:
        get_ready(settings.preload)
    except Exception:  # noqa: BLE001 - said on stderr, and by the exit code
        traceback.print_exc()
        sys.exit(NOT_IMPORTED)
    Zygote(settings).serve()
