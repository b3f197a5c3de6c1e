"""Answers that are read a second time, and bring the provider's own count."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async

from editor.engines.costs import Cost, CostBasis
from editor.models import LedgerEntry, Picture, State
from editor.pipeline import attempts, decide
from editor.services import budgets, money
from editor.services.months import Month
from tests.making import make_door
from tests.pipeline.paid_engine import CHARGED, ESTIMATE, MODEL, PaidEngine, queue_paid, unusable
from tests.pipeline.test_late import keep
from tests.pipeline.test_paid import run, sandbox, settled, sums, work

if TYPE_CHECKING:
    from editor.pipeline.dispatch.local import LocalDispatch
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]


def test_what_a_second_reading_counts_takes_the_place_of_the_estimate(people: People) -> None:
    engine = PaidEngine(unreadable=[unusable()])
    edit = run(engine, people)
    before = list(LedgerEntry.objects.filter(edit=edit).order_by("pk").values())
    decide.read_again(make_door(people.project, people.olga), edit)
    work(engine)
    attempt = settled(edit).attempts.get()
    assert (attempt.cost_micros, attempt.cost_basis) == (CHARGED, "usage")
    assert attempt.usage == {"output_tokens": 100}
    after = LedgerEntry.objects.filter(edit=edit).order_by("pk")
    assert list(after.values())[: len(before)] == before
    added = after.values_list("kind", "micros", "basis", "attempt", "actor", "model", "day")
    same = (attempt.pk, people.olga.pk, MODEL, before[0]["day"])
    assert list(added)[len(before) :] == [
        ("reverse", ESTIMATE, "estimate", *same),
        ("settle", CHARGED, "usage", *same),
    ]


def test_a_second_reading_that_fails_too_leaves_the_estimate(people: People) -> None:
    engine = PaidEngine(unreadable=[unusable(), unusable()])
    edit = run(engine, people)
    decide.read_again(make_door(people.project, people.olga), edit)
    work(engine)
    assert settled(edit).state == State.BILLED_UNUSABLE
    assert edit.attempts.get().cost_basis == "estimate"
    assert sums(edit) == {"open": 0, "settled": ESTIMATE}


def test_a_late_answer_that_is_counted_is_shown_and_committed_so(people: People) -> None:
    engine = PaidEngine(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(keep)(edit, people)
        engine.release.set()
        while not await Picture.objects.filter(edit=edit).aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    kinds = LedgerEntry.objects.filter(edit=settled(edit)).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        *("reserve", "hold", "release", "settle", "release", "reverse", "settle"),
    ]
    assert money.cost_of(edit).known == money.Known.USAGE
    month = budgets.in_month(people.project, Month.current())
    assert month.aggregate(n=budgets.committed())["n"] == CHARGED


def test_reading_it_once_more_changes_nothing(people: People) -> None:
    engine = PaidEngine(unreadable=[unusable()])
    edit = run(engine, people)
    decide.read_again(make_door(people.project, people.olga), edit)
    work(engine)
    rows = list(LedgerEntry.objects.values())
    attempt = settled(edit).attempts.get()
    estimate = Cost(ESTIMATE, CostBasis.ESTIMATE)
    attempts.settle(edit, attempt, estimate)
    attempts.settle(edit, attempt, estimate, {"output_tokens": 7})
    assert list(LedgerEntry.objects.values()) == rows
    attempt.refresh_from_db()
    assert (attempt.cost_micros, attempt.usage) == (CHARGED, {"output_tokens": 100})
