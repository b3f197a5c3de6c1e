"""Fills holes from their surroundings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from editor.engines.builtin import synthesis
from editor.engines.builtin.holes import Cluster, clusters, grow, reduce_any, thick_part
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

# The search sees at most this many pixels; more cost minutes and look no better.
SEARCH_PIXELS: Final = 1_200_000
# Shadows, halos and JPEG ringing just outside the mask are not copied from.
HALO: Final = 2


def fill(image: Pixels, hole: Mask, *, seed: int, banned: Mask | None = None):
    out = image.copy()
    todo = hole.copy()
    for cluster in clusters(hole):
        fill_cluster(out, todo, cluster, seed)
    return out


def fill_cluster(out, todo, cluster, seed):
    view = cluster.view
    crop = out[view]
    others = todo[view] & ~cluster.hole
    thick = thick_part(cluster.hole)
    if thick.any():
        h, w = crop.shape[:2]
        s = 1
        while (-(-h // s)) * (-(-w // s)) > SEARCH_PIXELS:
            s += 1
        low_hole = reduce_any(grow(cluster.hole, HALO), s)
        low_ban = reduce_any(others, s) & ~low_hole
        H, W = low_hole.shape
        pad = cv2.copyMakeBorder(crop, 0, H * s - h, 0, W * s - w, cv2.BORDER_REPLICATE)
        low = cv2.resize(pad, (W, H), interpolation=cv2.INTER_AREA)
        got = synthesis.search(low, low_hole, banned=low_ban, seed=seed)
        up = cv2.resize(got, (W * s, H * s), interpolation=cv2.INTER_CUBIC)[:h, :w]
        crop[thick] = up[thick]
    thin = cluster.hole & ~thick
    if thin.any():
        crop[thin] = synthesis.diffuse(crop, thin)[thin]
    todo[view] &= ~cluster.hole
