"""One composition in a process of its own: prints the MiB it needed beyond what it was given."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from editor.imaging import bands
from editor.imaging.compose import compose
from tests.imaging import drift

SIZE = 1536, 1024
STATUS = Path("/proc/self/status")


def make_large(name: str, count: int = 3) -> tuple[drift.Scene, bands.Pixels]:
    """A scene of 1536 x 1024 and its answer after everything at once."""
    photo = cv2.resize(drift.photo(name), SIZE, interpolation=cv2.INTER_CUBIC)
    scene = drift.scene(name, np.asarray(photo, np.uint8), seed=1)
    kind = next(one for one in drift.DRIFTS if one.name == "all of it")
    like = np.zeros((1, 1, count), np.uint8)
    parent = bands.in_colours_of(scene.parent, like)
    answer = bands.in_colours_of(drift.answer(scene, kind), like)
    return drift.Scene(name, parent, scene.truth, scene.coverage), answer


def kib(what: str) -> int:
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if what in line)


def main() -> None:
    cv2.setNumThreads(1)
    scene, answer = make_large("picos", int(sys.argv[1]))
    # The peak counts from here on (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    before = kib("VmRSS")
    compose(scene.parent, answer, scene.coverage)
    sys.stdout.write(f"{(kib('VmHWM') - before) / 1024:.0f}\n")


if __name__ == "__main__":
    main()
