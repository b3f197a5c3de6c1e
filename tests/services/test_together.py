"""What several ask for at the same time is done at once; who is alone waits for nobody."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest

from editor.services.together import MOST, Together

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

type Round = list[int]


class Doing:
    """Doubles numbers; a round goes on when it may."""

    def __init__(self, *, may: bool = True) -> None:
        self.rounds: list[Round] = []
        self.begun = asyncio.Event()
        self.may = asyncio.Event()
        self.faults: list[BaseException] = []
        if may:
            self.may.set()

    async def __call__(self, asked: Sequence[int]) -> list[int | Exception]:
        self.rounds.append(list(asked))
        self.begun.set()
        await self.may.wait()
        if self.faults:
            raise self.faults.pop(0)
        return [KeyError(one) if one < 0 else 2 * one for one in asked]


def run[T](script: Coroutine[Any, Any, T]) -> T:
    async def main() -> T:
        async with asyncio.timeout(20):
            return await script

    return asyncio.run(main())


async def held_up(doing: Doing, together: Together[int, int], *asked: int) -> list[Any]:
    """Tasks of those who ask while the round of the first is being done."""
    first = asyncio.create_task(together.ask(0))
    await doing.begun.wait()
    tasks = [asyncio.create_task(together.ask(one)) for one in asked]
    await asyncio.sleep(0)
    assert doing.rounds == [[0]]
    return [first, *tasks]


def test_who_is_alone_is_a_round() -> None:
    async def script() -> list[Round]:
        doing = Doing()
        together = Together(doing)
        assert [await together.ask(one) for one in (1, 2)] == [2, 4]
        return doing.rounds

    assert run(script()) == [[1], [2]]


def test_those_who_come_together_are_one_round_and_each_is_told_its_own() -> None:
    async def script() -> list[Round]:
        doing = Doing()
        together = Together(doing)
        assert await asyncio.gather(*map(together.ask, range(9))) == list(range(0, 18, 2))
        return doing.rounds

    assert run(script()) == [list(range(9))]


def test_the_next_round_gathers_while_one_is_done() -> None:
    async def script() -> list[Round]:
        doing = Doing(may=False)
        tasks = await held_up(doing, Together(doing), 3, 1, 2)
        doing.may.set()
        assert await asyncio.gather(*tasks) == [0, 6, 2, 4]
        return doing.rounds

    assert run(script()) == [[0], [3, 1, 2]]


def test_a_round_is_of_so_many_and_nobody_is_left_over() -> None:
    async def script() -> list[int]:
        doing = Doing()
        together = Together(doing)
        found = await asyncio.gather(*map(together.ask, range(2 * MOST + 3)))
        assert found == [2 * one for one in range(2 * MOST + 3)]
        return [len(one) for one in doing.rounds]

    assert run(script()) == [MOST, MOST, 3]


def test_an_exception_of_one_is_raised_for_that_one_alone() -> None:
    async def script() -> list[Any]:
        together = Together(Doing())
        return await asyncio.gather(*map(together.ask, [1, -2, 3]), return_exceptions=True)

    one, fault, three = run(script())
    assert (one, three) == (2, 6)
    assert isinstance(fault, KeyError)


def test_a_round_that_fails_is_told_to_all_of_it_and_the_next_is_done() -> None:
    async def script() -> list[Round]:
        doing = Doing(may=False)
        tasks = await held_up(doing, Together(doing), 1, 2)
        doing.faults = [ConnectionError(), ConnectionError()]
        doing.may.set()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(one) for one in found] == [ConnectionError] * 3
        assert await Together(doing).ask(5) == 10
        return doing.rounds

    assert run(script()) == [[0], [1, 2], [5]]


def test_whoever_goes_away_keeps_nobody_waiting() -> None:
    async def script() -> None:
        doing = Doing(may=False)
        together = Together(doing)
        tasks = await held_up(doing, together, 1, 2)
        tasks[0].cancel()
        tasks[1].cancel()
        await asyncio.sleep(0)
        doing.may.set()
        assert await tasks[2] == 4
        assert await together.ask(7) == 14
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]

    run(script())


def test_too_few_answers_are_a_fault_and_no_endless_wait() -> None:
    async def nothing(_asked: Sequence[int]) -> list[int | Exception]:
        return []

    with pytest.raises(ValueError, match="shorter"):
        run(Together(nothing).ask(1))


def test_who_is_patient_waits_for_others() -> None:
    async def script() -> list[Round]:
        doing = Doing()
        together = Together(doing, patience=0.2)
        assert await asyncio.gather(*map(together.ask, range(3))) == [0, 2, 4]
        return doing.rounds

    assert run(script()) == [[0, 1, 2]]


def test_who_is_in_a_hurry_takes_along_who_waits() -> None:
    async def script() -> list[Round]:
        doing = Doing()
        together = Together(doing, patience=600)
        waiting = asyncio.create_task(together.ask(1))
        await asyncio.sleep(0)
        assert (await together.ask(2, hurry=True), await waiting) == (4, 2)
        # The next one waits again.
        later = asyncio.create_task(together.ask(3))
        assert not (await asyncio.wait({later}, timeout=0.05))[0]
        assert (await together.ask(4, hurry=True), await later) == (8, 6)
        return doing.rounds

    assert run(script()) == [[1, 2], [3, 4]]


def test_a_full_round_waits_for_nobody() -> None:
    async def script() -> list[int]:
        doing = Doing()
        together = Together(doing, most=2, patience=600)
        await asyncio.gather(*map(together.ask, range(4)))
        return [len(one) for one in doing.rounds]

    assert run(script()) == [2, 2]


def test_what_was_begun_may_be_left_alone() -> None:
    async def script() -> tuple[list[Round], list[Any]]:
        doing, said = Doing(), list[Any]()
        together = Together(doing)
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: said.append(context)
        )
        together.begin(-1)
        left = together.begin(2)
        together.begin(-3).cancel()
        assert await left == 4
        assert await together.ask(5) == 10
        gc.collect()
        return doing.rounds, said

    assert run(script()) == ([[-1, 2, -3], [5]], [])
