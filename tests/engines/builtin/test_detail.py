from __future__ import annotations

import numpy as np

from editor.engines.builtin.detail import matches, transplant
from tests.engines.builtin.textures import make_grass, make_hole, sharpness


def test_copied_patches_are_found_again() -> None:
    """The hole holds a copy of a place 60 columns away; its inner pixels must be traced."""
    picture, hole = make_grass(), make_hole(centre=(0.5, 0.25), radius=0.1)
    rows, columns = np.nonzero(hole)
    picture[rows, columns] = picture[rows, columns + 60]
    targets, best = matches(picture, hole, ~hole, seed=1)
    assert (targets == np.flatnonzero(hole)).all()
    inner = make_hole(centre=(0.5, 0.25), radius=0.08).ravel()[targets]
    assert (best == targets + 60)[inner].mean() > 0.8


def test_matches_lie_in_the_sources_and_repeat_with_the_seed() -> None:
    picture, hole = make_grass(), make_hole()
    sources = ~hole
    sources[:, :40] = False
    _, best = matches(picture, hole, sources, seed=2)
    _, again = matches(picture, hole, sources, seed=2)
    assert sources.ravel()[best].all()
    assert (best == again).all()


def test_transplanting_adds_what_is_fine_there_to_what_is_here() -> None:
    fine = np.zeros((4, 4, 3), dtype=np.uint8)
    fine[0, 0], fine[1, 1] = 30, 10
    soft = np.full_like(fine, 10)
    base = np.full_like(fine, 100)
    result = transplant(base, fine, soft, (np.array([3]), np.array([0])), 2)
    assert result[2:, 2:, 0].tolist() == [[120, 90], [90, 100]]
    assert (result[:2] == 100).all()
    assert (base == 100).all()


def test_transplanting_stays_within_levels() -> None:
    fine = np.full((2, 2, 3), 255, dtype=np.uint8)
    soft = np.zeros_like(fine)
    base = np.full_like(fine, 200)
    assert (transplant(base, fine, soft, (np.array([0]), np.array([0])), 2) == 255).all()


def test_it_brings_back_the_sharpness_of_the_source() -> None:
    grass = make_grass(128)
    soft = np.repeat(np.repeat(grass[::2, ::2], 2, axis=0), 2, axis=1)
    flat = np.full_like(grass, 90)
    cells = np.arange(64 * 64)
    everywhere = np.ones((128, 128), dtype=np.bool_)
    result = transplant(flat, grass, soft, (cells, cells), 2)
    assert sharpness(result, everywhere) > 0.4 * sharpness(grass, everywhere)
