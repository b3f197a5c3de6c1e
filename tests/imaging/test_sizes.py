from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from editor.imaging.sizes import SizeRules, is_legal, snap

FREE = SizeRules(step=16, max_edge=3840, max_ratio=3.0, min_pixels=655_360, max_pixels=8_294_400)
THREE = SizeRules(listed=((1024, 1024), (1536, 1024), (1024, 1536)))
SQUARES = SizeRules(listed=((256, 256), (512, 512), (1024, 1024)))

edges = st.integers(1, 20_000)
free_rules = st.builds(
    SizeRules,
    step=st.sampled_from([8, 16, 32, 64]),
    max_edge=st.integers(1024, 4096),
    max_ratio=st.sampled_from([0.0, 1.0, 1.5, 3.0]),
    min_pixels=st.integers(0, 500_000),
    max_pixels=st.integers(900_000, 9_000_000),
)
listed_rules = st.builds(
    SizeRules, listed=st.lists(st.tuples(edges, edges), min_size=1, max_size=6).map(tuple)
)


def stretch(one: tuple[int, int], other: tuple[int, int]) -> float:
    return abs(math.log(one[0] / one[1] / (other[0] / other[1])))


@given(edges, edges, free_rules | listed_rules)
def test_what_comes_out_is_legal(width: int, height: int, rules: SizeRules) -> None:
    assert is_legal(snap(width, height, rules), rules)


@given(edges, edges, free_rules | listed_rules)
def test_what_is_legal_stays(width: int, height: int, rules: SizeRules) -> None:
    legal = snap(width, height, rules)
    assert snap(*legal, rules) == legal


@given(st.integers(600, 2400), st.integers(600, 2400))
def test_a_crop_within_the_limits_loses_no_pixel_and_gains_few(width: int, height: int) -> None:
    assume(max(width, height) <= 3 * min(width, height) and width * height >= 655_360)
    wide, high = snap(width, height, FREE)
    assert wide >= width
    assert high >= height
    assert wide * high <= (width + 48) * (height + 48)
    assert stretch((wide, high), (width, height)) < 0.03


@given(st.integers(4000, 20_000), st.floats(0.4, 2.5))
def test_a_crop_that_is_too_large_is_drawn_as_large_as_possible(edge: int, aspect: float) -> None:
    width, height = edge, max(3000, round(edge * aspect))
    assume(max(width, height) <= 3 * min(width, height))
    size = snap(width, height, FREE)
    roomy = min(FREE.max_pixels, FREE.max_edge**2 * min(width, height) / max(width, height))
    assert size[0] * size[1] >= 0.93 * roomy
    assert stretch(size, (width, height)) < 0.03


@given(edges, edges)
def test_of_listed_sizes_the_nearest_aspect_is_taken(width: int, height: int) -> None:
    size = snap(width, height, THREE)
    best = min(stretch(one, (width, height)) for one in THREE.listed)
    assert stretch(size, (width, height)) <= best + 0.01


@pytest.mark.parametrize(
    ("size", "rules", "wanted"),
    [
        ((1000, 800), FREE, (1008, 800)),
        ((1024, 1024), FREE, (1024, 1024)),
        ((100, 100), FREE, (816, 816)),
        ((640, 480), FREE, (960, 720)),
        ((6000, 4000), FREE, (3504, 2336)),
        ((1000, 800), THREE, (1536, 1024)),
        ((1000, 1000), THREE, (1024, 1024)),
        ((100, 300), THREE, (1024, 1536)),
        ((300, 290), SQUARES, (512, 512)),
        ((3000, 2000), SQUARES, (1024, 1024)),
        ((10, 10), SQUARES, (256, 256)),
        ((123, 457), SizeRules(), (123, 457)),
    ],
)
def test_examples(size: tuple[int, int], rules: SizeRules, wanted: tuple[int, int]) -> None:
    assert snap(*size, rules) == wanted


@pytest.mark.parametrize("size", [(4000, 200), (1, 5000), (20_000, 3)])
def test_a_shape_that_nobody_draws_becomes_the_most_extreme_there_is(size: tuple[int, int]) -> None:
    found = snap(*size, FREE)
    assert max(found) / min(found) > 2.85


@pytest.mark.parametrize(
    ("size", "legal"),
    [
        ((1024, 1024), True),
        ((1536, 864), True),
        ((3840, 2160), True),
        ((1000, 1000), False),
        ((3840, 1024), False),
        ((4096, 1366), False),
        ((512, 512), False),
        ((3840, 3840), False),
        ((0, 1024), False),
    ],
)
def test_the_limits_of_free_sizes(size: tuple[int, int], *, legal: bool) -> None:
    assert is_legal(size, FREE) is legal


def test_rules_without_any_size_are_a_mistake_of_whoever_wrote_them() -> None:
    with pytest.raises(ValueError, match="no size"):
        snap(100, 100, SizeRules(step=16, max_edge=64, min_pixels=10_000))
