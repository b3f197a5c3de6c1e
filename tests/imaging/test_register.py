from __future__ import annotations

import numpy as np
import pytest

from editor.imaging import bands, copies, register, tiles
from tests.imaging import drift

NAMES = ("cat", "coffee")
MOVED = [one for one in drift.DRIFTS if (one.shift, one.scale) != ((0.0, 0.0), 1.0)]
STILL = [one for one in drift.DRIFTS if one not in MOVED and not one.repaint]


def align(scene: drift.Scene, kind: drift.Drift) -> register.Alignment:
    height, width = scene.parent.shape[:2]
    drawn = bands.in_colours_of(drift.answer(scene, kind), scene.parent)
    return register.align(scene.parent, bands.resized(drawn, (width, height)), scene.coverage)


@pytest.fixture(scope="module", params=NAMES)
def scene(request: pytest.FixtureRequest) -> drift.Scene:
    return drift.scene(request.param, drift.photo(request.param), seed=3)


@pytest.mark.parametrize("kind", MOVED, ids=lambda kind: kind.name)
def test_what_moved_is_found_within_a_pixel(scene: drift.Scene, kind: drift.Drift) -> None:
    found = align(scene, kind)
    assert found.verdict == "aligned"
    assert drift.miss(scene, kind, found.matrix) < (1.0 if kind.redrawn else 0.5)
    assert found.residual is not None
    assert found.residual < 1.5
    assert found.agreement is not None
    assert found.agreement > 0.6


@pytest.mark.parametrize("kind", STILL, ids=lambda kind: kind.name)
def test_what_did_not_move_is_not_resampled(scene: drift.Scene, kind: drift.Drift) -> None:
    found = align(scene, kind)
    assert found.verdict == "in_place"
    assert found.reliable
    assert np.array_equal(found.matrix, np.eye(2, 3))


def test_a_repaint_stays_in_place_and_is_not_trusted(scene: drift.Scene) -> None:
    found = align(scene, drift.Drift("whole repaint", repaint=True))
    assert found.verdict == "unrelated"
    assert not found.reliable
    assert not found.moves
    assert np.array_equal(found.matrix, np.eye(2, 3))


def test_what_lies_under_the_mask_does_not_count(scene: drift.Scene) -> None:
    """An edit that moves everything in the mask, and nothing else."""
    answer = scene.parent.copy()
    inside = scene.coverage > 0
    answer[inside] = np.roll(scene.parent, 9, axis=1)[inside]
    found = register.align(scene.parent, answer, scene.coverage)
    assert found.verdict == "in_place"
    assert found.agreement == 1.0


def test_holes_of_an_answer_do_not_count(scene: drift.Scene) -> None:
    kind = drift.Drift("half gone", shift=(5.0, -3.0))
    drawn = drift.answer(scene, kind)
    alpha = np.full((*drawn.shape[:2], 1), 255, np.uint8)
    alpha[: drawn.shape[0] // 3] = 0
    found = register.align(scene.parent, np.dstack([drawn * (alpha > 0), alpha]), scene.coverage)
    assert found.verdict == "aligned"
    assert drift.miss(scene, kind, found.matrix) < 0.5


def test_a_plain_ring_moves_nothing() -> None:
    plain = np.full((200, 300, 3), (90, 140, 200), np.uint8)
    coverage = drift.blob(200, 300)
    found = register.align(plain, plain + np.uint8(3), coverage)
    assert (found.verdict, found.reliable, found.residual) == ("featureless", True, None)


def test_in_a_smooth_ring_a_shift_is_not_found() -> None:
    """So nobody may say that an answer lies in its place there."""
    ramp = np.tile(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], (200, 1, 3))
    moved = np.ascontiguousarray(np.roll(ramp, 6, axis=1))
    moved[:, :6] = 0
    found = register.align(ramp, moved, drift.blob(200, 300))
    assert (found.verdict, found.moves, found.residual) == ("featureless", False, None)


def test_a_smooth_ring_that_became_another_is_not_trusted() -> None:
    ramp = np.tile(np.linspace(0, 255, 300).astype(np.uint8)[None, :, None], (200, 1, 3))
    found = register.align(ramp, np.ascontiguousarray(ramp[:, ::-1]), drift.blob(200, 300))
    assert found.verdict == "unrelated"


@pytest.mark.parametrize("left", [0, 3])
def test_without_a_ring_nothing_is_moved(left: int) -> None:
    photo = drift.photo("cat")
    coverage = np.full(photo.shape[:2], 255, np.uint8)
    coverage[:left] = 0
    found = register.align(photo, np.roll(photo, 4, axis=1), coverage)
    assert (found.verdict, found.reliable) == ("small_ring", False)
    assert np.array_equal(found.matrix, np.eye(2, 3))


def test_a_move_that_no_provider_makes_is_not_believed(scene: drift.Scene) -> None:
    found = align(scene, drift.Drift("far away", scale=1.2))
    assert not found.moves
    assert not found.reliable


def test_a_map_between_sizes_keeps_its_places() -> None:
    matrix = np.array([[1.01, 0.002, 3.0], [-0.001, 0.99, -2.0]])
    back = register.rescaled(register.rescaled(matrix, 0.5, 0.4), 2.0, 2.5)
    assert np.allclose(back, matrix)
    # Pixel 10.5 of the large copy is pixel 5 of one half as wide: both lie at 11/22.
    half = register.rescaled(np.array([[1.0, 0, 4.0], [0, 1.0, 0]]), 0.5, 0.5)
    assert np.allclose(half @ [5.0, 5.0, 1.0], [7.0, 5.0])


def test_the_residual_is_measured_and_not_guessed() -> None:
    """Tiles that each lie 3 px off, at a size that is compared without reduction."""
    photo = bands.resized(drift.photo("picos"), (540, 360))
    ring = np.full((360, 540), 255, np.uint8)
    pair = copies.reduced(photo, np.roll(photo, 3, axis=1), ring)
    corners = tiles.chosen(pair)
    found = tiles.look(pair, pair.answer, corners)
    assert len(corners) >= 40
    assert abs(float(np.median(found.off)) - 3.0) < 0.05
    assert float(np.median(found.alike)) > 0.98
