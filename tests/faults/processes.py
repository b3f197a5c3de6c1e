"""Starting and watching real worker processes on the test's own database and data folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


def environment() -> dict[str, str]:
    """What makes a process meet this test: same database, same data folder."""
    return os.environ | {
        "PENTIMENTO_DATA": str(settings.DATA_DIR),
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "project.settings.test",
    }


@contextmanager
def worker(point: str = "", **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that dies at `point`; killed at the end if it still lives.

    The options are those of `worker_main`; True stands for a flag.
    """
    flags = [
        f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker_main", point, *flags],
        cwd=ROOT,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


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
