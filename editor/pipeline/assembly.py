"""Puts a worker together from the settings: the one place that knows all parts."""

from django.conf import settings

from editor.imaging.sandbox.client import Limits, Sandbox
from editor.pipeline.dispatch.local import LocalDispatch, Timing
from editor.pipeline.run import Barrier, no_barrier
from editor.services.engines import Engines

# OpenCV reserves address space generously, so the bound is on time and file size, not on memory.
WORK_LIMITS = Limits(cpu_seconds=600, memory_bytes=None, wall_seconds=900.0, file_bytes=2 * 1024**3)
PRELOAD = (
    "editor.imaging.render",
    "editor.imaging.stitch",
    "editor.imaging.surround",
    "editor.engines.builtin.work",
)


def new_sandbox(slots: int) -> Sandbox:
    """Return the child processes that prepare, draw and stitch for a worker."""
    return Sandbox(preload=PRELOAD, limits=WORK_LIMITS, slots=slots)


def new_dispatch(
    *, slots: int, timing: Timing | None = None, barrier: Barrier = no_barrier
) -> LocalDispatch:
    """Return a worker's dispatch; tests inject short times and barriers."""
    sandbox = new_sandbox(slots)
    return LocalDispatch(
        registry=Engines(sandbox),
        sandbox=sandbox,
        slots=slots,
        timing=timing
        or Timing(
            lease=settings.LEASE_SECONDS,
            heartbeat=settings.HEARTBEAT_SECONDS,
            rescue=settings.RESCUE_SECONDS,
            housekeeping=settings.HOUSEKEEPING_SECONDS,
        ),
        barrier=barrier,
    )
