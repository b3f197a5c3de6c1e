"""One edit's way through the studio's own code in a process of its own, without the engine.

Prints seconds of each part, wall and own work, and the MiB it held at most, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2

from editor.engines.openai import answer_job, outgoing
from editor.imaging import errand, stitch
from tests.bench.composing import kib

if TYPE_CHECKING:
    from collections.abc import Callable


STEPS: Final[dict[str, tuple[str, Callable[..., Any]]]] = {
    "errand": ("open, crop", errand.write),
    "encode": ("encode", outgoing.encode),
    "read": ("read", answer_job.read),
    "land": ("stitch, prove, previews", stitch.land),
}


def main() -> None:
    cv2.setNumThreads(1)
    told: dict[str, Any] = json.loads(sys.argv[1])
    # The peak counts from here on (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    parts: dict[str, list[float]] = {}
    for part, (name, step) in STEPS.items():
        if part not in told:
            continue
        wall, work = time.perf_counter(), time.process_time()
        step(**told[part])
        parts[name] = [time.perf_counter() - wall, time.process_time() - work]
    sys.stdout.write(json.dumps({"parts": parts, "mib": kib("VmHWM") / 1024}))


if __name__ == "__main__":
    main()
