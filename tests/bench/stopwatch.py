"""Times things and prints one line for each; benchmarks report, they do not judge."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def report(what: str, action: Callable[[], object], *, runs: int = 5) -> float:
    """Run `action` after one warm-up; print and return the median seconds.

    Beside it stands the median of this process's own work, which other programs do not lengthen.
    """
    action()
    times, work = [], []
    for _run in range(runs):
        start, began = time.perf_counter(), time.process_time()
        action()
        times.append(time.perf_counter() - start)
        work.append(time.process_time() - began)
    median = statistics.median(times)
    spread = f"({min(times) * 1000:.1f}-{max(times) * 1000:.1f})"
    own = f"own work {statistics.median(work) * 1000:.1f} ms"
    print(f"{what:<58} {median * 1000:9.1f} ms  {spread}, {own}")  # noqa: T201
    return median
