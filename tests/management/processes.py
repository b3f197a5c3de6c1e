"""Waiting for what other processes do, and asking whether they still run."""

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 60.0


def wait_for(condition: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail when it does not within a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
