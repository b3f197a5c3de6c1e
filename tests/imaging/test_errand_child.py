"""One child for the jobs of one errand, and what is done before children are born."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, cast

import pytest

from editor.imaging.sandbox.client import JobRejected, Sandbox, by_one_child, patiently
from tests.imaging.test_sandbox import JOBS, PATIENCE, make_sandbox, running, wait_for

if TYPE_CHECKING:
    from editor.imaging.sandbox.wire import JSON


def test_modules_warm_up_once_before_children_are_born() -> None:
    box = make_sandbox()
    for _child in range(2):
        said = box.call(f"{JOBS}:say_warmth")
        assert said["in"] == [said["zygote"]]
    box.close()


async def pid_of(box: Sandbox) -> int:
    return int(cast("int", (await box.run(f"{JOBS}:say_pid"))["pid"]))


def test_an_errand_has_a_child_of_its_own() -> None:
    box = make_sandbox(slots=2)

    async def errand() -> list[int]:
        with by_one_child():
            # Work of an errand may be a task.
            return [await pid_of(box), await asyncio.create_task(pid_of(box)), await pid_of(box)]

    async def main() -> tuple[list[int], list[int], int]:
        first, second = await asyncio.gather(errand(), errand())
        return first, second, await pid_of(box)

    first, second, other = asyncio.run(main())
    assert len(set(first)) == len(set(second)) == 1
    assert len({first[0], second[0], other}) == 3
    wait_for(lambda: not running(first[0]) and not running(second[0]))
    box.close()


def test_an_errand_goes_on_when_its_child_is_gone() -> None:
    box = make_sandbox()

    async def main() -> list[int]:
        with by_one_child():
            first = await pid_of(box)
            os.kill(first, signal.SIGKILL)
            second = await pid_of(box)
            with pytest.raises(JobRejected):
                await box.run(f"{JOBS}:refuse")
            return [first, second, await pid_of(box)]

    assert len(set(asyncio.run(main()))) == 3
    box.close()


def test_a_patient_errand_steps_back_once_for_each_job() -> None:
    """Its jobs have a child each: one that stepped back would step back again."""
    box = make_sandbox()

    async def main() -> list[JSON]:
        with patiently(), by_one_child():
            return [(await box.run(f"{JOBS}:niceness"))["niceness"] for _job in range(2)]

    first, second = asyncio.run(main())
    assert first == second
    box.close()


def test_a_child_that_an_errand_leaves_idle_is_let_go() -> None:
    box = make_sandbox()

    async def main() -> bool:
        with by_one_child():
            pid = await pid_of(box)
            async with asyncio.timeout(PATIENCE):
                while running(pid):
                    await asyncio.sleep(0.01)
            return await pid_of(box) != pid

    assert asyncio.run(main())
    box.close()
