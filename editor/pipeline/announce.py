"""Writes for many edits at once that their requests have left.

Every request does so, and most within moments of others. One transaction for all of them costs
what one costs; an answer that comes before it is written says the same itself.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from editor.models import Attempt
from editor.pipeline import steps
from editor.pipeline.desk import Database
from editor.pipeline.states import Hold, LostLease

# How long a card may say "sending" when all has left.
WINDOW_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Departure:
    """A request that has left, and who waits to hear that it is written."""

    hold: Hold
    attempt: Attempt
    written: asyncio.Future[Hold]


@dataclass(slots=True)
class Announcer:
    """Collects departures for a moment, then writes them together."""

    database: Database
    window: float = WINDOW_SECONDS
    _waiting: dict[tuple[int, int], Departure] = field(default_factory=dict)
    _timer: asyncio.TimerHandle | None = None
    _writing: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, hold: Hold, attempt: Attempt) -> asyncio.Future[Hold]:
        """Have it written soon; the future has the new hold, or raises LostLease."""
        loop = asyncio.get_running_loop()
        departure = Departure(hold, attempt, loop.create_future())
        self._waiting[attempt.pk, attempt.fence] = departure
        if self._timer is None:
            self._timer = loop.call_later(self.window, self._write)
        return departure.written

    def withdraw(self, attempt: Attempt) -> bool:
        """Whether it is not written yet and now will not be."""
        departure = self._waiting.pop((attempt.pk, attempt.fence), None)
        if departure is not None:
            departure.written.cancel()
        return departure is not None

    def _write(self) -> None:
        self._timer = None
        gathered, self._waiting = list(self._waiting.values()), {}
        if gathered:
            task = asyncio.get_running_loop().create_task(self._together(gathered))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _together(self, gathered: Sequence[Departure]) -> None:
        try:
            moved = await self.database(steps.sent, [(one.hold, one.attempt) for one in gathered])
        except Exception as error:  # noqa: BLE001  each of them has to learn of it
            for one in gathered:
                one.written.set_exception(error)
            return
        for one in gathered:
            hold = moved.get(one.hold.edit_id)
            if hold:
                one.written.set_result(hold)
            else:
                one.written.set_exception(LostLease(f"edit {one.hold.edit_id} was taken away"))
