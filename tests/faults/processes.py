"""Starting and watching real worker processes on the test's own database and data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0
WORKER = (sys.executable, "-m", "tests.faults.worker_main")


def environment() -> dict[str, str]:
    """What makes a process meet this test: same database, same data folder."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PENTIMENTO_DATA": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "project.settings.test",
    }


def database_url() -> str:
    """Name the test's database; a PostgreSQL is one on a socket in a folder."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    return f"postgres://{where['USER']}@/{where['HOST']}/{where['NAME']}"


def flags(options: Mapping[str, object]) -> list[str]:
    """Options as a command line has them; True stands for a flag."""
    return [
        f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()
    ]


@contextmanager
def worker(point: str = "", **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that dies at `point`; killed at the end if it still lives.

    The options are those of `worker_main`.
    """
    process = subprocess.Popen([*WORKER, point, *flags(options)], cwd=ROOT, env=environment())
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A worker that was stopped by SIGSTOP."""

    pid: int

    def wake(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ask it to end its work, and wait until it has."""
        os.kill(self.pid, signal.SIGTERM)
        until(lambda: self._state() == "Z", "the sleeper stops")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def _state(self) -> str:
        """Z when it has ended: the nursery keeps the corpse, so the number is nobody else's."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]


class Nursery:
    """Ends workers: each is a process of its own, forked from one that has loaded everything."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.sleepers: list[Sleeper] = []

    def kill_at(self, point: str, **options: object) -> None:
        """Let a worker take the one edit that is due, and die at the point."""
        _pid, fate = self._start(point, options)
        assert fate == str(-signal.SIGKILL), point

    def sleep_at(self, point: str, **options: object) -> Sleeper:
        """Let a worker take the one edit that is due, and fall asleep at the point."""
        pid, fate = self._start(point, {"sleep": True} | options)
        assert fate == "asleep", point
        self.sleepers.append(Sleeper(int(pid)))
        return self.sleepers[-1]

    def _start(self, point: str, options: Mapping[str, object]) -> list[str]:
        given = flags({"lease": 600, "slots": 1, "calls": 1, **options})
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(" ".join([point, *given]) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().split()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One for the workers of a test; killed with them at the end."""
    process = subprocess.Popen(
        [*WORKER, "--nursery"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    workers = Nursery(process)
    try:
        yield workers
    finally:
        for sleeper in workers.sleepers:
            sleeper.kill()
        process.kill()
        process.communicate()


def until(
    condition: Callable[[], object],
    what: str,
    *,
    patience: float = PATIENCE_SECONDS,
    every: float = 0.05,
) -> None:
    """Wait for something that other processes bring about; fail when it never comes."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(every)
