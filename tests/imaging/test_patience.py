"""Work that nobody waits for: beside the slots, one at a time, and last in line for a core."""

from __future__ import annotations

import asyncio
import os
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from editor.imaging.sandbox.client import PATIENT_NICENESS, ChildJob, Sandbox, patiently
from tests.imaging.test_sandbox import JOBS, PATIENCE, make_sandbox, pid_in

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path
    from typing import Any

    from editor.imaging.sandbox.wire import JSON

MOST_NICENESS = 19


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """Of one slot."""
    made = make_sandbox()
    yield made
    made.close()


async def patient[T](work: Coroutine[Any, Any, T]) -> T:
    with patiently():
        return await work


async def occupy(box: Sandbox, mark: Path) -> asyncio.Task[dict[str, JSON]]:
    """A job that holds a slot until it is cancelled, from when it holds it."""
    task = asyncio.create_task(box.run(f"{JOBS}:sleep", seconds=60, mark=str(mark)))
    async with asyncio.timeout(PATIENCE):
        while not pid_in(mark):
            await asyncio.sleep(0.005)
    return task


async def niceness(box: Sandbox) -> int:
    return int(str((await box.run(f"{JOBS}:niceness"))["niceness"]))


def test_it_runs_although_all_slots_are_taken(box: Sandbox, tmp_path: Path) -> None:
    async def scene() -> tuple[bool, bool]:
        busy = await occupy(box, tmp_path / "mark")
        waiting = asyncio.create_task(box.run(f"{JOBS}:say_pid"))
        async with asyncio.timeout(PATIENCE):
            await patient(box.run(f"{JOBS}:say_pid"))
        facts = busy.done(), waiting.done()
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
        await waiting
        return facts

    assert asyncio.run(scene()) == (False, False)


def test_a_patient_job_takes_no_slot(box: Sandbox, tmp_path: Path) -> None:
    async def scene() -> bool:
        slow = await asyncio.create_task(patient(occupy(box, tmp_path / "mark")))
        async with asyncio.timeout(PATIENCE):
            await box.run(f"{JOBS}:say_pid")
        still_runs = not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        return still_runs

    assert asyncio.run(scene())


def test_one_runs_after_the_other(tmp_path: Path) -> None:
    box = make_sandbox(slots=4)

    async def scene() -> list[dict[str, JSON]]:
        return await asyncio.gather(*(patient(box.run(f"{JOBS}:span")) for _ in range(3)))

    spans = sorted(
        (float(str(one["start"])), float(str(one["end"]))) for one in asyncio.run(scene())
    )
    box.close()
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_patient_child_steps_back_and_others_do_not(box: Sandbox) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)

    async def scene() -> list[int]:
        return [await niceness(box), await patient(niceness(box)), await niceness(box)]

    assert asyncio.run(scene()) == [ours, min(ours + PATIENT_NICENESS, MOST_NICENESS), ours]


def test_patience_ends_where_it_was_said(box: Sandbox) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)

    async def scene() -> int:
        with patiently():
            await niceness(box)
        return await niceness(box)

    assert asyncio.run(scene()) == ours


def test_a_patient_child_is_not_kept_for_those_in_a_hurry(box: Sandbox) -> None:
    """A process can step back, and never forward again."""
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    look = [ChildJob(f"{JOBS}:niceness", {})]

    async def scene() -> list[Any]:
        first = asyncio.create_task(patient(box.run_each(look, same="a")))
        second = asyncio.create_task(patient(box.run_each(look, same="a")))
        third = asyncio.create_task(box.run_each(look, same="a"))
        found = await asyncio.gather(first, second, third)
        return [one[0]["niceness"] for one in found]

    back = min(ours + PATIENT_NICENESS, MOST_NICENESS)
    assert asyncio.run(scene()) == [back, back, ours]
