"""Fills holes from their surroundings: builtin-engine.md, "Take"."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from editor.engines.builtin import detail, smooth, synthesis
from editor.engines.builtin.holes import clusters, grow, thick_part
from editor.engines.builtin.scene import Scene, scene_of

if TYPE_CHECKING:
    from editor.engines.base import Progress
    from editor.engines.builtin.detail import Floats
    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels, Searcher

# With fewer known pixels than this around a hole there is nothing to search in.
LEAST_KNOWN: Final = 256
# How far a thin part looks, in pixels.
REACH: Final = 4


def fill(
    image: Pixels,
    hole: Mask,
    *,
    usable: Mask,
    seed: int,
    progress: Progress,
    search: Searcher | None,
) -> tuple[Pixels, dict[str, int]]:
    """Return ``image`` (height x width x 3) with ``hole`` filled, and how often each way was used.

    Only pixels of ``usable`` outside the hole are copied from; there must be some. Pixels outside
    the hole come back as they were. The same seed gives the same pixels. Without ``search`` what
    should be searched for is diffused, and called "diffusion_for_search".
    """
    result, todo, ways = image.copy(), hole.copy(), Counter[str]()
    painted = int(hole.sum())
    done = 0.0
    for number, cluster in enumerate(clusters(hole)):
        crop, size = result[cluster.view], int(cluster.hole.sum()) / painted
        known = usable[cluster.view] & ~todo[cluster.view]
        thick = thick_part(cluster.hole)
        if thick.any():
            scene = scene_of(crop, cluster.hole, known)
            answer, way = _fill_thick(
                scene, seed + number, partial(_advance, progress, done, size), search
            )
            crop[thick] = answer[: thick.shape[0], : thick.shape[1]][thick]
            ways[way] += 1
        if (thin := cluster.hole & ~thick).any():
            # What cannot be copied from must not seep in either.
            unknown = grow(thin, REACH) & ~known & ~thick
            crop[thin] = synthesis.diffuse(crop, unknown)[thin]
            ways["diffusion"] += 1
        todo[cluster.view] &= ~cluster.hole
        done += size
        progress(done)
    return result, dict(ways)


def _advance(progress: Progress, done: float, size: float, part: float) -> None:
    progress(done + size * part)


def _fill_thick(
    scene: Scene, seed: int, progress: Progress, search: Searcher | None
) -> tuple[Pixels, str]:
    """Fill the scene's holes by the way that suits its rim; the answer is of full size."""
    if scene.known.sum() < LEAST_KNOWN:
        return _interpolated(scene), "interpolation"
    if (answer := _continued(scene, seed)) is not None:
        return answer, "surface"
    if search is None:
        return scene.enlarge(synthesis.diffuse(scene.coarse, scene.hole)), "diffusion_for_search"
    return _searched(scene, seed, progress, search), "search"


def _searched(scene: Scene, seed: int, progress: Progress, search: Searcher) -> Pixels:
    progress(0.1)
    banned = ~(scene.hole | scene.known)
    found = search(scene.coarse, scene.hole, banned=banned, seed=seed)
    if scene.by == 1:
        return found
    progress(0.6)
    pairs = detail.matches(found, scene.hole, scene.known, seed=seed)
    progress(0.9)
    soft = scene.enlarge(scene.coarse)
    return detail.transplant(scene.enlarge(found), scene.fine, soft, pairs, scene.by)


def _continued(scene: Scene, seed: int) -> Pixels | None:
    """Continue a smooth surface over the hole; None when its rim is not smooth."""
    if (found := smooth.surface(scene.coarse, scene.hole, scene.known)) is None:
        return None
    surface, rim = found
    soft = smooth.soften(scene.coarse, scene.known)
    pairs = smooth.grain_matches(scene.hole, rim, seed=seed)
    return detail.transplant(
        scene.enlarge(_levels(surface)), scene.fine, scene.enlarge(_levels(soft)), pairs, scene.by
    )


def _interpolated(scene: Scene) -> Pixels:
    """Spread the few colours there are; without any the hole is left black."""
    colours, known = scene.averages()
    return scene.enlarge(_levels(smooth.harmonic(colours, known)))


def _levels(surface: Floats) -> Pixels:
    return np.clip(np.rint(surface), 0, 255).astype(np.uint8)
