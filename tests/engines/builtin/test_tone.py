from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from editor.engines.builtin import tone
from editor.engines.builtin.tone import Extent

type Change = Callable[[Any, float], Any]


def make(*levels: int | tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """One row of pixels."""
    return np.array(levels, dtype=np.uint8).reshape(1, len(levels), -1)


def row(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> list[list[int]]:
    found: list[list[int]] = image[0].tolist()
    return found


def test_black_and_white_is_luma() -> None:
    picture = make((255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 20, 30))
    assert row(tone.black_and_white(picture, 1.0)) == [[76] * 3, [150] * 3, [29] * 3, [18] * 3]
    assert row(tone.black_and_white(picture, 0.5))[0] == [166, 38, 38]


def test_black_and_white_keeps_alpha_and_leaves_grey_alone() -> None:
    assert row(tone.black_and_white(make((255, 0, 0, 9)), 1.0)) == [[76, 76, 76, 9]]
    assert row(tone.black_and_white(make((5, 9)), 1.0)) == [[5, 9]]


@pytest.mark.parametrize(
    ("amount", "levels"),
    [
        (1.0, [0, 112, 192, 255]),
        (0.2, [0, 75, 145, 255]),
        (-0.3, [0, 45, 90, 178]),
        (-1.0, [0, 0, 0, 0]),
    ],
)
def test_brightness(amount: float, levels: list[int]) -> None:
    assert row(tone.brightness(make(0, 64, 128, 255), amount)) == [[level] for level in levels]


@pytest.mark.parametrize(
    ("amount", "levels"),
    [
        (1.0, [0, 32, 127, 223, 255]),
        (-0.5, [64, 96, 127, 159, 191]),
        (-1.0, [128, 128, 128, 128, 128]),
    ],
)
def test_contrast(amount: float, levels: list[int]) -> None:
    found = row(tone.contrast(make(0, 64, 127, 191, 255), amount))
    assert found == [[level] for level in levels]


@pytest.mark.parametrize("change", [tone.brightness, tone.contrast])
def test_alpha_has_no_tone(change: type) -> None:
    assert row(change(make((10, 77), (200, 77)), 0.5))[0][1] == 77
    assert row(change(make((10, 20, 30, 77)), 0.5))[0][3] == 77


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
@pytest.mark.parametrize("sigma", [0.5, 2.0, 30.0])
def test_blurring_flat_colour_changes_nothing(bands: int, sigma: float) -> None:
    flat = np.full((37, 53, bands), 90, dtype=np.uint8)
    assert np.abs(tone.blur(flat, sigma).astype(int) - 90).max() <= 1


def test_blur_spreads_a_point_and_keeps_its_light() -> None:
    point = np.zeros((41, 41, 1), dtype=np.uint8)
    point[18:23, 18:23] = 250
    blurred = tone.blur(point, 3.0)
    assert blurred.max() < 120
    assert blurred.sum() == pytest.approx(point.sum(), rel=0.05)


def test_strong_blurs_look_the_same_at_two_sizes() -> None:
    """A picture and its double, each blurred by the share of its size."""
    small = np.kron(np.random.default_rng(1).integers(0, 256, (8, 8, 1)), np.ones((32, 32, 1)))
    large = np.kron(small, np.ones((2, 2, 1))).astype(np.uint8)
    sigmas = [Extent.of(picture.shape, None).sigma(1.0) for picture in (small, large)]
    assert sigmas == [pytest.approx(5.12), pytest.approx(10.24)]
    shrunk = tone.blur(large, sigmas[1]).reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert np.abs(shrunk - tone.blur(small.astype(np.uint8), sigmas[0])[..., 0]).max() < 6


def test_what_is_clear_does_not_bleed() -> None:
    """Red beside invisible green: blurred and pixelated it is still red."""
    picture = np.zeros((32, 32, 4), dtype=np.uint8)
    picture[:, :16] = (255, 0, 0, 255)
    picture[:, 16:] = (0, 255, 0, 0)
    for result in (tone.blur(picture, 4.0), tone.pixelate(picture, 32)):
        visible = result[..., 3] > 8
        assert result[..., 1][visible].max() <= 2
        assert result[..., 0][visible].min() >= 250
        assert 100 < result[..., 3].mean() < 155


def test_pixelate_makes_means_from_its_origin() -> None:
    picture = make(0, 10, 20, 30, 40)
    assert row(tone.pixelate(picture, 2)) == [[5], [5], [25], [25], [40]]
    assert row(tone.pixelate(picture, 2, (0, 1))) == [[0], [15], [15], [35], [35]]


def test_extent_is_the_largest_painted_part() -> None:
    mask = np.zeros((100, 200), dtype=np.bool_)
    mask[2:4, 2:4] = True
    mask[20:36, 30:130] = True
    extent = Extent.of(mask.shape, mask)
    assert (extent.side, extent.masked, extent.origin) == (40.0, True, (20, 30))
    assert extent.sigma(0.5) == pytest.approx(2.0)
    assert extent.block(1.0) == 8
    assert Extent.of((100, 400), None) == Extent(200.0, masked=False)


def test_blocks_are_never_too_small_to_see() -> None:
    assert Extent(3.0, masked=True).block(0.1) == 2


LEVELS = make(*range(0, 256, 5))


@pytest.mark.parametrize("change", [tone.shadows, tone.highlights])
@pytest.mark.parametrize("amount", [-1.0, -0.4, 0.4, 1.0])
def test_shadows_and_highlights_keep_order_and_ends(change: Change, amount: float) -> None:
    levels = [level for (level,) in row(change(LEVELS, amount))]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, 255)
    assert (np.sign(np.array(levels) - np.arange(0, 256, 5)) * np.sign(amount)).min() >= 0


def test_shadows_move_what_is_dark_and_highlights_what_is_bright() -> None:
    dark, bright = make(40), make(215)
    assert row(tone.shadows(dark, 0.4))[0][0] - 40 > 10 > row(tone.shadows(bright, 0.4))[0][0] - 215
    assert 215 - row(tone.highlights(bright, -0.4))[0][0] > 10
    assert 40 - row(tone.highlights(dark, -0.4))[0][0] <= 1


def test_lifting_and_lowering_by_the_same_amount_is_nothing() -> None:
    back = tone.shadows(tone.shadows(LEVELS, 0.5), -0.5)
    assert np.abs(back.astype(int) - LEVELS).max() <= 1


def test_lifted_shadows_keep_their_hue() -> None:
    ((r, g, b),) = row(tone.shadows(make((40, 20, 10)), 1.0))
    assert [r / g, g / b] == pytest.approx([2, 2], abs=0.15)


def test_invert_is_its_own_way_back_and_halfway_is_grey() -> None:
    picture = make((0, 100, 255, 9), (7, 8, 9, 200))
    assert row(tone.invert(picture, 1.0)) == [[255, 155, 0, 9], [248, 247, 246, 200]]
    assert (tone.invert(tone.invert(picture, 1.0), 1.0) == picture).all()
    assert {level for pixel in row(tone.invert(picture, 0.5)) for level in pixel[:3]} <= {127, 128}


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_sharpening_steepens_edges_and_leaves_flat_colour_and_alpha(bands: int) -> None:
    picture = np.full((20, 20, bands), 100, dtype=np.uint8)
    picture[:, 10:, :3] = 150
    if bands in {2, 4}:
        picture[..., -1] = 77
    sharp = tone.sharpen(picture, 0.5)
    assert sharp[5, 9, 0] < 100
    assert sharp[5, 10, 0] > 150
    assert (sharp[:, :4] == picture[:, :4]).all()
    assert bands in {1, 3} or (sharp[..., -1] == 77).all()


def test_sharpening_leaves_faint_noise_alone() -> None:
    noise = np.random.default_rng(2).integers(100, 102, (40, 40, 1)).astype(np.uint8)
    assert (tone.sharpen(noise, 1.0) == noise).all()
