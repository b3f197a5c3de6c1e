from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest

from editor.engines.builtin import colouring
from tests.engines.builtin.test_tone import make, row

RAMP = make(*[(level, level, level) for level in range(0, 256, 15)])
COLOURS = make(*product((0, 90, 255), repeat=3))


def lightness(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[float]:
    return [float(level) for level in cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[0, :, 0]]


def test_no_saturation_is_black_and_white() -> None:
    assert row(colouring.saturation(make((255, 0, 0), (10, 20, 30)), -1.0)) == [[76] * 3, [18] * 3]


def test_saturation_moves_away_from_grey_and_leaves_grey_alone() -> None:
    assert row(colouring.saturation(make((120, 100, 100)), 1.0)) == [[134, 94, 94]]
    assert (colouring.saturation(RAMP, 0.7) == RAMP).all()


@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_warmth_is_more_red_and_less_blue_and_coolness_the_opposite(amount: float) -> None:
    ((r, _, b),) = row(colouring.warmth(make((128, 128, 128)), amount))
    assert r > 128 > b
    ((r, _, b),) = row(colouring.warmth(make((128, 128, 128)), -amount))
    assert r < 128 < b


def test_warmth_keeps_how_light_grey_is() -> None:
    for amount in (-1.0, -0.3, 0.3, 1.0):
        warm = colouring.warmth(make((100, 100, 100)), amount)
        assert lightness(warm)[0] == pytest.approx(lightness(make((100, 100, 100)))[0], abs=4)


def test_sepia_is_brown_whatever_the_colour() -> None:
    for r, g, b in row(colouring.sepia(make((90, 90, 90), (0, 120, 40), (200, 10, 90)), 1.0)):
        assert r > g > b
    assert row(colouring.sepia(make((10, 20, 30)), 0.0)) == [[10, 20, 30]]


@pytest.mark.parametrize("colour", ["#ff0000", "#3366ff", "#008080", "#ffd700", "#800080"])
def test_a_flat_colour_becomes_the_new_one(colour: str) -> None:
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    flat = np.full((8, 8, 3), (60, 140, 90), dtype=np.uint8)
    found = colouring.recolour(flat, colour, 1.0)[0, 0].tolist()
    assert found == pytest.approx(wanted, abs=30)


@pytest.mark.parametrize("colour", ["#ff0000", "#00008b", "#ffffff", "#000000", "#808080"])
def test_shading_stays_in_order(colour: str) -> None:
    """What was lighter is not darker afterwards, black stays black and white stays white."""
    levels = lightness(colouring.recolour(RAMP, colour, 1.0))
    assert levels == sorted(levels)
    assert levels[0] <= 4
    assert levels[-1] >= 251
    assert len({round(level) for level in levels}) > 10


@pytest.mark.parametrize(("colour", "sign"), [("#ffffff", 1), ("#000000", -1)])
def test_white_and_black_take_the_colour_away_and_move_the_light(colour: str, sign: int) -> None:
    flat = np.full((4, 4, 3), (60, 140, 90), dtype=np.uint8)
    r, g, b = (int(level) for level in colouring.recolour(flat, colour, 1.0)[0, 0])
    assert max(r, g, b) - min(r, g, b) <= 2
    assert (g - 120) * sign > 25


def test_grey_parts_of_a_coloured_thing_stay_grey() -> None:
    """Tyres of a red car do not become blue with it."""
    car = np.full((10, 20, 3), (200, 30, 30), dtype=np.uint8)
    car[8:] = (60, 60, 60)
    blue = colouring.recolour(car, "#0033cc", 1.0)
    assert int(blue[0, 0, 2]) - int(blue[0, 0, 0]) > 100
    tyre = blue[9, 0].astype(int)
    assert tyre.max() - tyre.min() < 12


def test_only_what_is_meant_decides_and_clear_pixels_do_not() -> None:
    picture = np.full((4, 8, 4), (60, 140, 90, 255), dtype=np.uint8)
    picture[:, 4:] = (250, 250, 0, 0)
    where = np.zeros((4, 8), dtype=np.bool_)
    where[:, :2] = True
    alone = colouring.recolour(np.ascontiguousarray(picture[:, :2]), "#ff0000", 1.0)
    assert (colouring.recolour(picture, "#ff0000", 1.0)[:, :2] == alone).all()
    assert (colouring.recolour(picture, "#ff0000", 1.0, where)[:, :2] == alone).all()
    clear = picture.copy()
    clear[..., 3] = 0
    assert colouring.recolour(clear, "#ff0000", 1.0).shape == picture.shape


def test_half_a_recolouring_lies_between() -> None:
    flat = np.full((4, 4, 3), (60, 140, 90), dtype=np.uint8)
    half = colouring.recolour(flat, "#ff0000", 0.5)[0, 0].astype(float)
    full = colouring.recolour(flat, "#ff0000", 1.0)[0, 0].astype(float)
    assert half == pytest.approx((flat[0, 0] + full) / 2, abs=1)


def test_there_and_back_in_oklab_is_the_same() -> None:
    levels = np.arange(256, dtype=np.uint8)
    picture = np.stack(np.meshgrid(levels[::5], levels[::5], levels[::51]), axis=-1).reshape(
        1, -1, 3
    )
    back = colouring._rgb_of(colouring._lab_of(np.ascontiguousarray(picture)))
    assert np.abs(back.astype(int) - picture).max() <= 1


@pytest.mark.parametrize("change", [colouring.saturation, colouring.warmth, colouring.sepia])
def test_alpha_has_no_colour(change: type) -> None:
    assert row(change(make((10, 20, 30, 77)), 0.5))[0][3] == 77
