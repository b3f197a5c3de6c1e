"""Waiting for edits without a thread each: one look at the database for all that wait here."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import close_old_connections

from editor.api.per_loop import PerLoop
from editor.http import run_whole
from editor.models import Edit, State
from editor.services import bell

if TYPE_CHECKING:
    from collections.abc import Iterator

# Looked for without a ring: a bell is only a hint.
TICK_SECONDS: Final = 0.5
# Rings so close to each other are answered by one look.
GATHER_SECONDS: Final = 0.002
# Edits in one question to the database.
CHUNK: Final = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """An edit as it was at the last look; the pulse tells apart what else changes."""

    state: State
    pulse: int


type Look = Callable[[Collection[int]], Awaitable[dict[int, Seen]]]


def look(edits: Collection[int]) -> dict[int, Seen]:
    """Return how these edits stand; one that is gone is left out."""
    found: dict[int, Seen] = {}
    ordered = sorted(edits)
    for start in range(0, len(ordered), CHUNK):
        rows = Edit.objects.filter(pk__in=ordered[start : start + CHUNK])
        for pk, state, pulse in rows.values_list("pk", "state", "pulse"):
            found[pk] = Seen(State(state), pulse)
    return found


@dataclass(slots=True)
class Hall:
    """Those of one event loop who wait; it looks for them as long as there are any."""

    look: Look
    tick: float = TICK_SECONDS
    # By edit: each one's queue, and what it was told last.
    _waiting: dict[int, dict[asyncio.Queue[Seen | None], Seen | None]] = field(default_factory=dict)
    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _looking: asyncio.Task[None] | None = None

    async def changes(self, edit: int) -> AsyncGenerator[Seen | None]:
        """Yield how the edit stands now and after each change; None once it is gone."""
        queue: asyncio.Queue[Seen | None] = asyncio.Queue()
        with self._seat(edit, queue):
            while True:
                yield await queue.get()

    @contextmanager
    def _seat(self, edit: int, queue: asyncio.Queue[Seen | None]) -> "Iterator[None]":
        self._waiting.setdefault(edit, {})[queue] = None
        self._rung.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._watch())
        try:
            yield
        finally:
            others = self._waiting[edit]
            del others[queue]
            if not others:
                del self._waiting[edit]

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        with bell.hung(bell.Rope.NEWS) as handle:
            loop.add_reader(handle, self._hear, handle)
            try:
                while self._waiting:
                    await self._ring_or_tick()
                    await self._try_to_tell()
            finally:
                loop.remove_reader(handle)

    def _hear(self, handle: int) -> None:
        if not bell.heard(handle).isdisjoint(self._waiting):
            self._rung.set()

    async def _ring_or_tick(self) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), self.tick)
            await asyncio.sleep(GATHER_SECONDS)
        except TimeoutError:
            pass
        self._rung.clear()

    async def _try_to_tell(self) -> None:
        try:
            await self._tell()
        except Exception:  # nobody would ever be told again
            log.exception("a look for waiting edits broke off; trying again")
            await asyncio.sleep(self.tick)

    async def _tell(self) -> None:
        asked = tuple(self._waiting)
        found = await self.look(asked)
        for edit in asked:
            now, told = found.get(edit), self._waiting.get(edit, {})
            for queue, last in told.items():
                if now is None or now != last:
                    queue.put_nowait(now)
                    told[queue] = now


# Of its own, so that those who wait are told whatever else is asked of the database.
LOOKING_THREADS: Final = 1
_lookout = ThreadPoolExecutor(LOOKING_THREADS, thread_name_prefix="api-look")


async def _look_in_thread(edits: Collection[int]) -> dict[int, Seen]:
    return await run_whole(_lookout, _look_afresh, edits)


def _look_afresh(edits: Collection[int]) -> dict[int, Seen]:
    close_old_connections()
    try:
        return look(edits)
    finally:
        close_old_connections()


def _new() -> Hall:
    return Hall(_look_in_thread)


hall: Final = PerLoop(_new)
