from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.imaging.focus import Box, Focus, FocusRules, plan
from editor.imaging.sizes import SizeRules, snap


@st.composite
def sizes_and_masks(draw: st.DrawFn) -> tuple[tuple[int, int], Box]:
    width, height = draw(st.integers(1, 20_000)), draw(st.integers(1, 20_000))
    x0, y0 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    x1, y1 = draw(st.integers(x0 + 1, width)), draw(st.integers(y0 + 1, height))
    return (width, height), (x0, y0, x1, y1)


rules = st.builds(
    FocusRules, margin_factor=st.floats(0, 5, allow_nan=False), margin_min=st.integers(0, 2000)
)


def test_a_change_of_all_that_is_not_painted_sees_the_whole_picture() -> None:
    whole = FocusRules(margin_factor=0.0, margin_min=0, whole=True)
    assert plan((640, 480), (10, 10, 20, 20), whole).box == (0, 0, 640, 480)


@given(sizes_and_masks(), rules)
def test_the_crop_holds_the_mask_and_lies_in_the_picture(
    case: tuple[tuple[int, int], Box], rules: FocusRules
) -> None:
    (width, height), mask = case
    x0, y0, x1, y1 = plan((width, height), mask, rules).box
    assert 0 <= x0 <= mask[0] < mask[2] <= x1 <= width
    assert 0 <= y0 <= mask[1] < mask[3] <= y1 <= height


@given(sizes_and_masks(), rules)
def test_margins_are_kept_unless_the_picture_ends(
    case: tuple[tuple[int, int], Box], rules: FocusRules
) -> None:
    (width, height), mask = case
    x0, y0, x1, y1 = plan((width, height), mask, rules).box
    for gap, extent, end in (
        (mask[0] - x0, mask[2] - mask[0], x0 == 0),
        (x1 - mask[2], mask[2] - mask[0], x1 == width),
        (mask[1] - y0, mask[3] - mask[1], y0 == 0),
        (y1 - mask[3], mask[3] - mask[1], y1 == height),
    ):
        wanted = max(rules.margin_min, rules.margin_factor * extent)
        assert gap <= wanted + 0.5
        assert end or gap >= wanted - 0.5


@given(sizes_and_masks(), rules, rules)
def test_more_margin_never_shows_less(
    case: tuple[tuple[int, int], Box], first: FocusRules, second: FocusRules
) -> None:
    size, mask = case
    more = FocusRules(
        max(first.margin_factor, second.margin_factor), max(first.margin_min, second.margin_min)
    )
    small, large = plan(size, mask, first).box, plan(size, mask, more).box
    assert large[0] <= small[0]
    assert large[1] <= small[1]
    assert large[2] >= small[2]
    assert large[3] >= small[3]


@given(sizes_and_masks(), rules)
def test_a_focus_survives_json(case: tuple[tuple[int, int], Box], rules: FocusRules) -> None:
    focus = plan(*case, rules)
    assert Focus.from_json(json.loads(json.dumps(focus.to_json()))) == focus


@pytest.mark.parametrize(
    ("mask", "factor", "least", "box"),
    [
        (None, 1.0, 96, (0, 0, 1000, 800)),
        ((400, 300, 500, 340), 1.0, 10, (300, 260, 600, 380)),
        ((400, 300, 500, 340), 1.0, 64, (300, 236, 600, 404)),
        ((400, 300, 500, 340), 0.0, 0, (400, 300, 500, 340)),
        ((0, 790, 10, 800), 2.0, 0, (0, 770, 30, 800)),
    ],
)
def test_examples(mask: Box | None, factor: float, least: int, box: Box) -> None:
    focus = plan((1000, 800), mask, FocusRules(factor, least))
    assert focus.box == box
    assert focus.size == (box[2] - box[0], box[3] - box[1])


FREE = SizeRules(step=16, max_edge=3840, max_ratio=3.0, min_pixels=655_360, max_pixels=8_294_400)
THREE = SizeRules(listed=((1024, 1024), (1536, 1024), (1024, 1536)))
sized_rules = st.builds(
    FocusRules,
    margin_factor=st.floats(0, 5, allow_nan=False),
    margin_min=st.integers(0, 2000),
    sizes=st.sampled_from([FREE, THREE]),
)


@given(sizes_and_masks(), sized_rules)
def test_a_crop_to_be_drawn_holds_what_it_held_and_lies_in_the_picture(
    case: tuple[tuple[int, int], Box], rules: FocusRules
) -> None:
    (width, height), mask = case
    x0, y0, x1, y1 = plan((width, height), mask, replace(rules, sizes=None)).box
    left, top, right, bottom = plan((width, height), mask, rules).box
    assert 0 <= left <= x0 < x1 <= right <= width
    assert 0 <= top <= y0 < y1 <= bottom <= height
    assert plan((width, height), mask, rules) == plan((width, height), mask, rules)


@given(sizes_and_masks(), sized_rules)
def test_where_there_is_room_the_crop_is_drawn_unscaled_in_aspect(
    case: tuple[tuple[int, int], Box], rules: FocusRules
) -> None:
    size, mask = case
    narrow = plan(size, mask, replace(rules, sizes=None)).size
    width, height = plan(size, mask, rules).size
    if width in {narrow[0], size[0]} and height in {narrow[1], size[1]}:
        return  # The picture had no room.
    wide, high = snap(*narrow, rules.sizes or FREE)
    assert abs(width - height * wide / high) <= max(1, wide / high)


def test_a_crop_grows_on_both_sides_and_away_from_the_edge() -> None:
    rules = FocusRules(0.0, 0, sizes=THREE)
    assert plan((3000, 3000), (1000, 1000, 1400, 1300), rules).box == (975, 1000, 1425, 1300)
    assert plan((3000, 3000), (0, 1000, 400, 1300), rules).box == (0, 1000, 450, 1300)
    assert plan((420, 3000), (0, 1000, 400, 1300), rules).box == (0, 1000, 420, 1300)


@given(st.integers(850, 2300), st.integers(850, 2300))
def test_a_crop_grows_to_just_what_is_drawn(width: int, height: int) -> None:
    rules = FocusRules(0.0, 0, sizes=FREE)
    crop = plan((4000, 4000), (700, 900, 700 + width, 900 + height), rules)
    assert snap(*crop.size, FREE) == crop.size
