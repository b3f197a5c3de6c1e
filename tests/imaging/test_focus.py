from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.imaging.focus import (
    LEAST_ROOM,
    MOST_PIXELS,
    NEARLY,
    Box,
    Focus,
    FocusRules,
    Framing,
    clipped,
    is_even,
    plan,
    shaped,
)
from editor.imaging.sizes import SizeRules, is_legal, snap


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
    framing = Framing(context=2.5, box=(3, 4, 5, 6), padding=0.08, feather="hard", blend="gradient")
    for chosen in (Framing(), framing):
        focus = plan(*case, rules, chosen)
        assert Focus.from_json(json.loads(json.dumps(focus.to_json()))) == focus


def test_the_first_edits_kept_only_their_box() -> None:
    focus = Focus.from_json({"box": [10, 20, 30, 40]})
    assert focus == Focus((10, 20, 30, 40))
    assert (focus.grow, focus.framing.feather, focus.framing.blend) == (0, "hard", "off")
    assert focus.framing.box is None


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
SMALL = SizeRules(listed=((256, 256), (512, 512)))
SIZES = [FREE, THREE, SMALL, SizeRules(step=64, max_ratio=2.0, max_pixels=1_000_000)]
sized_rules = st.builds(
    FocusRules,
    margin_factor=st.floats(0, 2, allow_nan=False),
    margin_min=st.integers(0, 200),
    sizes=st.sampled_from(SIZES),
    mirrors=st.booleans(),
    padding=st.sampled_from([0.0, 0.04]),
)


@st.composite
def framings(draw: st.DrawFn) -> Framing:
    corner = draw(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)))
    extent = draw(st.tuples(st.integers(1, 9000), st.integers(1, 9000)))
    box = (*corner, corner[0] + extent[0], corner[1] + extent[1])
    return Framing(
        context=draw(st.none() | st.floats(1.1, 4)),
        box=draw(st.none() | st.just(box)),
        padding=draw(st.none() | st.floats(0, 0.1)),
    )


def may_be_scaled_unevenly(box: Box, size: tuple[int, int], rules: SizeRules) -> bool:
    """Whether an even crop of that box would be far larger than any machine should mirror."""
    shown = box[2] - box[0], box[3] - box[1]
    most = max(MOST_PIXELS, NEARLY * math.prod(shown))
    return math.prod(shaped(shown, snap(*size, rules))) > most


@pytest.mark.parametrize("size", [(10_960, 7300), (10_328, 7746), (7746, 10_328), (9913, 9242)])
@pytest.mark.parametrize("mask", [None, (300, 300, 7000, 7000)])
@pytest.mark.parametrize("sizes", [FREE, THREE])
def test_the_largest_pictures_are_scaled_evenly_too(
    size: tuple[int, int], mask: Box | None, sizes: SizeRules
) -> None:
    """They are larger than what may be mirrored nearly all, and need to be mirrored a little."""
    shown = plan(size, mask, FocusRules(0.375, 64, sizes=sizes, mirrors=True)).size
    assert is_even(shown, snap(*shown, sizes))
    assert math.prod(shown) <= NEARLY * math.prod(size)


@settings(max_examples=300)
@given(sizes_and_masks(), sized_rules, framings())
def test_any_plan_is_legal_holds_the_mask_and_maps_back_within_half_a_pixel(
    case: tuple[tuple[int, int], Box], rules: FocusRules, framing: Framing
) -> None:
    size, mask = case
    assert rules.sizes
    focus = plan(size, mask, rules, framing)
    x0, y0, x1, y1 = focus.box
    assert x0 <= mask[0] < mask[2] <= x1
    assert y0 <= mask[1] < mask[3] <= y1
    drawn = snap(*focus.size, rules.sizes)
    assert is_legal(drawn, rules.sizes)
    scale = drawn[0] / focus.size[0]
    if not may_be_scaled_unevenly(focus.box, focus.size, rules.sizes):
        # One scale, there and back: the far corner lands within half a pixel of where it was.
        other = drawn[1] / focus.size[1]
        assert min(
            abs(drawn[1] / scale - focus.size[1]), abs(drawn[0] / other - focus.size[0])
        ) <= (0.5 + 1e-6)
    assert 0 <= focus.grow <= max(focus.size)


