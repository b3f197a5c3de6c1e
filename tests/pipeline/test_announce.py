"""Requests that left in the same moment are written in one transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from editor.models import Activity, Attempt, Edit, State
from editor.pipeline import steps
from editor.pipeline.announce import Announcer
from editor.pipeline.database import DatabaseThread
from editor.pipeline.states import Hold, LostLease
from tests.making import make_edit_row, make_rows
from tests.pipeline.stub_engine import StubEngine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


class Counting:
    """A database thread that counts what it is asked to do; broken if told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self._inner = DatabaseThread()
        self.asked = 0
        self.failure = failure

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self.asked += 1
        if self.failure:
            raise self.failure
        return await self._inner(function, *arguments, **named)

    async def close(self) -> None:
        await self._inner.close()


def make_leaving(people: People, count: int) -> list[tuple[Hold, Attempt]]:
    """Edits whose intent is written."""
    pictures = make_rows(people.project, people.olga, count)
    edits = [
        make_edit_row(people.project, people.olga, picture, state="claimed", fence=number + 1)
        for number, picture in enumerate(pictures)
    ]
    return [steps.intend(Hold.on(edit), StubEngine()) for edit in edits]


def run[T](database: DatabaseThread | Counting, act: Callable[[Announcer], Awaitable[T]]) -> T:
    async def main() -> T:
        try:
            return await act(Announcer(database, 0.0))
        finally:
            await database.close()

    return asyncio.run(main())


def test_all_that_leave_together_are_written_at_once(people: People) -> None:
    leaving = make_leaving(people, 5)
    database = Counting()

    async def act(announcer: Announcer) -> list[Hold]:
        return await asyncio.gather(*(announcer.add(*one) for one in leaving))

    holds = run(database, act)
    assert database.asked == 1
    assert [(hold.state, hold.fence) for hold in holds] == [
        (State.AWAITING, number) for number in range(1, 6)
    ]
    assert set(Edit.objects.values_list("state", flat=True)) == {"awaiting"}
    assert Activity.objects.filter(kind="edit.awaiting").count() == 5
    assert not Attempt.objects.filter(sent_at=None).exists()


def test_what_was_taken_away_is_told_to_its_run_alone(people: People) -> None:
    leaving = make_leaving(people, 2)
    Edit.objects.filter(pk=leaving[0][0].edit_id).update(fence=9)

    async def act(announcer: Announcer) -> list[Hold | BaseException]:
        waits = [announcer.add(*one) for one in leaving]
        return await asyncio.gather(*waits, return_exceptions=True)

    lost, kept = run(DatabaseThread(), act)
    assert isinstance(lost, LostLease)
    assert isinstance(kept, Hold)
    sent = Attempt.objects.order_by("pk").values_list("sent_at", flat=True)
    assert [moment is None for moment in sent] == [True, False]


def test_what_is_withdrawn_is_not_written(people: People) -> None:
    leaving = make_leaving(people, 2)

    async def act(announcer: Announcer) -> tuple[bool, bool, Hold]:
        first, second = (announcer.add(*one) for one in leaving)
        withdrawn = announcer.withdraw(leaving[0][1])
        hold = await second
        assert first.cancelled()
        return withdrawn, announcer.withdraw(leaving[1][1]), hold

    assert run(DatabaseThread(), act)[:2] == (True, False)
    assert sorted(Edit.objects.values_list("state", flat=True)) == ["awaiting", "sending"]


def test_a_database_that_fails_is_told_to_all(people: People) -> None:
    leaving = make_leaving(people, 2)
    failure = RuntimeError("broken")

    async def act(announcer: Announcer) -> list[Hold | BaseException]:
        waits = [announcer.add(*one) for one in leaving]
        return await asyncio.gather(*waits, return_exceptions=True)

    assert run(Counting(failure), act) == [failure, failure]
