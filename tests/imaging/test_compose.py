from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.imaging import bands, blend, seam
from editor.imaging.compose import Choices, compose
from tests.imaging import drift, references

PHOTOS = ("cat", "coffee")
EDGES = ("inside", "centred", "hard")
GRADIENTS = ("auto", "always", "never")


def make_noise(chance: np.random.Generator, height: int, width: int, count: int) -> bands.Pixels:
    """Noise, blocks or one colour: what pictures are at their worst."""
    side = int(chance.integers(1, 24))
    small = chance.integers(0, 256, (height // side + 1, width // side + 1, count), np.uint8)
    return np.ascontiguousarray(
        small.repeat(side, axis=0).repeat(side, axis=1)[:height, :width], np.uint8
    )


def make_coverage(chance: np.random.Generator, height: int, width: int) -> bands.Coverage:
    """Anything from nothing to everything, hard or soft, in one piece or many."""
    kind = chance.integers(0, 4)
    noise = make_noise(chance, height, width, 1)[..., 0]
    if kind == 0:
        return noise
    if kind == 1:
        return np.where(noise > chance.integers(0, 256), np.uint8(255), np.uint8(0))
    coverage = np.zeros((height, width), np.uint8)
    top, left = chance.integers(0, height), chance.integers(0, width)
    bottom, right = chance.integers(top, height + 1), chance.integers(left, width + 1)
    coverage[top:bottom, left:right] = noise[top:bottom, left:right] if kind == 2 else 255
    return coverage


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    size=st.tuples(st.integers(1, 150), st.integers(1, 150)),
    other=st.tuples(st.integers(1, 150), st.integers(1, 150)) | st.none(),
    counts=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    choices=st.builds(
        Choices,
        align=st.booleans(),
        match=st.booleans(),
        edge=st.sampled_from(EDGES),
        feather=st.none() | st.floats(0, 50),
        gradient=st.sampled_from(GRADIENTS),
    ),
)
def test_protected_pixels_are_the_parents_whatever_comes_back(
    seed: int,
    size: tuple[int, int],
    other: tuple[int, int] | None,
    counts: tuple[int, int],
    choices: Choices,
) -> None:
    chance = np.random.default_rng(seed)
    parent = make_noise(chance, *size, counts[0])
    coverage = make_coverage(chance, *size)
    answer = make_noise(chance, *(other or size), counts[1])
    if other is None and counts[0] == counts[1] and seed % 2:
        answer = np.roll(parent, (seed % 13, seed % 7), (0, 1))
    before = parent.copy(), answer.copy(), coverage.copy()
    made = compose(parent, answer, coverage, choices)
    free = coverage == 0
    assert made.pixels.shape == parent.shape
    assert made.pixels.dtype == np.uint8
    assert np.array_equal(made.pixels[free], before[0][free])
    assert all(map(np.array_equal, (parent, answer, coverage), before))
    assert not np.isnan(json.loads(json.dumps(made.facts))["seam"])
    assert max(made.heat.shape) <= seam.HEAT_SIDE


@settings(max_examples=30, deadline=None)
@given(
    kind=st.builds(
        drift.Drift,
        name=st.just("any"),
        shift=st.tuples(st.floats(-14, 14), st.floats(-14, 14)),
        scale=st.floats(0.98, 1.02),
        gamma=st.floats(0.8, 1.25),
        noise=st.floats(0, 12),
        jpeg=st.none() | st.integers(40, 95),
        repaint=st.booleans(),
        size=st.sampled_from([0.5, 1.0, 1.0, 1.3]),
        holes=st.booleans(),
    ),
    seed=st.integers(0, 999),
    reach=st.floats(0.05, 0.7),
    edge=st.sampled_from(EDGES),
)
def test_protected_pixels_are_the_parents_after_any_drift(
    kind: drift.Drift, seed: int, reach: float, edge: blend.Edge
) -> None:
    photo = drift.photo("cat")[30:230, 60:360]
    coverage = drift.blob(photo.shape[0], photo.shape[1], seed, reach)
    scene = drift.Scene("cat", photo, photo, coverage)
    made = compose(photo, drift.answer(scene, kind, seed), coverage, Choices(edge=edge))
    assert np.array_equal(made.pixels[coverage == 0], photo[coverage == 0])


@pytest.fixture(scope="module", params=PHOTOS)
def scene(request: pytest.FixtureRequest) -> drift.Scene:
    return drift.scene(request.param, drift.photo(request.param), seed=3)


@pytest.mark.parametrize("kind", drift.DRIFTS, ids=lambda kind: kind.name)
def test_an_answer_lands_without_a_seam(scene: drift.Scene, kind: drift.Drift) -> None:
    answer = drift.answer(scene, kind)
    made = compose(scene.parent, answer, scene.coverage)
    pasted = references.pasted(scene, answer)
    seen, naive = (references.visible(one, scene) for one in (made.pixels, pasted))
    assert seen < max(0.2, naive / 3)
    if not kind.repaint:
        wrong, badly = (references.wrong(one, scene) for one in (made.pixels, pasted))
        assert wrong < max(1.0, badly / 3)


@pytest.mark.parametrize("name", ["shift 12 px", "all of it"])
def test_poisson_cloning_alone_is_not_enough(scene: drift.Scene, name: str) -> None:
    (kind,) = (one for one in drift.DRIFTS if one.name == name)
    answer = drift.answer(scene, kind)
    made = compose(scene.parent, answer, scene.coverage).pixels
    cloned = references.cloned(scene, answer)
    assert references.visible(made, scene) <= references.visible(cloned, scene) + 0.02
    assert references.wrong(made, scene) < references.wrong(cloned, scene) / 1.5


def test_the_facts_say_what_happened(scene: drift.Scene) -> None:
    kind = drift.Drift("moved and tinted", shift=(6.0, -4.0), tint=(0.9, 1.0, 1.05), size=0.8)
    facts = compose(scene.parent, drift.answer(scene, kind), scene.coverage).facts
    assert facts["resized"]
    assert facts["verdict"] == "aligned"
    assert facts["reliable"]
    assert np.allclose(np.reshape(facts["matrix"], (2, 3))[:, 2], [6, -4], atol=0.5)
    assert facts["matched"]
    assert facts["gain"][0] > 1.05
    assert facts["outside_percent"] > 20
    assert facts["outside_mean"] > 3


def test_an_answer_that_did_as_asked_is_taken_as_it_is(scene: drift.Scene) -> None:
    facts = compose(scene.parent, scene.truth, scene.coverage).facts
    assert (facts["verdict"], facts["gradient"], facts["resized"]) == ("in_place", False, False)
    assert facts["outside_percent"] == 0
    assert facts["border"] < 0.5


def test_a_repaint_is_composed_all_the_same(scene: drift.Scene) -> None:
    answer = drift.answer(scene, drift.Drift("repaint", repaint=True))
    made = compose(scene.parent, answer, scene.coverage)
    assert not made.facts["reliable"]
    assert not made.facts["matched"]
    assert made.facts["gradient"]
    depth = np.argwhere(scene.coverage == 255).mean(axis=0).astype(int)
    assert not np.array_equal(made.pixels[tuple(depth)], scene.parent[tuple(depth)])
    assert made.heat.max() > 50


def test_choices_that_switch_everything_off_paste_by_coverage(scene: drift.Scene) -> None:
    answer = drift.answer(scene, drift.Drift("moved", shift=(6.0, -4.0)))
    plain = Choices(align=False, match=False, edge="hard", gradient="never")
    made = compose(scene.parent, answer, scene.coverage, plain)
    assert np.array_equal(made.pixels, references.pasted(scene, answer))
    assert made.facts["verdict"] == "off"


@pytest.mark.parametrize("count", [2, 4])
def test_a_transparent_result_is_transparent_in_a_picture_with_alpha(count: int) -> None:
    colour = drift.photo("cat")
    parent = bands.in_colours_of(colour, np.zeros((1, 1, count), np.uint8))
    coverage = drift.blob(*colour.shape[:2])
    answer = parent.copy()
    inside = coverage > 0
    answer[inside] = 0
    made = compose(parent, answer, coverage).pixels
    deep = blend.weights(coverage) == 1
    assert deep.any()
    assert (made[deep][:, -1] == 0).all()
    half = inside & (made[..., -1] > 64) & (made[..., -1] < 192)
    # The cat is as bright where it fades as it was: nothing of the black shines through.
    assert np.abs(made[half][:, :-1].astype(int) - parent[half][:, :-1]).mean() < 4


def test_a_hole_shows_exactly_what_was_there(scene: drift.Scene) -> None:
    """Also when the answer's colours are corrected."""
    kind = drift.Drift("tinted", tint=(0.9, 1.0, 1.05), holes=True)
    answer = drift.answer(scene, kind)
    made = compose(scene.parent, answer, scene.coverage)
    hole = answer[..., 3] == 0
    assert made.facts["matched"]
    assert (hole & (scene.coverage > 0)).any()
    assert np.array_equal(made.pixels[hole], scene.parent[hole])
