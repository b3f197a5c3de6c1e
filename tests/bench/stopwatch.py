"""Times things and prints one line for each; benchmarks report, they do not judge."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def report(what: str, action: Callable[[], object], *, runs: int = 5) -> float:
    """Run `action` after one warm-up; print and return the median seconds."""
    action()
    times = []
    for _run in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    median = statistics.median(times)
    print(f"{what:<58} {median * 1000:9.1f} ms  ({min(times) * 1000:.1f}-{max(times) * 1000:.1f})")  # noqa: T201
    return median
