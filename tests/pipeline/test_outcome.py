"""The table of reliability.md 4.5, as far as it is the pipeline's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from editor.engines.errors import EngineError, ErrorClass, Execution, ProviderError, Upstream
from editor.models import State
from editor.pipeline.outcome import Facts, Loss, after_loss, decide, delay_after, is_full

NO, YES, UNKNOWN = Execution.NO, Execution.YES, Execution.UNKNOWN


def error(
    execution: Execution, retries: int = 0, retry_after: float | None = None, drops: str = ""
) -> ProviderError:
    return ProviderError(
        "It did not work.",
        code="a_code",
        error_class=ErrorClass.INPUT,
        execution=execution,
        retries=retries,
        upstream=Upstream(retry_after=retry_after),
        unknown_parameter=drops,
    )


@pytest.mark.parametrize(
    ("given_error", "facts", "to"),
    [
        (error(YES), Facts(), State.BILLED_UNUSABLE),
        (error(YES), Facts(canceled=True, resend_safe=True), State.BILLED_UNUSABLE),
        (error(UNKNOWN), Facts(), State.UNKNOWN),
        (error(UNKNOWN, retries=4), Facts(), State.UNKNOWN),
        (error(UNKNOWN), Facts(resend_safe=True), State.RETRY_WAIT),
        (error(UNKNOWN), Facts(resend_safe=True, tries=5), State.UNKNOWN),
        (error(UNKNOWN), Facts(resend_safe=True, is_old=True), State.UNKNOWN),
        (error(UNKNOWN), Facts(resend_safe=True, canceled=True), State.UNKNOWN),
        (error(NO), Facts(resend_safe=True, sent_before=True, tries=5), State.UNKNOWN),
        (error(NO, retries=5), Facts(resend_safe=True, sent_before=True), State.RETRY_WAIT),
        (error(NO), Facts(), State.FAILED),
        (error(NO, retries=4), Facts(), State.RETRY_WAIT),
        (error(NO, retries=4), Facts(tries=3), State.RETRY_WAIT),
        (error(NO, retries=4), Facts(tries=4), State.FAILED),
        (error(NO, retries=5), Facts(tries=4), State.RETRY_WAIT),
        (error(NO, retries=5), Facts(tries=5), State.FAILED),
        (error(NO, retries=99), Facts(tries=5), State.FAILED),
        (error(NO, retries=5), Facts(is_old=True), State.FAILED),
        (error(NO, retries=5), Facts(canceled=True), State.CANCELED),
        (error(NO, retries=1, drops="moderation"), Facts(), State.RETRY_WAIT),
        (error(NO, retries=0, drops="moderation"), Facts(), State.RETRY_WAIT),
        (error(NO, retries=1, drops="moderation"), Facts(learned=True), State.FAILED),
    ],
)
def test_where_an_edit_goes(given_error: EngineError, facts: Facts, to: State) -> None:
    assert decide(given_error, facts, chance=0.5).to == to


def test_who_gives_up_waiting_says_that_the_provider_is_busy() -> None:
    verdict = decide(error(NO, retries=4), Facts(tries=4), chance=0.5)
    assert (verdict.code, verdict.error_class) == ("provider_busy", "busy")


def test_whose_turn_it_is_depends_on_where_it_goes() -> None:
    assert decide(error(NO), Facts(), chance=0.5).error_class == "input"
    assert decide(error(NO, retries=4), Facts(), chance=0.5).error_class == "busy"
    assert decide(error(UNKNOWN), Facts(), chance=0.5).error_class == "unknown"


def test_an_unknown_parameter_is_left_out_at_once() -> None:
    verdict = decide(error(NO, drops="moderation"), Facts(), chance=0.9)
    assert (verdict.delay, verdict.leaves_out) == (0.0, "moderation")


@pytest.mark.parametrize(("tries", "seconds"), [(0, 2), (1, 4), (2, 8), (3, 16), (4, 32)])
def test_the_wait_doubles_and_is_spread(tries: int, seconds: int) -> None:
    assert delay_after(tries, None, chance=0.0) == seconds * 0.5
    assert delay_after(tries, None, chance=1.0) == seconds * 1.5


@pytest.mark.parametrize(
    ("asked", "seconds"), [(90.0, 90.0), (0.0, 2.0), (-5.0, 2.0), (1e9, 300.0), (300.0, 300.0)]
)
def test_the_service_says_how_long_up_to_five_minutes(asked: float, seconds: float) -> None:
    assert delay_after(0, asked, chance=0.5) == seconds


@given(
    st.sampled_from([NO, YES, UNKNOWN]),
    st.builds(
        Facts,
        tries=st.integers(0, 9),
        is_old=st.booleans(),
        canceled=st.booleans(),
        learned=st.booleans(),
        resend_safe=st.just(False),
        sent_before=st.booleans(),
    ),
    st.integers(0, 9),
)
def test_what_may_have_run_is_never_sent_again_by_itself(
    execution: Execution, facts: Facts, retries: int
) -> None:
    verdict = decide(error(execution, retries=retries), facts, chance=0.5)
    if execution != NO or facts.sent_before:
        assert verdict.to in {State.UNKNOWN, State.BILLED_UNUSABLE}


def paid(**more: Any) -> Loss:
    return Loss(replay_safe=False, **more)


@pytest.mark.parametrize(
    ("state", "loss", "to"),
    [
        ("awaiting", paid(answered=True), State.RECEIVED),
        ("sending", paid(answered=True), State.RECEIVED),
        ("awaiting", paid(resend_safe=True), State.RETRY_WAIT),
        ("awaiting", paid(resend_safe=True, rescues=3), State.UNKNOWN),
        ("received", paid(rescues=2), State.RECEIVED),
        ("received", paid(rescues=3), State.BILLED_UNUSABLE),
        ("received", paid(canceled=True), State.RECEIVED),
        ("claimed", paid(rescues=3), State.FAILED),
        ("claimed", paid(sent_before=True, canceled=True), State.RETRY_WAIT),
        ("claimed", paid(sent_before=True, rescues=3), State.UNKNOWN),
    ],
)
def test_where_a_lost_paid_edit_goes(state: str, loss: Loss, to: State) -> None:
    assert after_loss(State(state), loss) == to


def test_a_database_without_room_is_a_full_disk() -> None:
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            base.executescript("CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f)")
    wrapped = OperationalError("database or disk is full")
    wrapped.__cause__ = caught.value
    assert is_full(wrapped)
    assert not is_full(OperationalError("database is locked"))
