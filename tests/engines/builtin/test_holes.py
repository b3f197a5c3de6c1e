from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.engines.builtin.holes import (
    MOST_CLUSTERS,
    clusters,
    grow,
    reduce_any,
    thick_part,
    with_context,
)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 90), st.integers(1, 90), st.floats(0, 0.2))
def test_every_pixel_is_in_exactly_one_cluster(
    seed: int, height: int, width: int, share: float
) -> None:
    hole = np.random.default_rng(seed).random((height, width)) < share
    found = np.zeros(hole.shape, dtype=int)
    for cluster in clusters(hole):
        found[cluster.view] += cluster.hole
    assert (found == hole).all()


def test_near_holes_are_one_cluster_and_far_ones_two() -> None:
    hole = np.zeros((400, 400), dtype=np.bool_)
    hole[40:50, 40:50] = True
    hole[40:50, 58:66] = True
    assert len(list(clusters(hole))) == 1
    hole[300:310, 300:310] = True
    assert len(list(clusters(hole))) == 2


def test_hundreds_of_holes_become_few_clusters() -> None:
    hole = np.zeros((1600, 1600), dtype=np.bool_)
    hole[::64, ::64] = True
    assert 1 <= len(list(clusters(hole))) <= MOST_CLUSTERS


def test_context_is_one_box_on_each_side_or_the_least_within_the_picture() -> None:
    box = (slice(500, 700), slice(10, 20))
    assert with_context(box, (1000, 1000)) == (slice(300, 900), slice(0, 116))


def test_reducing_keeps_every_true_pixel() -> None:
    mask = np.zeros((5, 7), dtype=np.bool_)
    mask[4, 6] = True
    assert reduce_any(mask, 3).tolist() == [[False] * 3, [False, False, True]]


def test_growing_adds_a_square() -> None:
    mask = np.zeros((5, 5), dtype=np.bool_)
    mask[2, 2] = True
    assert grow(mask, 1).sum() == 9
    assert grow(mask, 0).sum() == 1


def test_lines_are_thin_and_blobs_thick_to_their_corners() -> None:
    hole = np.zeros((80, 80), dtype=np.bool_)
    hole[10, 5:75] = True
    assert not thick_part(hole).any()
    blob = np.zeros_like(hole)
    blob[30:60, 30:60] = True
    assert (thick_part(blob | hole) == blob).all()
