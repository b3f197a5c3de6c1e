"""Writes down what an engine tells while it works, without ever holding it up for long."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from editor.models import Attempt
from editor.pipeline import attempts, spool, steps
from editor.pipeline.announce import Announcer
from editor.pipeline.desk import Database
from editor.pipeline.states import Hold, LostLease, note_progress

logger = logging.getLogger(__name__)

PROGRESS_STEP: Final = 5  # percent; a finer step would only make pages poll for nothing
ENGINE_SHARE: Final = (10, 90)  # where the engine's own 0..1 lies on the edit's 0..100
PREVIEW_SECONDS: Final = 1.0
HEAD_SECONDS: Final = 2.0


class Watcher:
    """The `Watch` of one flight. What it writes is written in order, one thing after the other.

    A lease that was lost meanwhile is remembered, not raised: what was paid for is not dropped.
    """

    def __init__(
        self,
        hold: Hold,
        attempt: Attempt,
        database: Database,
        announcer: Announcer,
        barrier: Callable[[str], None],
    ) -> None:
        self.hold = hold
        self._attempt = attempt
        self._database = database
        self._announcer = announcer
        self._barrier = barrier
        self._percent = 0
        self._last: asyncio.Task[None] | None = None
        self._head: Mapping[str, Any] = {}
        self._headed_at = 0.0
        # When the request left, as long as that is not written.
        self._sent_at: float | None = None
        self._previews: deque[Path] = deque()
        self._shown: Path | None = None
        self._shown_at = 0.0
        self._timers: dict[str, asyncio.TimerHandle] = {}

    async def leaving(self) -> None:
        """It may: a watcher watches what is on record."""

    async def sent(self) -> None:
        """The whole request has left. Nobody waits until that is written."""
        self._sent_at = asyncio.get_running_loop().time()
        written = self._announcer.add(self.hold, self._attempt)
        self._then(partial(self._note_sent, written))

    async def headed(self, head: Mapping[str, Any]) -> None:
        """The head of the answer is here; mostly the body follows at once and is written with it."""
        loop = asyncio.get_running_loop()
        self._head, self._headed_at = dict(head), loop.time()
        self._timers["head"] = loop.call_later(HEAD_SECONDS, self._then, self._write_head)
        self._barrier("headed")

    def partial(self, file: Path) -> None:
        """A preview is here: the newest is shown, at most one a second; one more is kept for readers."""
        self._previews.append(file)
        while len(self._previews) > 2:
            self._previews.popleft().unlink(missing_ok=True)
        if "preview" not in self._timers:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._shown_at + PREVIEW_SECONDS - loop.time())
            self._timers["preview"] = loop.call_later(wait, self._show)

    def progress(self, share: float) -> None:
        """So much of the engine's work is done."""
        low, high = ENGINE_SHARE
        percent = low + int((high - low) * min(1.0, max(0.0, share)))
        if percent - self._percent >= PROGRESS_STEP:
            self._percent = percent
            self._barrier("drawing")
            self._then(self._write_progress)

    async def settle(self) -> Hold:
        """Wait until all is written, so that nothing is written after the next move.

        That all has left may still be unwritten; then `head` says it.
        """
        self._announcer.withdraw(self._attempt)
        if timer := self._timers.pop("head", None):
            timer.cancel()
        if timer := self._timers.pop("preview", None):
            timer.cancel()
            self._show()
        while self._last is not None and not self._last.done():
            await asyncio.wait({self._last})
        return self.hold

    def head(self) -> dict[str, Any]:
        """Return what is known beside the answer itself, for the row of the attempt."""
        now = asyncio.get_running_loop().time()
        fields = attempts.head_fields(self._head, now - self._headed_at) if self._head else {}
        if self._sent_at is not None:
            fields["sent_at"] = attempts.moment(now - self._sent_at)
        return fields

    def _then(self, step: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        self._last = asyncio.get_running_loop().create_task(self._after(self._last, step))
        return self._last

    async def _after(
        self, previous: asyncio.Task[None] | None, step: Callable[[], Awaitable[None]]
    ) -> None:
        if previous is not None and not previous.done():
            await asyncio.wait({previous})
        try:
            await step()
        except LostLease as error:
            logger.info("what the engine told came late: %s", error)
        except Exception:  # the next step finds the row as it is
            logger.exception("what the engine told could not be written")

    async def _note_sent(self, written: asyncio.Future[Hold]) -> None:
        await asyncio.wait({written})
        if not written.cancelled():
            self.hold, self._sent_at = written.result(), None
            self._barrier("awaiting")

    async def _write_head(self) -> None:
        await self._database(steps.headed, self._attempt, **self.head())

    async def _write_progress(self) -> None:
        await self._database(note_progress, self.hold, self._percent)

    def _show(self) -> None:
        self._timers.pop("preview", None)
        if self._previews and self._previews[-1] != self._shown:
            self._shown = self._previews[-1]
            self._shown_at = asyncio.get_running_loop().time()
            self._then(self._write_preview)

    async def _write_preview(self) -> None:
        if self._shown is not None:
            name = spool.name_of(self._shown)
            await self._database(steps.previewed, self.hold, self._attempt, name, **self.head())