@settings(max_examples=200)
@given(sizes_and_masks(), sized_rules, framings())
def test_it_reaches_beyond_the_picture_only_where_that_has_no_more_to_show(
    case: tuple[tuple[int, int], Box], rules: FocusRules, framing: Framing
) -> None:
    size, mask = case
    rules = replace(rules, mirrors=False)
    focus = plan(size, mask, rules, framing)
    for axis in (0, 1):
        start, end = focus.box[axis], focus.box[axis + 2]
        if start < 0 or end > size[axis]:
            assert start <= 0
            assert end >= size[axis]


@given(sizes_and_masks(), sized_rules)
def test_a_mask_at_the_edge_has_mirrored_room_around_it(
    case: tuple[tuple[int, int], Box], rules: FocusRules
) -> None:
    size, mask = case
    focus = plan(size, mask, replace(rules, mirrors=True))
    gaps = [mask[0] - focus.box[0], mask[1] - focus.box[1]]
    gaps += [focus.box[2] - mask[2], focus.box[3] - mask[3]]
    if mask != (0, 0, *size):
        assert min(gaps) >= LEAST_ROOM


@given(sizes_and_masks(), sized_rules, framings())
def test_what_a_member_framed_is_in_the_crop(
    case: tuple[tuple[int, int], Box], rules: FocusRules, framing: Framing
) -> None:
    size, mask = case
    asked = clipped(framing.box, size) if framing.box else None
    if asked is None:
        return
    x0, y0, x1, y1 = plan(size, mask, rules, framing).box
    assert x0 <= asked[0] < asked[2] <= x1
    assert y0 <= asked[1] < asked[3] <= y1


@given(sizes_and_masks(), sized_rules, st.floats(1.1, 4), st.floats(1.1, 4))
def test_more_context_is_never_a_smaller_crop(
    case: tuple[tuple[int, int], Box], rules: FocusRules, first: float, second: float
) -> None:
    rules = replace(rules, sizes=None)
    less, more = sorted((first, second))
    small = plan(*case, rules, Framing(context=less)).size
    large = plan(*case, rules, Framing(context=more)).size
    assert small[0] <= large[0]
    assert small[1] <= large[1]


def test_without_a_mask_the_whole_picture_is_seen_in_a_shape_that_can_be_drawn() -> None:
    rules = FocusRules(0.375, 64, sizes=THREE, mirrors=True)
    assert plan((3000, 2000), None, rules).box == (0, 0, 3000, 2000)
    wide = plan((4000, 2000), None, rules)
    assert wide.covers((4000, 2000))
    assert wide.box == (0, -334, 4000, 2333)
    assert wide.inside((4000, 2000)) == (0, 0, 4000, 2000)


def test_a_crop_grows_on_both_sides_and_away_from_the_edge() -> None:
    rules = FocusRules(0.0, 0, sizes=THREE)
    assert plan((3000, 3000), (1000, 1000, 1600, 1400), rules).box == (1000, 1000, 1600, 1400)
    assert plan((3000, 3000), (1000, 1000, 1400, 1400), rules).box == (1000, 1000, 1400, 1400)
    assert plan((3000, 3000), (0, 1000, 580, 1400), rules).box == (0, 1000, 600, 1400)
    assert plan((590, 3000), (0, 1000, 580, 1400), rules).box == (-5, 1000, 595, 1400)


def test_a_small_mask_is_seen_with_more_around_it_before_it_is_enlarged() -> None:
    rules = FocusRules(0.375, 64, sizes=THREE)
    assert plan((6000, 4000), (3000, 2000, 3020, 2020), rules).size == (341, 341)
    assert plan((200, 200), (100, 100, 120, 120), rules).size == (200, 200)
    tight = plan((6000, 4000), (3000, 2000, 3200, 2200), rules, Framing(context=1.2))
    assert tight.size == (240, 240)
    assert tight.context == 1.2


@given(st.integers(850, 2300), st.integers(850, 2300))
def test_a_crop_grows_to_just_what_is_drawn(width: int, height: int) -> None:
    rules = FocusRules(0.0, 0, sizes=FREE)
    crop = plan((4000, 4000), (700, 900, 700 + width, 900 + height), rules)
    assert snap(*crop.size, FREE) == crop.size


def test_the_mask_grows_by_a_share_of_the_crop() -> None:
    rules = FocusRules(0.0, 0, padding=0.04)
    assert plan((3000, 3000), (100, 100, 600, 400), rules).grow == 20
    assert plan((3000, 3000), (100, 100, 600, 400), rules, Framing(padding=0.0)).grow == 0
    assert plan((3000, 3000), None, rules).grow == 0
