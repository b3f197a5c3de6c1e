"""Who waits for a slot, and who goes first."""

from __future__ import annotations

import asyncio

from editor.imaging.sandbox.slots import Slots


def test_a_lower_rank_goes_first_and_equals_in_the_order_of_asking() -> None:
    served: list[str] = []

    async def work(slots: Slots, name: str, rank: int) -> None:
        await slots.acquire_async(rank)
        served.append(name)
        slots.release()

    async def main() -> None:
        slots = Slots(1)
        slots.acquire()
        waits = [("last", 2), ("first", 0), ("third", 1), ("second", 0), ("fourth", 1)]
        tasks = [asyncio.create_task(work(slots, name, rank)) for name, rank in waits]
        await asyncio.sleep(0)
        slots.release()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert served == ["first", "second", "third", "fourth", "last"]


def test_who_stops_waiting_takes_nobodys_turn() -> None:
    async def main() -> None:
        slots = Slots(1)
        slots.acquire()
        gone = asyncio.create_task(slots.acquire_async(0))
        stays = asyncio.create_task(slots.acquire_async(1))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        slots.release()
        await asyncio.wait_for(stays, 5)

    asyncio.run(main())
