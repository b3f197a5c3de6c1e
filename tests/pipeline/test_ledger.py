"""What is reserved is given back, settled or held: once, and for the day it was reserved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import F
from django.utils import timezone

from editor.engines.costs import NO_COST, Cost, CostBasis
from editor.models import Attempt, Edit, LedgerEntry, Provider
from editor.models.ledger import today
from editor.pipeline import attempts, ledger
from editor.services import budgets
from editor.services.books import Books
from editor.services.months import Month
from tests.making import make_edit_row, make_priced_row, make_provider_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People

USAGE = Cost(42_000, CostBasis.USAGE)


@pytest.fixture
def provider(people: People) -> Provider:
    return make_provider_row(people.project)


@pytest.fixture
def edit(people: People, provider: Provider) -> Edit:
    (picture,) = make_rows(people.project, people.emil, 1)
    return make_priced_row(picture, people.emil, provider, 210_000)


def make_attempt(edit: Edit) -> Attempt:
    number = edit.attempts.count() + 1
    return Attempt.objects.create(edit=edit, number=number, fence=1, intent_at=timezone.now())


def rows(edit: Edit) -> list[tuple[str, int, str, int | None]]:
    found = edit.ledger.annotate(n=F("attempt__number"))
    return list(found.values_list("kind", "micros", "basis", "n"))


def committed(edit: Edit, month: Month | None = None) -> int:
    found = budgets.in_month(edit.project, month or Month.current())
    return int(found.aggregate(n=budgets.committed())["n"] or 0)


def test_an_answer_settles_and_gives_the_reservation_back(edit: Edit) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    assert committed(edit) == 210_000
    ledger.settle(edit, attempt, USAGE)
    assert rows(edit) == [
        ("reserve", 210_000, "estimate", None),
        ("settle", 42_000, "usage", 1),
        ("release", 210_000, "estimate", None),
    ]
    assert committed(edit) == 42_000


def test_an_unknown_outcome_counts_as_spent(edit: Edit) -> None:
    ledger.reserve(edit)
    ledger.hold(edit, make_attempt(edit))
    assert committed(edit) == 210_000
    ledger.release(edit)
    assert committed(edit) == 210_000


def test_a_late_answer_settles_what_was_held(edit: Edit) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    ledger.hold(edit, attempt)
    ledger.settle(edit, attempt, USAGE)
    assert rows(edit)[-2:] == [("settle", 42_000, "usage", 1), ("release", 210_000, "estimate", 1)]
    assert committed(edit) == 42_000


def test_a_late_answer_leaves_the_second_try_its_reservation(edit: Edit) -> None:
    first = make_attempt(edit)
    ledger.reserve(edit)
    ledger.hold(edit, first)
    ledger.reserve(edit)
    assert committed(edit) == 420_000
    ledger.settle(edit, first, USAGE)
    assert committed(edit) == 252_000
    ledger.settle(edit, make_attempt(edit), USAGE)
    assert committed(edit) == 84_000


def test_what_may_have_been_charged_stays_held_when_the_second_try_succeeds(edit: Edit) -> None:
    ledger.reserve(edit)
    ledger.hold(edit, make_attempt(edit))
    ledger.reserve(edit)
    ledger.settle(edit, make_attempt(edit), USAGE)
    assert committed(edit) == 252_000


def test_saying_a_thing_twice_writes_it_once(edit: Edit) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    ledger.hold(edit, attempt)
    ledger.hold(edit, attempt)
    assert len(rows(edit)) == 3
    ledger.settle(edit, attempt, USAGE)
    ledger.settle(edit, attempt, Cost(1, CostBasis.USAGE))
    ledger.hold(edit, attempt)
    ledger.release(edit)
    assert len(rows(edit)) == 5
    assert committed(edit) == 42_000


def test_a_count_takes_the_place_of_an_estimate_and_stays(edit: Edit) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    attempts.settle(edit, attempt, Cost(210_000, CostBasis.ESTIMATE))
    for cost in (USAGE, USAGE, Cost(1, CostBasis.USAGE), Cost(9, CostBasis.ESTIMATE)):
        attempts.settle(edit, attempt, cost, {"output_tokens": cost.micros})
        ledger.correct(edit, attempt, cost)
    assert rows(edit)[1:] == [
        ("settle", 210_000, "estimate", 1),
        ("release", 210_000, "estimate", None),
        ("reverse", 210_000, "estimate", 1),
        ("settle", 42_000, "usage", 1),
    ]
    attempt.refresh_from_db()
    assert (attempt.cost_micros, attempt.cost_basis) == (42_000, "usage")
    assert attempt.usage == {"output_tokens": 42_000}
    assert committed(edit) == 42_000


@pytest.mark.parametrize("counted", [0, 42_000, 210_000, 300_000])
def test_a_count_of_any_size_is_what_counts(edit: Edit, counted: int) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    ledger.hold(edit, attempt)
    attempts.settle(edit, attempt, Cost(210_000, CostBasis.ESTIMATE))
    attempts.settle(edit, attempt, Cost(counted, CostBasis.USAGE))
    books = Books.read(edit.ledger.order_by("pk"))
    assert (books.spent, books.at_risk, books.reserved, books.faults) == (counted, 0, None, [])
    assert {row.basis for row in books.settled.values()} == {"usage"}
    assert committed(edit) == counted


def test_a_count_stands_for_the_month_of_its_reservation(edit: Edit) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    LedgerEntry.objects.update(day=today().replace(day=1) - timedelta(days=1))
    attempts.settle(edit, attempt, Cost(210_000, CostBasis.ESTIMATE))
    attempts.settle(edit, attempt, USAGE)
    assert (committed(edit), committed(edit, Month.current().previous)) == (0, 42_000)


def test_a_second_estimate_takes_no_place(edit: Edit) -> None:
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    attempts.settle(edit, attempt, Cost(210_000, CostBasis.ESTIMATE))
    attempts.settle(edit, attempt, Cost(1, CostBasis.ESTIMATE))
    attempts.settle(edit, attempt, Cost(0, CostBasis.UNKNOWN))
    assert committed(edit) == 210_000
    assert len(rows(edit)) == 3


def test_an_edit_that_did_not_run_costs_nothing(edit: Edit) -> None:
    ledger.reserve(edit)
    ledger.release(edit)
    ledger.release(edit)
    assert [kind for kind, *_ in rows(edit)] == ["reserve", "release"]
    assert committed(edit) == 0


def test_an_answer_without_a_price_costs_what_was_reserved(edit: Edit) -> None:
    ledger.reserve(edit)
    ledger.settle(edit, make_attempt(edit), Cost(0, CostBasis.UNKNOWN))
    assert ("settle", 210_000, "estimate", 1) in rows(edit)


def test_without_a_budget_an_unknown_price_is_written_as_unknown(
    people: People, provider: Provider
) -> None:
    (picture,) = make_rows(people.project, people.emil, 1)
    edit = make_priced_row(picture, people.emil, provider, None)
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    ledger.hold(edit, attempt)
    ledger.settle(edit, attempt, Cost(0, CostBasis.UNKNOWN))
    assert {basis for _kind, _micros, basis, _n in rows(edit)} == {"unknown"}


def test_a_free_engine_carries_zero_and_no_budget_stops_it(people: People) -> None:
    type(people.project).objects.update(budget_micros=0)
    (picture,) = make_rows(people.project, people.emil, 1)
    edit = make_edit_row(people.project, people.emil, picture)
    attempt = make_attempt(edit)
    ledger.reserve(edit)
    ledger.settle(edit, attempt, NO_COST)
    assert {(micros, basis) for _kind, micros, basis, _n in rows(edit)} == {(0, "free")}


def test_an_outcome_counts_for_the_month_it_was_reserved_in(edit: Edit) -> None:
    """Else last month would keep the reservation, and this one be given money nobody set aside."""
    ledger.reserve(edit)
    last_month = today().replace(day=1) - timedelta(days=1)
    LedgerEntry.objects.update(day=last_month)
    ledger.settle(edit, make_attempt(edit), USAGE)
    assert committed(edit) == 0
    assert committed(edit, Month.of(last_month)) == 42_000


def test_rows_are_neither_changed_nor_deleted(edit: Edit) -> None:
    ledger.reserve(edit)
    (row,) = edit.ledger.all()
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()
