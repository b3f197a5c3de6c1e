"""The studio's own engines inside a worker process, with barriers on their line and their child.

The points that only a client knows (reliability.md 4.6): K5, K6, K9 and K12.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from editor.engines.openai import dial
from editor.engines.openai.phases import TELL, Phase
from editor.engines.openai.reading import READ
from editor.services.engines import Engines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from editor.engines.base import Progress, Runner
    from editor.engines.openai.phases import Tell
    from editor.imaging.sandbox.wire import JSON

    type Barrier = Callable[[str], None]

REGISTRY = "tests.faults.real_client.registry"
# Long enough for a child to have begun, short enough to catch it at work.
CHILD_BEGINS = 0.03


class Halfway(httpx.AsyncByteStream):
    """Passes on what flows, and says when half of it is through."""

    def __init__(self, inner: Any, length: int, tell: Callable[[], None]) -> None:
        self._inner = inner
        self._left = length // 2
        self._tell = tell

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            first, rest = piece[: self._left], piece[self._left :]
            if first:
                self._left -= len(first)
                yield first  # whoever asks for more has sent or taken it
                if not self._left:
                    self._tell()
            if rest:
                yield rest

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(frozen=True, slots=True)
class Line(httpx.AsyncBaseTransport):
    """One real connection, to a provider on this machine."""

    barrier: Barrier

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        tell: Tell = request.extensions[TELL]

        async def listen(phase: Phase) -> None:
            if phase == Phase.SENDING:
                self.barrier("connected")
            await tell(phase)

        request.extensions = {**request.extensions, TELL: listen}
        request.stream = self._halfway(request.stream, request.headers, "half_sent")
        inner = dial.Transport(dial.Policy(any_private=True))
        response = await inner.handle_async_request(request)
        response.stream = self._halfway(response.stream, response.headers, "half_answered")
        return response

    def _halfway(self, stream: Any, headers: httpx.Headers, point: str) -> Halfway:
        length = int(headers.get("content-length") or 0)
        return Halfway(stream, length, lambda: self.barrier(point))


@dataclass(frozen=True, slots=True)
class Children:
    """Runs jobs in the worker's children, and passes a barrier while one reads an answer."""

    runner: Runner
    barrier: Barrier

    async def run(
        self, function: str, *, progress: Progress | None = None, **arguments: JSON
    ) -> Mapping[str, JSON]:
        job = asyncio.ensure_future(self.runner.run(function, progress=progress, **arguments))
        if function == READ:
            await asyncio.wait({job}, timeout=CHILD_BEGINS)
            self.barrier("reading")
        return await job


def registry(barrier: Barrier, runner: Runner) -> Engines:
    """What `worker_main` takes its engines from."""
    return Engines(Children(runner, barrier), transport=lambda: Line(barrier))
