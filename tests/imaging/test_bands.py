from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import pytest

from editor.imaging import bands
from tests.imaging import drift

COUNTS = [1, 2, 3, 4]


@pytest.mark.parametrize("parent", COUNTS)
@pytest.mark.parametrize("answer", COUNTS)
def test_an_answer_takes_the_parents_colours(parent: int, answer: int) -> None:
    drawn = np.full((3, 5, answer), 200, np.uint8)
    made = bands.in_colours_of(drawn, np.zeros((3, 5, parent), np.uint8))
    assert bands.colours(made).shape[2] == (3 if parent > 2 else 1)
    assert bands.has_alpha(made) == (parent in {2, 4} or answer in {2, 4})
    assert (bands.colours(made) == 200).all()
    if bands.has_alpha(made):
        assert (made[..., -1] == (200 if answer in {2, 4} else 255)).all()


def make_cut_out(side: int) -> bands.Pixels:
    """A white disc on nothing; the nothing is black, as encoders write it."""
    y, x = np.mgrid[:side, :side] - side / 2 + 0.5
    alpha = np.where(x * x + y * y < (side / 3) ** 2, np.uint8(255), np.uint8(0))
    return np.dstack([alpha, alpha, alpha, alpha])


@pytest.mark.parametrize("size", [(37, 37), (60, 45), (200, 190)])
def test_resampled_edges_are_not_dark(size: tuple[int, int]) -> None:
    made = bands.resized(make_cut_out(90), size)
    seen = made[..., 3] > 8
    assert made[seen][:, :3].min() > 245
    assert ((made[..., 3] > 8) & (made[..., 3] < 247)).any()


def test_moved_edges_are_not_dark() -> None:
    matrix = np.array([[1.0, 0, 0.5], [0, 1.0, 0.3]])
    made = bands.warped(make_cut_out(90), matrix, (90, 90))
    assert made[made[..., 3] > 8][:, :3].min() > 245


@pytest.mark.parametrize("count", COUNTS)
def test_moving_by_whole_pixels_moves(count: int) -> None:
    photo = bands.in_colours_of(drift.photo("cat"), np.zeros((1, 1, count), np.uint8))
    height, width = photo.shape[:2]
    made = bands.warped(photo, np.array([[1.0, 0, 5], [0, 1.0, -3]]), (width, height))
    assert np.array_equal(made[3:, :-5], photo[:-3, 5:])


@pytest.mark.parametrize("scale", [0.6, 0.9, 1.1, 2.0])
def test_an_answer_of_another_size_is_moved_to_the_same_place(scale: float) -> None:
    photo = drift.photo("coffee")
    size = photo.shape[1], photo.shape[0]
    matrix = np.array([[1.01, 0, 4.0], [0, 1.01, -6.0]])
    other = bands.resized(photo, (round(size[0] * scale), round(size[1] * scale)))
    window = cv2.createHanningWindow(size, cv2.CV_32F)
    plain, made = (
        bands.luma(bands.warped(one, matrix, size)).astype(np.float32) for one in (photo, other)
    )
    (x, y), _ = cv2.phaseCorrelate(plain, made, window)
    assert max(abs(x), abs(y)) < 0.05


@pytest.mark.parametrize("count", COUNTS)
def test_grey_has_two_axes(count: int) -> None:
    grey = bands.luma(np.full((4, 6, count), 255, np.uint8))
    assert grey.shape == (4, 6)
    assert (grey == 255).all()


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("most", [7, 90.5, 2000])
def test_depths_told_strip_by_strip_are_those_of_the_whole(
    kernel: Literal[3, 5], most: float
) -> None:
    inner = drift.blob(700, 90, reach=0.9) > 0
    inner[300:303, 40:44] = False
    whole = cv2.distanceTransform(inner.view(np.uint8), cv2.DIST_L2, kernel)
    assert whole.max() > 30
    assert np.array_equal(bands.depth(inner, most, kernel), np.minimum(whole, np.float32(most)))


@pytest.mark.parametrize("value", [False, True])
def test_without_a_border_all_is_as_deep_as_is_told(value: bool) -> None:
    inner = np.full((300, 20), value)
    assert (bands.depth(inner, 40, 5) == (40 if value else 0)).all()
