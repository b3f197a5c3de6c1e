"""Starting and watching real worker processes on the test's own database and data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
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


class Nursery:
    """Ends workers: each is a process of its own, forked from one that has loaded everything."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def kill_at(self, point: str, **options: object) -> None:
        """Let a worker take the one edit that is due, and die at the point."""
        given = flags({"lease": 600, "slots": 1, "calls": 1} | options)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(" ".join([point, *given]) + "\n")
        self._process.stdin.flush()
        assert int(self._process.stdout.readline()) == -signal.SIGKILL, point


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One for the workers of a test; killed at the end."""
    process = subprocess.Popen(
        [*WORKER, "--nursery"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()
        process.communicate()


def sleeps(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process was stopped by SIGSTOP."""
    stat = Path(f"/proc/{process.pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "T"


def until(
    condition: Callable[[], object], what: str, *, patience: float = PATIENCE_SECONDS
) -> None:
    """Wait for something that other processes bring about; fail when it never comes."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.05)
