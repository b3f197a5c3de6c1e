"""Watches a process and all it started: peak memory and CPU seconds, from /proc.

Memory of a tree is the sum of proportional set sizes: pages that forks share count once.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024
# The kernel walks through all pages for it, ten milliseconds for each process, which has to wait for
# any memory it wants meanwhile: seldom enough not to slow down what is measured.
MEMORY_EVERY = 12


class Tree:
    """Samples from `start` to `stop`; `own` is the first process alone, in resident bytes."""

    def __init__(self, *pids: int, every: float = 0.25) -> None:
        self._pids = pids
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self.peak = 0
        self.own = 0
        self._used: list[tuple[float, float]] = []

    def start(self) -> Tree:
        self._thread.start()
        return self

    @property
    def stopped(self) -> bool:
        return self._ended.is_set()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def cpu_until(self, moment: float) -> float:
        """Return the CPU seconds from `start` to the first sample after a moment of the clock."""
        samples = [used for when, used in self._used if when >= moment] or [self._used[-1][1]]
        return samples[0] - self._used[0][1]

    def _sample(self) -> None:
        self._used.append((time.time(), cpu_seconds(*self._pids)))
        while not self._ended.wait(self._every):
            self._used.append((time.time(), cpu_seconds(*self._pids)))
            if len(self._used) % MEMORY_EVERY != 2:
                continue
            self.peak = max(self.peak, sum(proportional(pid) for pid in family(self._pids)))
            self.own = max(self.own, _resident(self._pids[0]))


def family(pids: tuple[int, ...]) -> list[int]:
    """The processes and all their descendants that live."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], list(pids)
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_seconds(*pids: int) -> float:
    """CPU used by the processes, their living descendants, and those they have waited for."""
    total = 0
    for pid in family(pids):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def proportional(pid: int) -> int:
    """Resident bytes, each shared page counted by its share."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
