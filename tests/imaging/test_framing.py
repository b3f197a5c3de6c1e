"""All of the picture shown: as a wish, and where nothing is protected."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from editor.imaging.focus import BLENDS, FEATHERS, Box, Focus, FocusRules, Framing, plan
from editor.imaging.sizes import SizeRules
from tests.imaging.test_focus import sizes_and_masks

LISTED = SizeRules(listed=((1024, 1024), (1536, 1024), (1024, 1536)))
anything = st.builds(
    FocusRules,
    margin_factor=st.floats(0, 5),
    margin_min=st.integers(0, 2000),
    whole=st.booleans(),
    sizes=st.sampled_from([None, LISTED]),
    padding=st.floats(0, 0.1),
    mirrors=st.booleans(),
)
boxes = st.tuples(*[st.integers(0, 9000)] * 4)
framings = st.builds(
    Framing,
    context=st.none() | st.floats(1, 4),
    box=st.none() | boxes,
    padding=st.none() | st.floats(0, 0.1),
    feather=st.sampled_from(FEATHERS),
    blend=st.sampled_from(BLENDS),
    whole=st.booleans(),
    protect=st.booleans(),
)


@given(sizes_and_masks(), anything)
def test_wanted_whole_all_of_the_picture_is_seen(
    case: tuple[tuple[int, int], Box], rules: FocusRules
) -> None:
    size, mask = case
    assert plan(size, mask, rules, Framing(whole=True)).covers(size)


@given(sizes_and_masks(), st.floats(0, 5), st.integers(0, 2000))
def test_whole_is_no_more_than_the_picture_where_nothing_asks_for_more(
    case: tuple[tuple[int, int], Box], factor: float, least: int
) -> None:
    size, mask = case
    found = plan(size, mask, FocusRules(factor, least), Framing(whole=True))
    assert found.box == (0, 0, *size)
    assert found.context > 0


@given(sizes_and_masks(), anything, framings)
def test_unprotected_the_picture_is_sent_just_as_it_is(
    case: tuple[tuple[int, int], Box], rules: FocusRules, framing: Framing
) -> None:
    size, mask = case
    bare = replace(framing, protect=False)
    for painted in (mask, None):
        found = plan(size, painted, rules, bare)
        assert (found.box, found.grow, found.framing) == ((0, 0, *size), 0, bare)


@given(boxes, st.floats(0, 9), st.integers(0, 99), framings)
def test_json_holds_all_of_it(box: Box, context: float, grow: int, framing: Framing) -> None:
    made = Focus(box, context, grow, framing)
    assert Focus.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_rows_from_before_there_was_a_choice_are_protected() -> None:
    first = {"box": [0, 0, 8, 6]}
    later = first | {"context": 1.5, "grow": 2, "feather": "inside", "blend": "auto"}
    for row in (first, later, later | {"chosen": {}}, later | {"chosen": {"context": 2.0}}):
        framing = Focus.from_json(row).framing
        assert (framing.protect, framing.whole) == (True, False)


def test_what_was_chosen_is_named_and_nothing_else() -> None:
    assert Framing().chosen == {}
    assert Framing(protect=False, whole=True).chosen == {"protect": False, "whole": True}
