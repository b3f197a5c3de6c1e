"""Short transactions of those who must not lose what they know: tried again when the database hides."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection

from editor.pipeline.outcome import CONNECTION_LOST

logger = logging.getLogger(__name__)

type Run = Callable[..., Awaitable[Any]]


def disconnect() -> None:
    """Close the connection of the thread this runs in."""
    connection.close()


async def in_one_thread(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Run it where all that is synchronous runs, unless said otherwise."""
    return await sync_to_async(function)(*arguments, **named)


@dataclass(frozen=True, slots=True)
class DatabaseThread:
    """Runs short transactions in one thread, which is this process's own unless `run` says else.

    A lock or a lost connection is tried again for up to half a minute: what was paid for must
    not be dropped because somebody made a backup. At once, first: another connection is mostly
    there to be had.
    """

    tries: int = 8
    wait_seconds: float = 5.0
    run: Run = in_one_thread

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Return what `function` returns. Raises what the database raises, after the last try."""
        for tried in range(1, self.tries + 1):
            try:
                return await self.run(function, *arguments, **named)
            except CONNECTION_LOST:
                await self.run(disconnect)
                if tried == self.tries:
                    raise
                logger.warning("the database did not answer; trying again", exc_info=True)
                await asyncio.sleep(self.wait_seconds if tried > 1 else 0)
        raise ValueError("tries must be at least 1")

    async def close(self) -> None:
        """Close the thread's connection."""
        await self.run(disconnect)
