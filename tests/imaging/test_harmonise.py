from __future__ import annotations

import numpy as np
import pytest

from editor.imaging import bands, harmonise
from tests.imaging import drift

SEEN = 2.0


def corrected(scene: drift.Scene, answer: bands.Pixels) -> tuple[harmonise.Match, bands.Field]:
    height, width = scene.coverage.shape
    found = harmonise.match(scene.parent, answer, scene.coverage)
    colours = bands.colours(answer).astype(np.float32)
    return found, harmonise.applied(colours, found, (0, 0, width, height), (width, height))


@pytest.fixture(scope="module")
def scene() -> drift.Scene:
    return drift.scene("coffee", drift.photo("coffee"), seed=3)


def test_gain_and_offset_are_undone_in_the_mask_too(scene: drift.Scene) -> None:
    dim = np.rint(scene.truth * np.array([0.8, 0.9, 0.7]) + np.array([9, 4, 20]))
    found, mended = corrected(scene, dim.astype(np.uint8))
    assert found.trusted
    assert np.allclose(found.gain, [1 / 0.8, 1 / 0.9, 1 / 0.7], rtol=0.03)
    inside = scene.coverage > 0
    assert np.abs(mended[inside] - scene.truth[inside]).mean() < SEEN
    assert np.abs(dim[inside] - scene.truth[inside]).mean() > 3 * SEEN


def test_uneven_light_is_undone() -> None:
    """The mask lies where it is brightest."""
    photo = drift.photo("coffee")
    coverage = np.roll(drift.blob(photo.shape[0], photo.shape[1], seed=3), 150, axis=1)
    aside = drift.Scene("aside", photo, photo, coverage)
    answer = drift.answer(aside, drift.Drift("uneven", light=0.25))
    _, mended = corrected(aside, answer)
    inside = coverage > 0
    before = np.abs(answer[inside].astype(float) - photo[inside]).mean()
    assert np.abs(mended[inside] - photo[inside]).mean() < before / 2


def test_things_that_appear_in_the_ring_do_not_colour_the_rest(scene: drift.Scene) -> None:
    answer = scene.truth.copy()
    answer[:90, :160] = (0, 255, 0)
    _, mended = corrected(scene, answer)
    inside = scene.coverage > 0
    assert np.abs(mended[inside] - scene.truth[inside]).mean() < 1.0


def test_an_answer_in_the_right_colours_is_left_alone(scene: drift.Scene) -> None:
    found, mended = corrected(scene, scene.truth)
    assert np.allclose(found.gain, 1, atol=0.01)
    assert np.abs(mended - scene.truth).max() < 2.0


def test_another_picture_is_not_a_tint(scene: drift.Scene) -> None:
    found, mended = corrected(scene, np.ascontiguousarray(scene.truth[::-1, ::-1]))
    assert not found.trusted
    assert np.array_equal(mended, scene.truth[::-1, ::-1])


def test_a_ring_of_a_few_pixels_says_nothing(scene: drift.Scene) -> None:
    coverage = np.full_like(scene.coverage, 255)
    coverage[:3] = 0
    dim = (scene.truth // 2).astype(np.uint8)
    assert not harmonise.match(scene.parent, dim, coverage).trusted


@pytest.mark.parametrize(("shift", "trusted"), [(12, True), (90, False)])
def test_a_plain_ring_has_an_offset_and_no_gain(shift: int, trusted: bool) -> None:
    plain = np.full((120, 160, 1), 100, np.uint8)
    coverage = drift.blob(120, 160)
    found = harmonise.match(plain, plain + np.uint8(shift), coverage)
    assert found.trusted == trusted
    assert found.gain[0] == 1.0
    if trusted:
        assert found.offset[0] == pytest.approx(-12, abs=0.1)


def test_a_part_is_corrected_as_the_whole(scene: drift.Scene) -> None:
    answer = drift.answer(scene, drift.Drift("uneven", light=0.2))
    found, whole = corrected(scene, answer)
    height, width = scene.coverage.shape
    made = harmonise.applied(answer[70:210, 31:333], found, (31, 70, 333, 210), (width, height))
    assert np.abs(made - whole[70:210, 31:333]).max() < 0.2
