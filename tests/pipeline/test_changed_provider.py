"""Edits whose provider is not what it was when they were asked for, through the local dispatch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now

from editor.engines.costs import CostRange
from editor.engines.errors import EngineError, ErrorClass, Execution
from editor.engines.plans import Plan, Wanted
from editor.models import Edit, LedgerEntry, Project, Provider, State
from editor.pipeline import decide
from editor.services import vault
from editor.services.engines import Engines
from tests.making import make_door
from tests.pipeline.paid_engine import (
    CHARGED,
    ESTIMATE,
    MODEL,
    PaidEngine,
    fault,
    queue_paid,
    unusable,
)
from tests.pipeline.test_paid import make_due, run, sandbox, settled, sums, work

if TYPE_CHECKING:
    from tests.conftest import People

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db(transaction=True)

LOW, AUTO = 15_685, 220_525


class Dearer(PaidEngine):
    """Left to itself it draws at the dearest quality."""

    def plan(self, wanted: Wanted) -> Plan:
        high = LOW if wanted.parameters.get("quality") == "low" else AUTO
        fields = {"n": 1, **wanted.parameters}
        return Plan(None, fields, (), CostRange(LOW, high))


def refuses_quality() -> Dearer:
    error = fault(
        "unknown_parameter",
        Execution.NO,
        error_class=ErrorClass.INPUT,
        retries=1,
        status=400,
        unknown_parameter="quality",
    )
    return Dearer(script=[error])


def asked_for_low(engine: Dearer, people: People) -> Edit:
    return queue_paid(engine, people.project, people.olga, parameters={"quality": "low"})


def test_what_a_service_chooses_by_itself_is_reserved_before_it_is_sent(people: People) -> None:
    engine = refuses_quality()
    edit = asked_for_low(engine, people)
    assert sums(edit)["open"] == LOW
    Project.objects.update(budget_micros=AUTO)
    work(engine)
    make_due()
    settled(edit)
    amounts = LedgerEntry.objects.filter(edit=edit).order_by("pk").values_list("kind", "micros")
    assert list(amounts)[:3] == [("reserve", LOW), ("release", LOW), ("reserve", AUTO)]
    assert (edit.reserved_micros, edit.plan["cost"]) == (AUTO, [LOW, AUTO])


def test_nothing_is_sent_when_the_budget_does_not_allow_what_it_would_choose(
    people: People,
) -> None:
    engine = refuses_quality()
    edit = asked_for_low(engine, people)
    Project.objects.update(budget_micros=AUTO - 1)
    work(engine)
    make_due()
    work(engine)
    assert (settled(edit).state, edit.error_code) == ("failed", "over_budget")
    assert (edit.error_class, len(engine.asked)) == ("budget", 1)
    assert sums(edit) == {"open": 0, "settled": 0}


@pytest.mark.parametrize(("room", "state"), [(AUTO, "succeeded"), (AUTO - 1, "failed")])
def test_what_was_planned_before_the_refusal_is_reserved_anew_too(
    people: People, room: int, state: str
) -> None:
    engine = Dearer()
    edit = asked_for_low(engine, people)
    Provider.objects.update(learned={MODEL: ["quality"]})
    Project.objects.update(budget_micros=room)
    work(engine)
    assert settled(edit).state == state
    assert [dict(request.fields) for request in engine.seen] == [{"n": 1}] * (state == "succeeded")
    assert (edit.error_class, edit.reserved_micros) == (
        ("", AUTO) if state == "succeeded" else ("budget", LOW)
    )
    assert sums(edit)["open"] == 0


def test_an_edit_never_leaves_for_a_host_its_member_has_not_agreed_to(people: People) -> None:
    engine = PaidEngine()
    edit = queue_paid(engine, people.project, people.olga)
    engine.host = "elsewhere.test"
    Provider.objects.update(base_url="https://elsewhere.test/v1")
    work(engine)
    assert (settled(edit).state, edit.error_code) == ("failed", "host_changed")
    assert engine.asked == []
    assert sums(edit) == {"open": 0, "settled": 0}


@pytest.mark.parametrize("change", ["deleted", "key"])
def test_reading_needs_neither_the_provider_nor_its_key(people: People, change: str) -> None:
    """The real source of engines: it has to find one that reads."""
    provider, engine = _unread(people)
    if change == "deleted":
        Provider.objects.update(deleted_at=Now(), is_enabled=False)
    else:
        Provider.objects.update(key_encrypted=vault.seal("sk-1")[:-4] + "0000")
    found = Engines().reader(f"{provider.public_id}:{MODEL}")
    assert found.id == f"{provider.public_id}:{MODEL}"
    with pytest.raises((EngineError, vault.WrongKey)):
        Engines(engine).engine(found.id)


def test_an_answer_is_read_again_after_its_provider_went(people: People) -> None:
    engine = Going(unreadable=[unusable()])
    edit = run(engine, people)
    engine.gone = True
    decide.read_again(make_door(people.project, people.olga), edit)
    work(engine)
    assert settled(edit).state == State.SUCCEEDED
    assert sums(edit) == {"open": 0, "settled": CHARGED}


def test_an_answer_that_nothing_can_read_any_more_is_not_waited_for(people: People) -> None:
    engine = Going(unreadable=[unusable()])
    edit = run(engine, people)
    engine.gone = engine.forgotten = True
    decide.read_again(make_door(people.project, people.olga), edit)
    work(engine)
    assert (settled(edit).state, edit.error_code) == ("billed_unusable", "answer_unreadable")
    assert decide.has_answer(edit)
    assert sums(edit) == {"open": 0, "settled": ESTIMATE}


class Going(PaidEngine):
    """A source of engines that loses this one; `forgotten`: it cannot even read any more."""

    gone = forgotten = False

    def engine(self, name: str, row: object = None) -> PaidEngine:
        if self.gone:
            raise EngineError("gone", code="unknown_engine")
        return self

    def reader(self, name: str) -> PaidEngine:
        if self.forgotten:
            raise EngineError("gone", code="unknown_engine")
        return self


def _unread(people: People) -> tuple[Provider, Any]:
    engine = PaidEngine()
    queue_paid(engine, people.project, people.olga)
    return Provider.objects.get(), engine
