from __future__ import annotations

import numpy as np
import pytest

from editor.imaging import seam
from tests.imaging import drift, references


@pytest.fixture(scope="module")
def scene() -> drift.Scene:
    return drift.scene("coffee", drift.photo("coffee"), seed=3)


def test_a_border_that_nothing_crosses_scores_one(scene: drift.Scene) -> None:
    for pixels in (scene.parent, scene.truth):
        assert seam.score(pixels, scene.coverage) == pytest.approx(1.0, abs=0.15)


def test_the_larger_the_step_the_higher_the_score(scene: drift.Scene) -> None:
    scores = []
    for step in (0, 10, 20, 40):
        brighter = np.minimum(scene.parent.astype(np.uint16) + step, 255).astype(np.uint8)
        pasted = np.where(scene.coverage[..., None] > 0, brighter, scene.parent)
        scores.append(seam.score(pasted, scene.coverage))
    assert scores == sorted(scores)
    assert scores[-1] > 2 * scores[0]


def test_a_faint_step_in_a_clear_sky_is_seen() -> None:
    sky = np.full((150, 200, 3), 120, np.uint8)
    coverage = drift.blob(150, 200)
    sky[coverage > 0] += 4
    assert seam.score(sky, coverage) > 3


def test_broken_lines_are_seen(scene: drift.Scene) -> None:
    answer = drift.answer(scene, drift.Drift("shift", shift=(6.0, -5.0)))
    assert references.visible(references.pasted(scene, answer), scene) > 0.3


@pytest.mark.parametrize("value", [0, 255])
def test_without_a_border_there_is_no_seam(scene: drift.Scene, value: int) -> None:
    coverage = np.full_like(scene.coverage, value)
    assert seam.score(scene.parent, coverage) == 1.0


def test_what_changed_outside_is_counted_and_shown(scene: drift.Scene) -> None:
    answer = scene.parent.copy()
    inside = scene.coverage > 0
    answer[inside] = 0
    answer[:100, :200] = answer[:100, :200] ^ np.uint8(64)
    assert not inside[:100, :200].any()
    found = seam.outside(scene.parent, answer, scene.coverage)
    free = np.count_nonzero(~inside)
    assert found.percent == pytest.approx(100 * 20_000 / free)
    assert found.mean == pytest.approx(64 * 20_000 / free)
    height, width = found.heat.shape
    scale = width / scene.parent.shape[1]
    assert max(height, width) == seam.HEAT_SIDE
    assert found.heat[1 : int(99 * scale), 1 : int(199 * scale)].min() == 64
    assert found.heat[height // 2, width // 2] == 0


def test_faint_noise_is_not_a_change(scene: drift.Scene) -> None:
    answer = np.clip(scene.parent, 0, 250) + np.uint8(5)
    found = seam.outside(np.clip(scene.parent, 0, 250), answer, scene.coverage)
    assert found.percent == 0
    assert found.mean == pytest.approx(5)


def test_holes_outside_are_changes() -> None:
    parent = np.zeros((40, 60, 3), np.uint8)
    answer = np.zeros((40, 60, 4), np.uint8)
    coverage = np.zeros((40, 60), np.uint8)
    coverage[10:20, 10:20] = 255
    assert seam.outside(parent, answer, coverage).percent == 100
