"""So many requests in a minute: exactly, whoever counts and however many count at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.db.models import F
from django.utils import timezone

from editor.models import ApiKey
from editor.services import rate_limits
from editor.services.rate_limits import TooMany
from tests.faults.processes import ROOT, environment
from tests.making import make_api_key, make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import People

LIMIT, THREADS, EACH = 40, 8, 15
# Another web process: threads that ask as often as they can; prints how many were let in.
ASKER = """
import sys
import django
django.setup()
from tests.services.test_rate_limits import ask_from_threads
print(ask_from_threads(int(sys.argv[1])))
"""


@pytest.fixture
def key(people: People) -> ApiKey:
    return make_api_key(people.project, people.olga, requests_per_minute=3)[0]


def move_window(key: ApiKey, by: timedelta) -> None:
    ApiKey.objects.filter(pk=key.pk).update(window_began_at=F("window_began_at") + by)


def test_requests_are_counted_down_and_then_refused(key: ApiKey) -> None:
    found = [rate_limits.take(key) for _ in range(3)]
    assert [(one.limit, one.remaining) for one in found] == [(3, 2), (3, 1), (3, 0)]
    assert all(1 <= one.reset_seconds <= 60 for one in found)
    with pytest.raises(TooMany) as refused:
        rate_limits.take(key)
    assert refused.value.allowance.remaining == 0
    assert 1 <= refused.value.retry_after <= 60


def test_a_refused_request_costs_nothing(key: ApiKey) -> None:
    for _ in range(3):
        rate_limits.take(key)
    before = ApiKey.objects.get(pk=key.pk)
    for _ in range(5):
        with pytest.raises(TooMany):
            rate_limits.take(key)
    after = ApiKey.objects.get(pk=key.pk)
    assert (after.window_count, after.last_used_at) == (3, before.last_used_at)


@pytest.mark.parametrize("seconds", [60, 61, 3600, -61, -3600])
def test_the_next_minute_begins_anew(key: ApiKey, seconds: int) -> None:
    """Also when the clock was set back."""
    for _ in range(3):
        rate_limits.take(key)
    move_window(key, timedelta(seconds=-seconds))
    assert rate_limits.take(key).remaining == 2


def test_a_request_that_was_overtaken_does_not_begin_another_minute(key: ApiKey) -> None:
    """On PostgreSQL the clock is that of the statement, which may have waited for its turn."""
    for _ in range(3):
        rate_limits.take(key)
    move_window(key, timedelta(seconds=2))
    with pytest.raises(TooMany) as refused:
        rate_limits.take(key)
    assert refused.value.retry_after == 60


def test_the_minute_is_whole(key: ApiKey) -> None:
    for _ in range(3):
        rate_limits.take(key)
    move_window(key, timedelta(seconds=-50))
    with pytest.raises(TooMany) as refused:
        rate_limits.take(key)
    assert 1 <= refused.value.retry_after <= 10


def test_use_is_noted(key: ApiKey) -> None:
    assert key.last_used_at is None
    rate_limits.take(key)
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert abs(key.last_used_at - timezone.now()) < timedelta(minutes=1)


def test_keys_are_counted_apart(people: People, key: ApiKey) -> None:
    other, _ = make_api_key(people.project, people.olga, requests_per_minute=3)
    rate_limits.take(key)
    assert rate_limits.take(other).remaining == 2


def test_a_request_is_one_write(
    key: ApiKey, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(1) as asked:  # type: ignore[attr-defined]
        rate_limits.take(key)
    assert [query["sql"].split()[0] for query in asked] == ["UPDATE"]


@pytest.mark.parametrize("before", [0, 1, 3])
def test_several_at_once_are_told_what_one_after_the_other_would_be(
    key: ApiKey, people: People, before: int
) -> None:
    other, _ = make_api_key(people.project, people.olga, requests_per_minute=3)
    for one in (key, other):
        for _ in range(before):
            rate_limits.take(one)
    together = rate_limits.take_each(key, 5)
    apart = [rate_limits.take_each(other, 1)[0] for _ in range(5)]
    assert [remaining(one) for one in together] == [remaining(one) for one in apart]
    assert sum(not isinstance(one, TooMany) for one in together) == 3 - before
    for one in (key, other):
        one.refresh_from_db()
        assert one.window_count == 3


def remaining(told: rate_limits.Allowance | TooMany) -> tuple[str, int]:
    allowance = told.allowance if isinstance(told, TooMany) else told
    return type(told).__name__, allowance.remaining


def test_nobody_who_asks_is_nothing(
    key: ApiKey, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert rate_limits.take_each(key, 0) == []


def test_several_at_once_are_one_write(
    key: ApiKey, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert len(rate_limits.take_each(key, 3)) == 3


@pytest.mark.parametrize("seconds", [60, -61])
def test_the_next_minute_begins_anew_for_several(key: ApiKey, seconds: int) -> None:
    rate_limits.take_each(key, 3)
    move_window(key, timedelta(seconds=-seconds))
    assert [remaining(one) for one in rate_limits.take_each(key, 2)] == [
        ("Allowance", 2),
        ("Allowance", 1),
    ]


def test_more_than_a_minute_holds_are_let_in_as_far_as_it_goes(key: ApiKey) -> None:
    """Also when the minute is a new one: none of them may open it for all."""
    rate_limits.take_each(key, 3)
    move_window(key, timedelta(seconds=-60))
    told = rate_limits.take_each(key, 7)
    assert [isinstance(one, TooMany) for one in told] == [False] * 3 + [True] * 4
    key.refresh_from_db()
    assert key.window_count == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [3, 7])
def test_threads_that_ask_for_several_let_in_exactly_the_limit(count: int) -> None:
    user = make_user("olga")
    key, _ = make_api_key(make_project(user), user, requests_per_minute=LIMIT)
    barrier = Barrier(THREADS)

    def run(_number: int) -> int:
        barrier.wait()
        try:
            told = [one for _ in range(3) for one in rate_limits.take_each(key, count)]
            return sum(not isinstance(one, TooMany) for one in told)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(run, range(THREADS))) == LIMIT
    key.refresh_from_db()
    assert key.window_count == LIMIT


def ask_from_threads(pk: int) -> int:
    """Ask as often as all threads can at once; return how many requests were let in."""
    key = ApiKey(pk=pk)
    barrier = Barrier(THREADS)

    def run(_number: int) -> int:
        barrier.wait()
        try:
            return sum(ask(key) for _ in range(EACH))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(run, range(THREADS)))


def ask(key: ApiKey) -> bool:
    try:
        rate_limits.take(key)
    except TooMany:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_two_processes_let_in_no_more_than_the_limit() -> None:
    assert_exact()


def assert_exact() -> None:
    """Two processes, each with eight threads that ask fifteen times: 40 of 240 are let in."""
    user = make_user("olga")
    key, _ = make_api_key(make_project(user), user, requests_per_minute=LIMIT)
    command = [sys.executable, "-c", ASKER, str(key.pk)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    let_in = sum(int(process.communicate(timeout=60)[0]) for process in processes)
    assert let_in == LIMIT
    assert ApiKey.objects.get(pk=key.pk).window_count == LIMIT


@pytest.mark.django_db(transaction=True)
def test_looking_first_and_counting_then_lets_in_too_many() -> None:
    """What everybody writes first, as a control: the same race would be noticed here."""
    user = make_user("olga")
    key, _ = make_api_key(make_project(user), user, requests_per_minute=LIMIT)
    barrier = Barrier(THREADS)

    def run(_number: int) -> int:
        let_in = 0
        for _ in range(EACH):
            barrier.wait()
            row = ApiKey.objects.get(pk=key.pk)
            barrier.wait()
            if row.window_count < row.requests_per_minute:
                ApiKey.objects.filter(pk=key.pk).update(window_count=row.window_count + 1)
                let_in += 1
        connections.close_all()
        return let_in

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(run, range(THREADS))) > LIMIT
