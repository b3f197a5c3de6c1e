"""What a fault has at hand while it strikes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.faults.fake_provider.answers import Answer
    from tests.faults.fake_provider.asks import Ask
    from tests.faults.fake_provider.exchange import Exchange
    from tests.faults.fake_provider.rules import Job


@dataclass(frozen=True, slots=True)
class Case:
    """One request that is to go wrong. ``draw`` is the honest work, not yet done.

    ``home`` and ``elsewhere`` are addresses of this provider and of the canary; ``keep`` puts
    bytes where they can be fetched once and returns the path.
    """

    exchange: Exchange
    home: str
    elsewhere: str
    keep: Callable[[bytes, str], str]
    ask: Ask | None = None
    job: Job | None = None
    draw: Callable[[], Awaitable[Answer]] | None = None

    async def answer(self) -> Answer:
        """Do the honest work."""
        if self.draw is None:
            raise RuntimeError("this fault strikes before there is an answer")
        return await self.draw()

    async def value(self) -> dict[str, Any]:
        """The honest body."""
        return (await self.answer()).to_json()

    async def body(self) -> bytes:
        """The honest body as bytes."""
        return json.dumps(await self.value()).encode()

    async def hang(self) -> None:
        """Say nothing more until the client leaves."""
        await self.exchange.reader.read(1)
        self.exchange.close()


async def pause(seconds: float) -> None:
    """Wait, on this provider's clock."""
    await asyncio.sleep(seconds)
