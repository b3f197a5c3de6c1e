"""A provider that does not answer is left alone; one that does is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now

from editor.engines.errors import ErrorClass, Execution, Trouble
from editor.models import Edit, Provider, State
from editor.pipeline import circuit
from editor.pipeline.circuit import FAILURES_TO_OPEN, LONGEST_REST, rest_after
from editor.pipeline.claim import claim
from tests.making import make_edit_row, make_rows
from tests.pipeline.paid_engine import busy, fault, make_provider, timed_out

if TYPE_CHECKING:
    from tests.conftest import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    return make_provider()


def fail(provider: Provider, times: int) -> Provider:
    for _turn in range(times):
        circuit.failed(provider, busy())
    provider.refresh_from_db()
    return provider


def is_available() -> bool:
    return circuit.available().exists()


def test_failures_in_a_row_open_it(provider: Provider) -> None:
    fail(provider, FAILURES_TO_OPEN - 1)
    assert is_available()
    fail(provider, 1)
    assert not is_available()
    assert provider.trouble == Trouble.BUSY


def test_what_was_in_flight_when_it_opened_is_not_counted_again(provider: Provider) -> None:
    assert fail(provider, 50).failures == FAILURES_TO_OPEN


def test_a_success_in_between_begins_anew(provider: Provider) -> None:
    circuit.succeeded(fail(provider, FAILURES_TO_OPEN - 1))
    fail(provider, FAILURES_TO_OPEN - 1)
    assert is_available()


def test_the_rest_grows_up_to_a_limit() -> None:
    rests = [rest_after(FAILURES_TO_OPEN + more) for more in range(4)]
    assert rests == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)]
    assert rest_after(10_000) == LONGEST_REST


def test_after_the_rest_one_goes_ahead(provider: Provider) -> None:
    fail(provider, FAILURES_TO_OPEN)
    Provider.objects.update(open_until=Now())
    assert circuit.rooms(circuit.available()) == {provider.pk: 1}
    provider.refresh_from_db()
    circuit.succeeded(provider)
    assert circuit.rooms(circuit.available()) == {provider.pk: provider.concurrency}


def test_an_unknown_outcome_counts_and_a_refused_request_shows_that_it_lives(
    provider: Provider,
) -> None:
    fail(provider, FAILURES_TO_OPEN - 1)
    circuit.failed(provider, fault("bad", Execution.NO, error_class=ErrorClass.INPUT))
    fail(provider, FAILURES_TO_OPEN - 2)
    circuit.failed(provider, timed_out())
    assert is_available()
    circuit.failed(provider, timed_out())
    assert not is_available()


def test_without_money_it_rests_five_minutes(provider: Provider) -> None:
    circuit.failed(provider, fault("quota", Execution.NO, trouble=Trouble.QUOTA))
    soon = Provider.objects.filter(open_until__gt=Now() + timedelta(minutes=4, seconds=50))
    assert soon.filter(open_until__lt=Now() + timedelta(minutes=5, seconds=10)).exists()


def rejection() -> Any:
    return fault("key", Execution.NO, trouble=Trouble.KEY_REJECTED)


def test_with_a_rejected_key_nothing_is_claimed_however_long(provider: Provider) -> None:
    circuit.failed(provider, rejection())
    Provider.objects.update(open_until=None)
    assert not is_available()


def test_a_key_that_was_changed_meanwhile_is_not_blamed(provider: Provider) -> None:
    Provider.objects.update(version=2)
    circuit.failed(provider, rejection())
    assert is_available()


def test_a_success_with_the_same_key_ends_the_pause(provider: Provider) -> None:
    circuit.failed(provider, rejection())
    provider.refresh_from_db()
    circuit.succeeded(provider)
    assert is_available()


def test_learned_parameters_add_up_by_model(provider: Provider) -> None:
    for model, name in (("m1", "b"), ("m1", "a"), ("m1", "b"), ("m2", "c")):
        circuit.learn(provider, model, name)
    provider.refresh_from_db()
    assert provider.learned == {"m1": ["a", "b"], "m2": ["c"]}


@pytest.mark.parametrize(
    "change",
    [
        {"is_enabled": False},
        {"deleted_at": Now()},
        {"trouble": Trouble.KEY_REJECTED},
        {"open_until": Now() + timedelta(minutes=1)},
        {"concurrency": 0},
    ],
)
def test_nothing_is_claimed_for_one_that_rests(
    people: People, provider: Provider, change: dict[str, Any]
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    make_edit_row(people.project, people.olga, picture, provider=provider, next_run_at=Now())
    Provider.objects.update(**change)
    assert claim(owner="a", limit=9, calls=9, lease_seconds=30) == []


def test_a_provider_gets_what_it_bears_over_all_workers(people: People, provider: Provider) -> None:
    Provider.objects.update(concurrency=3)
    (picture,) = make_rows(people.project, people.olga, 1)
    for _number in range(9):
        make_edit_row(people.project, people.olga, picture, provider=provider, next_run_at=Now())
    first = claim(owner="a", limit=0, calls=2, lease_seconds=30)
    second = claim(owner="b", limit=0, calls=9, lease_seconds=30)
    assert (len(first), len(second)) == (2, 1)
    Edit.objects.filter(pk=first[0].edit_id).update(state=State.RECEIVED)  # no call any more
    assert len(claim(owner="b", limit=0, calls=9, lease_seconds=30)) == 1
