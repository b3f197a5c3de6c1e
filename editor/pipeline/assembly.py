"""Puts a worker together from the settings: the one place that knows all parts."""

from collections.abc import Callable

from django.conf import settings

from editor.engines.openai.engine import JOBS
from editor.engines.registry import EngineSource
from editor.imaging.sandbox.client import Limits, Sandbox
from editor.pipeline.desk import Barrier, no_barrier
from editor.pipeline.dispatch.local import Lanes, LocalDispatch, Timing
from editor.services.engines import Engines

# OpenCV reserves address space generously, so the bound is on time and file size, not on memory.
WORK_LIMITS = Limits(cpu_seconds=600, memory_bytes=None, wall_seconds=900.0, file_bytes=2 * 1024**3)
PRELOAD = (
    "editor.imaging.arrival",
    "editor.imaging.errand",
    "editor.imaging.overlay",
    "editor.imaging.stitch",
    "editor.imaging.surround",
    "editor.engines.builtin.work",
    *JOBS,
)

# A request goes before answers that are safe already: a provider works for seconds meanwhile. Calls
# are limited, so nobody waits for ever. An answer that was read goes before the next.
FIRST = ("editor.imaging.errand", "editor.imaging.stitch")


def new_sandbox(slots: int) -> Sandbox:
    """Return the child processes that prepare, draw and stitch for a worker."""
    return Sandbox(preload=PRELOAD, limits=WORK_LIMITS, slots=slots, first=FIRST)


def new_dispatch(
    *,
    slots: int,
    calls: int | None = None,
    timing: Timing | None = None,
    barrier: Barrier = no_barrier,
    registry: Callable[[Sandbox], EngineSource] = Engines,
) -> LocalDispatch:
    """Return a worker's dispatch: `slots` edits of our own at once, `calls` of providers.

    Tests inject short times, barriers and engines.
    """
    sandbox = new_sandbox(slots)
    return LocalDispatch(
        registry=registry(sandbox),
        sandbox=sandbox,
        lanes=Lanes(slots, settings.WORKER_CALLS if calls is None else calls),
        timing=timing
        or Timing(
            lease=settings.LEASE_SECONDS,
            heartbeat=settings.HEARTBEAT_SECONDS,
            rescue=settings.RESCUE_SECONDS,
            housekeeping=settings.HOUSEKEEPING_SECONDS,
        ),
        barrier=barrier,
    )
