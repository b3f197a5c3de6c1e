"""Amounts as people read them; what nobody knows is never $0.00."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from editor.engines.costs import FREE, Cost, CostBasis, CostRange
from editor.models import Attempt, Edit, State
from editor.pipeline import ledger
from editor.services import money
from editor.services.money import Known, cost_of, dollars, span
from tests.making import make_edit_row, make_priced_row, make_provider_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (42, "$0.000042"),
        (4_249, "$0.0042"),
        (4_250, "$0.0043"),
        (9_949, "$0.0099"),
        (6_000, "$0.006"),
        (9_960, "$0.01"),
        (10_000, "$0.01"),
        (40_000, "$0.04"),
        (211_000, "$0.21"),
        (994_999, "$0.99"),
        (995_000, "$1.00"),
        (12_500_000, "$12.50"),
        (1_234_567_890, "$1,234.57"),
    ],
)
def test_dollars(micros: int, text: str) -> None:
    assert dollars(micros) == text


def test_figures_are_written_as_the_language_does() -> None:
    with override("de"):
        assert dollars(1_234_500_000) == "$1.234,50"


@given(st.integers(min_value=1, max_value=10**13))
def test_something_is_never_written_as_nothing(micros: int) -> None:
    assert dollars(micros).strip("$0.,")


@given(st.integers(min_value=0, max_value=10**13))
def test_rounding_up_and_down_keeps_its_word(micros: int) -> None:
    def read(text: str) -> float:
        return float(text.strip("$").replace(",", ""))

    assert read(money.at_least(micros)) * 1e6 <= micros + 1e-3
    assert read(money.at_most(micros)) * 1e6 >= micros - 1e-3


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (40_000, 211_000, "$0.04\u20130.21"),
        (4_200, 211_000, "$0.0042\u20130.21"),
        (40_100, 40_900, "$0.04"),
        (0, 211_000, "up to $0.21"),
        (None, 211_000, "up to $0.21"),
        (None, None, "unknown cost"),
        (0, 0, "free"),
    ],
)
def test_spans(low: int | None, high: int | None, text: str) -> None:
    assert span(CostRange(low, high)) == text


def test_the_free_span() -> None:
    assert span(FREE) == "free"


def make_attempt(edit: Edit) -> Attempt:
    number = edit.attempts.count() + 1
    return Attempt.objects.create(edit=edit, number=number, fence=1, intent_at=timezone.now())


def told(edit: Edit, state: State) -> tuple[str, Known]:
    Edit.objects.filter(pk=edit.pk).update(state=state)
    spent = cost_of(Edit.objects.get(pk=edit.pk))
    assert spent.explained
    return spent.text, spent.known


@pytest.fixture
def edit(people: People) -> Edit:
    (picture,) = make_rows(people.project, people.emil, 1)
    edit = make_priced_row(picture, people.emil, make_provider_row(), 210_000)
    ledger.reserve(edit)
    return edit


def test_the_cost_of_an_edit_on_its_way(edit: Edit) -> None:
    assert told(edit, State.QUEUED) == ("up to $0.21", Known.RESERVED)
    ledger.hold(edit, make_attempt(edit))
    assert told(edit, State.UNKNOWN) == ("up to $0.21", Known.HELD)
    ledger.reserve(edit)
    ledger.settle(edit, make_attempt(edit), Cost(42_000, CostBasis.USAGE))
    assert told(edit, State.SUCCEEDED) == ("$0.04\u20130.25", Known.HELD)


def test_the_cost_of_an_edit_that_is_done(edit: Edit) -> None:
    ledger.settle(edit, make_attempt(edit), Cost(42_000, CostBasis.USAGE))
    assert told(edit, State.SUCCEEDED) == ("$0.04", Known.USAGE)


def test_an_estimate_says_so(edit: Edit) -> None:
    ledger.settle(edit, make_attempt(edit), Cost(42_000, CostBasis.ESTIMATE))
    assert told(edit, State.SUCCEEDED) == ("about $0.04", Known.ESTIMATE)


def test_an_edit_that_did_not_run_was_not_charged(edit: Edit) -> None:
    ledger.release(edit)
    assert told(edit, State.FAILED) == ("nothing charged", Known.NOTHING)


def test_an_unknown_price_is_said_to_be_unknown(people: People) -> None:
    (picture,) = make_rows(people.project, people.emil, 1)
    edit = make_priced_row(picture, people.emil, make_provider_row(), None)
    ledger.reserve(edit)
    assert told(edit, State.QUEUED) == ("unknown cost", Known.UNKNOWN)
    ledger.hold(edit, make_attempt(edit))
    assert told(edit, State.UNKNOWN) == ("unknown cost", Known.UNKNOWN)
    ledger.reserve(edit)
    ledger.settle(edit, make_attempt(edit), Cost(42_000, CostBasis.USAGE))
    assert told(edit, State.SUCCEEDED) == ("at least $0.04", Known.UNKNOWN)


def test_our_own_engine_is_free(people: People) -> None:
    (picture,) = make_rows(people.project, people.emil, 1)
    edit = make_edit_row(people.project, people.emil, picture)
    assert told(edit, State.SUCCEEDED) == ("free", Known.FREE)
