from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from editor.imaging.focus import Box, FocusRules, plan
from editor.imaging.islands import grouped, touch
from editor.imaging.sizes import SizeRules, snap

FREE = SizeRules(step=16, max_edge=3840, max_ratio=3.0, min_pixels=655_360, max_pixels=8_294_400)
RULES = FocusRules(0.375, 64, sizes=FREE, mirrors=True)
PICTURE = (6000, 4000)


def sent_pixels(box: Box) -> float:
    width, height = snap(*plan(PICTURE, box, RULES).size, FREE)
    return width * height


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(st.integers(0, 5900)), draw(st.integers(0, 3900))
    width, height = draw(st.integers(1, 900)), draw(st.integers(1, 900))
    return x, y, min(x + width, 6000), min(y + height, 4000)


def test_two_areas_at_the_ends_of_a_large_picture_are_cheaper_apart() -> None:
    ends = [(100, 100, 400, 400), (5600, 3600, 5900, 3900)]
    assert grouped(ends, sent_pixels) == ends


def test_neighbours_are_sent_together() -> None:
    assert grouped([(100, 100, 300, 300), (400, 120, 500, 300)], sent_pixels) == [
        (100, 100, 500, 300)
    ]


def test_of_three_the_two_that_are_near_go_together() -> None:
    near = [(100, 100, 200, 200), (260, 100, 330, 180)]
    assert grouped([near[1], (5000, 3000, 5200, 3200), near[0]], sent_pixels) == [
        (100, 100, 330, 200),
        (5000, 3000, 5200, 3200),
    ]


def test_a_price_that_does_not_depend_on_pixels_keeps_all_together() -> None:
    assert grouped([(0, 0, 9, 9), (5000, 0, 5009, 9)], lambda _box: 1.0) == [(0, 0, 5009, 9)]


def test_boxes_that_touch_are_one_whatever_that_costs() -> None:
    def area(box: Box) -> float:
        return float((box[2] - box[0]) * (box[3] - box[1]))

    corners = [(0, 0, 100, 100), (100, 100, 200, 200)]
    assert grouped(corners, area) == [(0, 0, 200, 200)]


@given(st.lists(boxes(), min_size=1, max_size=5))
def test_nothing_painted_is_lost_nothing_touches_and_it_is_never_dearer(found: list[Box]) -> None:
    groups = grouped(found, sent_pixels)
    for box in found:
        assert any(
            group[0] <= box[0] and group[1] <= box[1] and box[2] <= group[2] and box[3] <= group[3]
            for group in groups
        )
    assert not any(touch(one, other) for one in groups for other in groups if one is not other)
    assert groups == grouped(reversed(found), sent_pixels)
