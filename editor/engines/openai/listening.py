"""Follows a streamed answer: cuts previews out as they come and knows when all is there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from editor.engines.openai import errors
from editor.engines.openai.stream import Event, Kind, Scanner, cut

if TYPE_CHECKING:
    from editor.engines.base import Watch
    from editor.engines.errors import ProviderError
    from editor.engines.openai.body import BodyFile

EVENT_STREAM: Final = "text/event-stream"


@dataclass(slots=True)
class Listener:
    """``asked``: as many finished pictures end the stream, whether or not the provider hangs up."""

    body: BodyFile
    watch: Watch
    key: str = field(repr=False)
    asked: int = 1
    pictures: int = 0
    is_over: bool = False
    _previews: int = 0
    _failure: ProviderError | None = None
    _scanner: Scanner = field(default_factory=Scanner)

    async def take(self, chunk: bytes) -> None:
        """Look at the next bytes, which the body has already."""
        for event in self._scanner.feed(chunk):
            await self._hear(event)

    async def finish(self) -> None:
        """The stream has ended. Raises `ProviderError` when there is no picture in it."""
        for event in self._scanner.finish():
            await self._hear(event)
        if not self.pictures:
            raise self._failure or errors.failure("stream_cut")

    async def _hear(self, event: Event) -> None:
        if self.is_over:
            return
        if event.kind == Kind.PARTIAL:
            await self._preview(event)
        elif event.kind == Kind.COMPLETED:
            self.pictures += 1
        elif event.kind == Kind.ERROR:
            self._failure = errors.of_event(
                event.head, key=self.key, has_begun=bool(self._previews)
            )
        finished = event.kind in {Kind.DONE, Kind.ERROR}
        self.is_over = finished or self.pictures >= self.asked

    async def _preview(self, event: Event) -> None:
        """Give the preview a file of its own, as it came; who wants to see it opens it."""
        self._previews += 1
        out = self.body.path.with_name(f"partial-{self._previews}.json")
        await self.body.flush()
        await asyncio.to_thread(cut, self.body.path, event.spans, out)
        self.watch.partial(out)
