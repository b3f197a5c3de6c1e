"""A counting semaphore that threads and event loops can share."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future


class Slots:
    """At most `count` holders at once; served in the order of asking."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = threading.Lock()
        self._waiting: deque[Future[None]] = deque()

    def acquire(self) -> None:
        """Wait for a slot, blocking this thread."""
        ticket = self._ask()
        try:
            ticket.result()
        except BaseException:
            self._give_back(ticket)
            raise

    async def acquire_async(self) -> None:
        """Wait for a slot without blocking the event loop."""
        ticket = self._ask()
        try:
            await asyncio.wrap_future(ticket)
        except asyncio.CancelledError:
            self._give_back(ticket)
            raise

    def release(self) -> None:
        """Hand the slot to the next in line."""
        with self._lock:
            while self._waiting:
                ticket = self._waiting.popleft()
                # False when its owner stopped waiting.
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._free += 1

    def _ask(self) -> Future[None]:
        ticket: Future[None] = Future()
        with self._lock:
            if self._free:
                self._free -= 1
                ticket.set_result(None)
            else:
                self._waiting.append(ticket)
        return ticket

    def _give_back(self, ticket: Future[None]) -> None:
        """The slot may have been granted in the moment the wait was given up."""
        if not ticket.cancel() and not ticket.cancelled():
            self.release()
