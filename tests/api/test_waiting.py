"""The hall: many who wait, one who looks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from editor.api import waiting
from editor.api.waiting import Hall, Seen
from editor.models import Edit, State
from editor.services import bell
from tests.making import make_edit_row, make_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine
    from pathlib import Path

    import pytest

    from tests.conftest import People

QUEUED, DONE = Seen(State.QUEUED, 1), Seen(State.SUCCEEDED, 2)
NEVER = 3600.0


@dataclass
class Board:
    """What edits look like; each look is noted."""

    rows: dict[int, Seen] = field(default_factory=dict)
    looks: list[set[int]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def look(self, edits: Collection[int]) -> dict[int, Seen]:
        self.looks.append(set(edits))
        if self.faults:
            raise self.faults.pop(0)
        return {edit: self.rows[edit] for edit in edits if edit in self.rows}


def run(script: Coroutine[Any, Any, None]) -> None:
    async def main() -> None:
        async with asyncio.timeout(20):
            await script

    asyncio.run(main())


async def until(hall: Hall, edit: int, wanted: Seen | None) -> list[Seen | None]:
    """All that one who waits is told, up to what is wanted."""
    told = []
    async with contextlib.aclosing(hall.changes(edit)) as changes:
        async for seen in changes:
            told.append(seen)
            if seen == wanted:
                break
    return told


async def calm() -> None:
    """Let all tasks go on as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_many_who_wait_cost_one_look() -> None:
    board = Board(dict.fromkeys(range(500), QUEUED))

    async def script() -> None:
        hall = Hall(board.look, tick=NEVER)
        all_ = [asyncio.create_task(until(hall, edit, DONE)) for edit in range(500) for _ in (1, 2)]
        while not board.looks:
            await asyncio.sleep(0.001)
        await calm()
        board.rows = dict.fromkeys(range(500), DONE)
        bell.ring(bell.Rope.NEWS, [7])
        told = await asyncio.gather(*all_)
        assert all(one == [QUEUED, DONE] for one in told)

    run(script())
    assert board.looks == [set(range(500))] * 2


def test_nobody_looks_when_nobody_waits(data_dir: Path) -> None:
    board = Board({1: DONE})

    async def script() -> None:
        hall = Hall(board.look, tick=0.001)
        assert board.looks == []
        assert await until(hall, 1, DONE) == [DONE]
        while len(asyncio.all_tasks()) > 1:  # whoever looks is one of them
            await asyncio.sleep(0)
        assert len(board.looks) <= 2
        assert list((data_dir / "bells").iterdir()) == []
        assert await until(hall, 1, DONE) == [DONE]  # and it begins again

    run(script())


def test_without_a_ring_a_tick_finds_it() -> None:
    board = Board({1: QUEUED})

    async def script() -> None:
        hall = Hall(board.look, tick=0.01)
        task = asyncio.create_task(until(hall, 1, DONE))
        while len(board.looks) < 3:
            await asyncio.sleep(0.001)
        board.rows[1] = DONE
        assert await task == [QUEUED, DONE]  # and the same again is no news

    run(script())


def test_a_ring_for_others_is_no_reason_to_look() -> None:
    board = Board({1: QUEUED})

    async def script() -> None:
        hall = Hall(board.look, tick=NEVER)
        task = asyncio.create_task(until(hall, 1, DONE))
        while not board.looks:
            await asyncio.sleep(0.001)
        bell.ring(bell.Rope.NEWS, [2, 3])
        bell.ring(bell.Rope.WORK, [1])
        await asyncio.sleep(0.05)
        assert len(board.looks) == 1
        board.rows[1] = DONE
        bell.ring(bell.Rope.NEWS, [2, 1])
        await task

    run(script())


def test_a_look_that_breaks_off_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    board = Board({1: DONE}, faults=[OSError("gone"), RuntimeError("away")])

    async def script() -> None:
        assert await until(Hall(board.look, tick=0.01), 1, DONE) == [DONE]

    with caplog.at_level(logging.ERROR):
        run(script())
    assert len(board.looks) == 3
    assert caplog.text.count("a look for waiting edits broke off") == 2


def test_an_edit_that_is_gone_is_told_as_none() -> None:
    board = Board({1: QUEUED})

    async def script() -> None:
        hall = Hall(board.look, tick=0.01)
        task = asyncio.create_task(until(hall, 1, None))
        while not board.looks:
            await asyncio.sleep(0.001)
        del board.rows[1]
        assert await task == [QUEUED, None]

    run(script())


def test_whoever_comes_later_is_told_how_it_stands_and_others_are_not_told_again() -> None:
    board = Board({1: QUEUED})

    async def script() -> None:
        hall = Hall(board.look, tick=0.01)
        first = asyncio.create_task(until(hall, 1, DONE))
        while not board.looks:
            await asyncio.sleep(0.001)
        await calm()
        second = asyncio.create_task(until(hall, 1, DONE))
        while len(board.looks) < 3:
            await asyncio.sleep(0.001)
        board.rows[1] = DONE
        assert await second == [QUEUED, DONE]
        assert await first == [QUEUED, DONE]

    run(script())


def test_whoever_leaves_is_looked_for_no_more() -> None:
    board = Board({1: QUEUED, 2: QUEUED})

    async def script() -> None:
        hall = Hall(board.look, tick=0.01)
        leaves = asyncio.create_task(until(hall, 1, DONE))
        stays = asyncio.create_task(until(hall, 2, DONE))
        while not board.looks:
            await asyncio.sleep(0.001)
        leaves.cancel()
        await asyncio.gather(leaves, return_exceptions=True)
        while board.looks[-1] != {2}:
            await asyncio.sleep(0.001)
        board.rows[2] = DONE
        await stays

    run(script())


def test_without_fifos_it_looks_all_the_same(settings: Any, tmp_path: Path) -> None:
    settings.BELLS_DIR = tmp_path / "file"
    settings.BELLS_DIR.write_bytes(b"no folder")
    board = Board({1: DONE})

    async def script() -> None:
        assert await until(Hall(board.look, tick=0.01), 1, DONE) == [DONE]

    run(script())


def test_the_hall_is_the_event_loops() -> None:
    async def halls() -> tuple[Hall, Hall]:
        return waiting.hall(), waiting.hall()

    first, second = asyncio.run(halls())
    assert first is second
    assert asyncio.run(halls())[0] is not first


def test_one_look_is_one_query_for_five_hundred(
    people: People, django_assert_num_queries: Any
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edits = [make_edit_row(people.project, people.olga, picture) for _ in range(3)]
    Edit.objects.filter(pk=edits[1].pk).update(state=State.FAILED, pulse=9)
    asked = {*(edit.pk for edit in edits), *range(10_000, 10_497)}
    with django_assert_num_queries(1):
        found = waiting.look(asked)
    assert found.keys() == {edit.pk for edit in edits}
    assert found[edits[1].pk] == Seen(State.FAILED, 9)
    with django_assert_num_queries(2):
        waiting.look({*asked, 99_999})
