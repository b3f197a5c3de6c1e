"""Does at once what several ask for at the same time: a transaction for all costs little more than one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final

MOST: Final = 32


class Together[Asked, Told]:
    """While one round is being done the next gathers; whoever is alone waits for nobody.

    `do` is given up to `most` things and returns what each is told, in their order; an exception
    among these is raised for the one it is for. Where nobody is in a hurry, each round waits for
    others that long, in seconds.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Asked]], Awaitable[Sequence[Told | Exception]]],
        most: int = MOST,
        patience: float = 0.0,
    ) -> None:
        self._do = do
        self._patience = patience
        self._most = most
        self._hurry = asyncio.Event()
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._rounds: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked, *, hurry: bool = False) -> Told:
        """Have it done; return what came of it. Raises what `do` raises, or has for this one.

        Whoever is in a hurry takes along all who wait.
        """
        return await self.begin(asked, hurry=hurry)

    def begin(self, asked: Asked, *, hurry: bool = False) -> asyncio.Future[Told]:
        """Have it done, and go on; the future may be left alone, whatever comes of it."""
        if hurry:
            self._hurry.set()
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Told] = loop.create_future()
        told.add_done_callback(_seen)
        self._waiting.append((asked, told))
        if self._rounds is None or self._rounds.done():
            self._rounds = loop.create_task(self._go())
        return told

    async def _go(self) -> None:
        while self._waiting:
            await self._wait_for_others()
            now, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                found = await self._do([asked for asked, _told in now])
                pairs = list(zip(now, found, strict=True))
            except Exception as error:  # noqa: BLE001  it belongs to all who asked
                pairs = [(one, error) for one in now]
            for (_asked, told), one in pairs:
                _tell(told, one)

    async def _wait_for_others(self) -> None:
        if self._patience and len(self._waiting) < self._most:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self._hurry.wait()
        self._hurry.clear()


def _seen(told: asyncio.Future[Any]) -> None:
    """Look at an error that perhaps nobody waits for: asyncio would log it."""
    if not told.cancelled():
        told.exception()


def _tell[Told](told: asyncio.Future[Told], found: Told | Exception) -> None:
    if told.done():  # whoever asked is gone
        return
    if isinstance(found, Exception):
        told.set_exception(found)
    else:
        told.set_result(found)
