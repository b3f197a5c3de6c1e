"""The jobs of the built-in engine: what runs in a child process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

import cv2
import numpy as np
from PIL import Image

from editor.engines.builtin import synthesis, tone
from editor.engines.builtin.background import REGION, change_background
from editor.engines.builtin.fill import fill
from editor.engines.builtin.steps import toned
from editor.imaging import pixels, png
from editor.imaging.errors import Rejected
from editor.imaging.sandbox.progress import report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from editor.engines.base import Progress
    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.steps import Step
    from editor.engines.builtin.synthesis import Pixels

FILLS: Final = frozenset({"remove", "fill"})
# Where reading, the steps and writing lie on the job's progress.
READ, PAINTED = 0.05, 0.9
SEEDS: Final = 2**31


class Actual(TypedDict, total=False):
    """What was really done; ``by_mask`` (backgrounds only) tells that the subject is exactly what
    was painted, because no edge was found. ``filled`` counts the clusters by the way they were filled.

    Ways: "search" (patches from elsewhere), "surface" (a sky or wall continued), "diffusion" (a
    thin part closed from its rim), "diffusion_for_search" (the native library of the search is
    missing), "interpolation" (hardly anything was left), "transparent" (nothing visible was).
    """

    steps: Sequence[Step]
    filled: dict[str, int]
    seed: int
    by_mask: bool


def paint(
    *,
    image: str,
    mask: str | None,
    instruction: Mapping[str, Sequence[Step]],
    seed: int,
    out: str,
    coverage: str | None = None,
) -> Actual:
    """Do an instruction's steps to a crop (PNG in L, LA, RGB or RGBA) and write the answer.

    Pixels where ``mask`` is 0 come back as they were. With steps for the background the mask marks
    the subject, whose pixels come back as they were, and which these are is written to
    ``coverage`` (0 = the subject). Raises Rejected "needs_mask", "needs_subject",
    "nothing_to_fill_from", "no_background", "subject_not_found" and "no_colour".
    """
    # Other jobs have the other cores, and one thread always gives the same pixels.
    cv2.setNumThreads(1)
    before = _read(image)
    painted = _read(mask)[..., 0] > 0 if mask else None
    report(READ)
    steps = instruction["steps"]
    if any(step.get("region") == REGION for step in steps):
        return _change_background(before, painted, steps, (out, coverage))
    after, filled = before, dict[str, int]()
    for number, step in enumerate(steps):
        share = _share_of(number, len(steps))
        if step["do"] in FILLS:
            after, filled = fill_step(after, painted, seed=seed % SEEDS, progress=share)
        else:
            after = toned(after, step, tone.Extent.of(before.shape, painted), painted)
        share(1.0)
    if painted is not None:
        after = np.where(painted[..., None], after, before)
    _write(after, out)
    return Actual(steps=steps, filled=filled, seed=seed)


def _change_background(
    image: Pixels, painted: Mask | None, steps: Sequence[Step], files: tuple[str, str | None]
) -> Actual:
    if painted is None:
        raise Rejected("needs_subject", message="Paint over the subject first.")
    changed = change_background(image, painted, steps)
    report(PAINTED)
    out, coverage = files
    _write(changed.picture, out)
    if coverage:
        _write(changed.coverage[..., None], coverage)
    return Actual(steps=steps, by_mask=changed.by_mask)


def fill_step(
    image: Pixels, hole: Mask | None, *, seed: int, progress: Progress
) -> tuple[Pixels, dict[str, int]]:
    """Fill the hole of a picture in any working mode.

    Colours are copied from visible pixels only. Alpha is filled like a picture of its own: within
    opaque surroundings the hole becomes opaque, within clear ones clear, across an edge the edge
    goes on.
    """
    if hole is None:
        raise Rejected("needs_mask", message="Paint over what should be removed.")
    colours = tone.colour_bands(image)
    if colours == image.shape[2]:
        return _filled(image, hole, np.ones_like(hole), seed=seed, progress=progress)
    alpha = image[..., colours:]
    visible = alpha[..., 0] > 0
    if not (visible & ~hole).any():
        return _cleared(image, hole), {"transparent": 1}
    progress_of = [lambda part: progress(part * 0.8), lambda part: progress(0.8 + part * 0.2)]
    shown, ways = _filled(image[..., :colours], hole, visible, seed=seed, progress=progress_of[0])
    opacity, _ = _filled(alpha, hole, np.ones_like(hole), seed=seed, progress=progress_of[1])
    return np.concatenate([shown, opacity], axis=2), ways


def _filled(
    bands: Pixels,
    hole: Mask,
    usable: Mask,
    *,
    seed: int,
    progress: Progress,
) -> tuple[Pixels, dict[str, int]]:
    """Fill one or three bands, as three."""
    if not (usable & ~hole).any():
        message = "Everything is painted over: leave something to fill from."
        raise Rejected("nothing_to_fill_from", message=message)
    three = np.repeat(bands, 3, axis=2) if bands.shape[2] == 1 else np.ascontiguousarray(bands)
    search = synthesis.searcher()
    result, ways = fill(three, hole, usable=usable, seed=seed, progress=progress, search=search)
    return result[..., : bands.shape[2]], ways


def _cleared(image: Pixels, hole: Mask) -> Pixels:
    return np.where(hole[..., None], np.uint8(0), image)


def _share_of(number: int, count: int) -> Progress:
    """Return where to report the progress of one step among several."""

    def tell(part: float) -> None:
        report(READ + (PAINTED - READ) * (number + part) / count)

    return tell


def _read(path: str) -> Pixels:
    with pixels.load_png(path) as image:
        bands = np.asarray(image)
    return bands.reshape(*bands.shape[:2], -1)


def _write(bands: Pixels, out: str) -> None:
    flat = bands[..., 0] if bands.shape[2:] == (1,) else bands
    png.write(Image.fromarray(flat), Path(out))
