from __future__ import annotations

import cv2
import numpy as np
import pytest

from editor.imaging import blend, membrane
from tests.imaging import drift

EDGES: list[blend.Edge] = ["inside", "centred", "hard"]


def make_disc(side: int = 121, reach: int = 40) -> np.typing.NDArray[np.uint8]:
    y, x = np.mgrid[:side, :side] - side // 2
    return np.where(x * x + y * y <= reach * reach, np.uint8(255), np.uint8(0))


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("feather", [None, 0.0, 1.0, 17.0, 500.0])
def test_what_is_protected_weighs_nothing(edge: blend.Edge, feather: float | None) -> None:
    coverage = drift.blob(90, 130)
    weight = blend.weights(coverage, edge, feather)
    assert weight[coverage == 0].max() == 0
    assert weight.max() <= 1


def test_a_feather_lies_inside_and_ends() -> None:
    weight = blend.weights(make_disc(), "inside", 10.0)[60, 60:]
    assert weight[0] == 1.0
    assert weight[28] == 1.0
    assert 0.4 < weight[35] < 0.6
    assert weight[40] < 0.02
    assert (np.diff(weight) <= 0).all()


def test_a_centred_feather_is_half_at_the_border() -> None:
    weight = blend.weights(make_disc(), "centred", 10.0)[60, 60:]
    assert weight[34] == 1.0
    assert 0.5 <= weight[40] < 0.6
    assert weight[41] == 0.0


def test_hard_is_the_coverage_itself() -> None:
    coverage = drift.blob(90, 130)
    assert np.array_equal(blend.weights(coverage, "hard"), coverage.astype(np.float32) / 255)


def test_a_soft_brush_is_not_made_softer_twice() -> None:
    ramp = np.tile(np.linspace(0, 255, 101).astype(np.uint8), (60, 1))
    weight = blend.weights(ramp, "inside", 6.0)
    assert np.allclose(weight[:, 10:], ramp[:, 10:] / 255)


def test_a_small_mask_still_shows_the_whole_edit_in_its_middle() -> None:
    assert blend.weights(make_disc(31, 6), "inside").max() == 1.0


def test_a_thin_stroke_of_a_large_mask_shows_the_edit_too() -> None:
    coverage = np.zeros((200, 400), np.uint8)
    coverage[20:180, 20:180] = 255
    coverage[96:104, 180:380] = 255
    weight = blend.weights(coverage)
    assert weight[100, 100] == 1.0
    assert (weight[99:101, 280:370] == 1.0).all()


def test_a_mask_at_the_crops_edge_is_not_feathered_there() -> None:
    coverage = np.zeros((40, 60), np.uint8)
    coverage[:, 30:] = 255
    weight = blend.weights(coverage, "inside", 10.0)
    assert (weight[:, -1] == 1.0).all()
    assert (weight[0] == weight[20]).all()


def test_alpha_mixes_without_dark_fringes() -> None:
    """Half of a white pixel that hides black under alpha 0: white at half alpha."""
    parent = np.full((1, 1, 4), 255, np.uint8)
    clear = np.zeros((1, 1, 4), np.float32)
    made = blend.mixed(parent, clear, np.full((1, 1), 0.5, np.float32))
    assert made[0, 0].tolist() in ([255, 255, 255, 127], [255, 255, 255, 128])


def test_a_difference_along_the_whole_border_becomes_one_for_all() -> None:
    coverage = drift.blob(200, 270)
    known = blend.border_of(coverage)
    parent = np.full((200, 270, 3), 90, np.uint8)
    apart, part = membrane.cells(parent, known, blend.CELL)
    assert blend.difference(apart - 70, part) == pytest.approx(20)
    assert np.allclose(blend.surface(apart - 70, part), 20, atol=0.01)
    # Another thing, not another light.
    assert blend.surface(apart + 70, part).max() <= blend.MOST


def test_the_border_is_a_narrow_band_outside() -> None:
    coverage = make_disc()
    line = blend.border_of(coverage)[60, 60:]
    assert line[: 40 + 1].max() == 0
    assert line[41 : 41 + blend.BAND].min() == 1
    assert line[41 + blend.BAND :].max() == 0


def test_where_nothing_can_be_compared_nothing_is_evened() -> None:
    nothing = np.zeros((20, 30), np.float32)
    apart = np.full((20, 30, 3), 9, np.float32)
    assert blend.difference(apart, nothing) == 0
    assert (blend.surface(apart, nothing) == 0).all()


def test_a_window_of_a_field_is_a_part_of_the_whole() -> None:
    field = np.random.default_rng(1).normal(0, 9, (7, 9, 2)).astype(np.float32)
    whole = membrane.window(field, (0, 0, 90, 70), (90, 70), (70, 90))
    part = membrane.window(field, (20, 11, 65, 40), (90, 70), (29, 45))
    assert np.abs(part - whole[11:40, 20:65]).max() < 0.5
    assert np.allclose(membrane.window(field, (0, 0, 90, 70), (90, 70), (7, 9)), field, atol=1e-3)


@pytest.mark.parametrize("side", [3, 16])
def test_cells_hold_the_means_of_what_is_known(side: int) -> None:
    """Also where a strip of rows ends within a cell."""
    pixels = np.ascontiguousarray(drift.photo("cat")[:293, :331])
    known = drift.blob(293, 331) == 0
    known[:, 300:] = False
    size = round(331 / side), round(293 / side)
    part = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(
        (pixels * known[..., None]).astype(np.float32), size, interpolation=cv2.INTER_AREA
    )
    means, share = membrane.cells(pixels, known, side)
    assert np.allclose(share, part, atol=1e-5)
    assert (share == 0).any()
    seen = part > 0.01
    assert np.allclose(means[seen], (sums / np.maximum(part, 1e-6)[..., None])[seen], atol=0.05)


def test_the_membrane_is_smooth_between_what_is_known() -> None:
    """Laplace's surface between two straight edges is a plane."""
    values, weight = np.zeros((33, 65, 1), np.float32), np.zeros((33, 65), np.float32)
    values[:, -1] = 64
    weight[:, [0, -1]] = 1
    made = membrane.filled(values, weight)[..., 0]
    assert np.abs(made - np.arange(65)).max() < 3.0
    assert np.array_equal(made[:, [0, -1]], values[:, [0, -1], 0])


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 3), (7, 5)])
def test_a_membrane_on_nothing_is_flat(shape: tuple[int, int]) -> None:
    nothing = membrane.filled(np.full((*shape, 3), 9, np.float32), np.zeros(shape, np.float32))
    assert (nothing == 0).all()
