from __future__ import annotations

import numpy as np

from editor.engines.builtin.smooth import grain_matches, harmonic, rim_of, surface
from tests.engines.builtin.textures import make_gradient, make_grass, make_hole, make_stripes


def test_a_gradient_is_continued_within_a_level() -> None:
    sky, hole = make_gradient(), make_hole()
    found = surface(sky, hole, ~hole)
    assert found is not None
    assert np.abs(found[0] - sky)[hole].mean() < 1.5


def test_textures_edges_and_tiny_rims_are_no_surfaces() -> None:
    hole = make_hole()
    assert surface(make_grass(), hole, ~hole) is None
    assert surface(make_stripes(), hole, ~hole) is None
    horizon = make_gradient()
    horizon[80:] = 40
    assert surface(horizon, hole, ~hole) is None
    assert surface(make_gradient(), hole, np.zeros_like(hole)) is None


def test_harmonic_interpolation_is_exact_on_a_ramp() -> None:
    ramp = np.tile(np.linspace(0, 100, 64, dtype=np.float32), (64, 1))[..., None]
    known = np.ones((64, 64), dtype=np.bool_)
    known[20:44, 20:44] = False
    assert np.abs(harmonic(np.where(known[..., None], ramp, 0), known) - ramp).max() < 1


def test_harmonic_interpolation_stays_between_the_known_values() -> None:
    values = np.random.default_rng(1).uniform(50, 90, (33, 57, 3)).astype(np.float32)
    known = np.random.default_rng(2).random((33, 57)) < 0.05
    found = harmonic(values * known[..., None], known)
    assert found[~known].min() >= 50 - 1e-3
    assert found[~known].max() <= 90 + 1e-3
    assert (found[known] == values[known]).all()


def test_harmonic_interpolation_from_one_pixel_and_from_none() -> None:
    values = np.zeros((9, 5, 3), dtype=np.float32)
    values[4, 2] = 7
    known = np.zeros((9, 5), dtype=np.bool_)
    assert (harmonic(values, known) == 0).all()
    known[4, 2] = True
    assert np.allclose(harmonic(values, known), 7)


def test_grain_comes_from_the_rim() -> None:
    hole = make_hole()
    rim = rim_of(hole, ~hole)
    targets, sources = grain_matches(hole, rim, seed=1)
    assert rim.ravel()[sources].all()
    assert hole.ravel()[targets].all()
    assert targets.size > 0.5 * hole.sum()
    assert (grain_matches(hole, rim, seed=1)[1] == sources).all()
