"""An engine that gets ready while its intent is still being written.

It may connect to whom its member agreed to, and no byte follows. Nothing of the edit leaves before the intent is on record
(reliability.md 4.3): the engine stops in front of the first byte until then.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from editor.engines.base import Answer, EditRequest, Engine, Watch
from editor.imaging.sandbox.wire import JSON


class Departure:
    """One attempt of an engine; it is the `Watch` until there is one.

    Unless it is `early` it begins only when the intent is written.
    """

    def __init__(self, engine: Engine, request: EditRequest, token: UUID, *, early: bool) -> None:
        self._cleared = asyncio.Event()
        self._watch: Watch | None = None
        request = replace(request, token=str(token))
        self._asked = asyncio.create_task(self._ask(engine, request, early=early))

    async def call_off(self) -> None:
        """Have no more of it, if it is not over; returns when nothing of it is left."""
        self._asked.cancel()
        await asyncio.wait([self._asked])
        if not self._asked.cancelled():
            self._asked.exception()

    async def answer(self, watch: Watch) -> Answer:
        """The intent is written: let it leave. Raises what the engine raises."""
        self._watch = watch
        self._cleared.set()
        return await self._asked

    async def _ask(self, engine: Engine, request: EditRequest, *, early: bool) -> Answer:
        if early:
            # The intent comes first: it is written in a thread, and this gets ready meanwhile.
            await asyncio.sleep(0)
        else:
            await self._cleared.wait()
        return await engine.edit(request, self)

    async def leaving(self) -> None:
        """Wait until something may leave."""
        await self._cleared.wait()
        await self._told.leaving()

    async def sent(self) -> None:
        """The whole request has left."""
        await self._told.sent()

    async def headed(self, head: Mapping[str, JSON]) -> None:
        """The head of the answer is here."""
        await self._told.headed(head)

    def partial(self, file: Path) -> None:
        """A preview is here."""
        self._told.partial(file)

    def progress(self, share: float) -> None:
        """So much is done."""
        self._told.progress(share)

    @property
    def _told(self) -> Watch:
        if self._watch is None:
            raise RuntimeError("the engine did not wait until it might leave")
        return self._watch
