from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from editor.engines.builtin import synthesis
from editor.engines.builtin.fill import fill
from tests.engines.builtin.textures import (
    MAGENTA,
    SIZE,
    make_gradient,
    make_grass,
    make_hole,
    make_stripes,
    mean_filled,
    sharpness,
    spoiled,
    texture_distance,
)

if TYPE_CHECKING:
    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels


def filled(image: Pixels, hole: Mask, seed: int = 1) -> tuple[Pixels, dict[str, int]]:
    """Spoil the hole and have it filled."""
    return fill(
        spoiled(image, hole),
        hole,
        usable=np.ones_like(hole),
        seed=seed,
        progress=lambda _: None,
        search=synthesis.searcher(),
    )


def has_magenta(image: Pixels) -> bool:
    return bool((image == MAGENTA).all(axis=2).any())


@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.0, 0.5), (1.0, 1.0), (0.5, 0.02)])
def test_grass_grows_again_wherever_the_hole_is(centre: tuple[float, float]) -> None:
    grass, hole = make_grass(), make_hole(centre=centre)
    answer, ways = filled(grass, hole)
    assert ways == {"search": 1}
    assert not has_magenta(answer)
    flat = texture_distance(mean_filled(grass, hole), grass, hole)
    assert texture_distance(answer, grass, hole) < 0.5 * flat
    assert 0.5 < sharpness(answer, hole) / sharpness(grass, hole) < 1.5


def test_stripes_go_on_through_the_hole() -> None:
    stripes, hole = make_stripes(), make_hole()
    answer, _ = filled(stripes, hole)
    wrong = np.abs(answer.astype(int) - stripes)[hole] > 40
    assert wrong.mean() < 0.1


def test_a_sky_is_continued_without_a_tint() -> None:
    sky, hole = make_gradient(), make_hole()
    answer, ways = filled(sky, hole)
    assert ways == {"surface": 1}
    apart = answer.astype(float) - sky
    assert np.abs(apart[hole].mean(axis=0)).max() < 1
    assert np.abs(apart[hole]).mean() < 3
    assert 0.5 < sharpness(answer, hole) / sharpness(sky, hole) < 2


def test_the_edge_of_a_sky_is_not_smeared() -> None:
    scene, hole = make_gradient(), make_hole()
    scene[SIZE // 2 :] = make_grass()[SIZE // 2 :]
    answer, ways = filled(scene, hole)
    assert ways == {"search": 1}
    sky, grass = hole.copy(), hole.copy()
    sky[SIZE // 2 - 8 :], grass[: SIZE // 2 + 8] = False, False
    for part in (sky, grass):
        assert np.abs(answer[part].mean(axis=0) - scene[part].mean(axis=0)).max() < 20


def test_pixels_outside_the_hole_come_back_as_they_were() -> None:
    grass, hole = make_grass(), make_hole()
    assert (filled(grass, hole)[0][~hole] == grass[~hole]).all()


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others() -> None:
    grass, hole = make_grass(), make_hole()
    first, again, other = (filled(grass, hole, seed)[0] for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_a_scratch_is_closed_from_its_rim() -> None:
    sky = make_gradient()
    scratch = np.zeros((SIZE, SIZE), dtype=np.bool_)
    scratch[20:140, 80:83] = True
    answer, ways = filled(sky, scratch)
    assert ways == {"diffusion": 1}
    assert np.abs(answer.astype(int) - sky)[scratch].mean() < 3


def test_a_hair_on_a_blob_is_a_scratch_and_the_blob_is_not() -> None:
    grass, hole = make_grass(), make_hole(radius=0.1)
    hole[10:80, 79:81] = True
    answer, ways = filled(grass, hole)
    assert ways == {"search": 1, "diffusion": 1}
    assert not has_magenta(answer)


@pytest.mark.parametrize("place", [(0, 0), (80, 80), (SIZE - 1, SIZE - 1)])
def test_a_single_pixel_is_filled(place: tuple[int, int]) -> None:
    grass = make_grass()
    hole = np.zeros((SIZE, SIZE), dtype=np.bool_)
    hole[place] = True
    answer, ways = filled(grass, hole)
    assert ways == {"diffusion": 1}
    assert not has_magenta(answer)


def test_many_holes_are_all_filled_and_progress_grows_to_the_end() -> None:
    grass, told = make_grass(400), list[float]()
    hole = np.zeros((400, 400), dtype=np.bool_)
    for top in range(10, 390, 40):
        for left in range(10, 390, 40):
            hole[top : top + 9, left : left + 9] = True
    answer, ways = fill(
        spoiled(grass, hole),
        hole,
        usable=np.ones_like(hole),
        seed=1,
        progress=told.append,
        search=synthesis.searcher(),
    )
    assert sum(ways.values()) <= 48
    assert not has_magenta(answer)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


def test_an_empty_hole_changes_nothing() -> None:
    grass = make_grass()
    hole = np.zeros((SIZE, SIZE), dtype=np.bool_)
    answer, ways = filled(grass, hole)
    assert (answer == grass).all()
    assert ways == {}


@pytest.mark.parametrize("left", [1, 3])
def test_little_is_left_but_it_is_spread(left: int) -> None:
    """All but a corner of a few pixels is painted over."""
    image = np.full((90, 70, 3), 200, dtype=np.uint8)
    hole = np.ones((90, 70), dtype=np.bool_)
    hole[:left, :left] = False
    answer, ways = filled(image, hole)
    assert ways == {"interpolation": 1}
    assert np.abs(answer.astype(int) - 200).max() <= 1


def test_a_frame_that_vanishes_on_the_coarse_grid_is_still_used() -> None:
    image = np.full((1300, 1300, 3), 120, dtype=np.uint8)
    hole = np.ones((1300, 1300), dtype=np.bool_)
    hole[0], hole[:, 0] = False, False
    answer, ways = filled(image, hole)
    assert ways == {"interpolation": 1}
    assert np.abs(answer.astype(int) - 120).max() <= 1


def test_what_is_not_usable_is_not_copied() -> None:
    grass, hole = make_grass(), make_hole()
    usable = np.ones_like(hole)
    usable[:, :60] = False
    image = spoiled(grass, hole | ~usable)
    answer, _ = fill(
        image, hole, usable=usable, seed=1, progress=lambda _: None, search=synthesis.searcher()
    )
    reds = answer[..., 0][hole & usable].astype(int) - answer[..., 1][hole & usable]
    assert (reds > 100).mean() < 0.02


def test_without_the_native_library_it_diffuses_and_says_so() -> None:
    grass, hole = make_grass(), make_hole()
    answer, ways = fill(
        spoiled(grass, hole),
        hole,
        usable=np.ones_like(hole),
        seed=1,
        progress=lambda _: None,
        search=None,
    )
    assert ways == {"diffusion_for_search": 1}
    assert np.abs(answer[hole].mean(axis=0) - grass[~hole].mean(axis=0)).max() < 30


def test_large_holes_get_their_detail_back() -> None:
    """At 560 x 560 the search runs on a coarser grid; the fine blades must still be there."""
    grass, hole = make_grass(560), make_hole(560, radius=0.38)
    answer, _ = filled(grass, hole)
    assert 0.5 < sharpness(answer, hole) / sharpness(grass, hole) < 1.5
    assert texture_distance(answer, grass, hole) < 3
