"""A counting semaphore that threads and event loops can share."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from heapq import heappop, heappush
from itertools import count


class Slots:
    """At most `free` holders at once; a lower rank is served first, equals in the order of asking."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, int, Future[None]]] = []
        self._order = count()

    def acquire(self, rank: int = 0) -> None:
        """Wait for a slot, blocking this thread."""
        ticket = self._ask(rank)
        try:
            ticket.result()
        except BaseException:
            self._give_back(ticket)
            raise

    async def acquire_async(self, rank: int = 0) -> None:
        """Wait for a slot without blocking the event loop."""
        ticket = self._ask(rank)
        try:
            await asyncio.wrap_future(ticket)
        except asyncio.CancelledError:
            self._give_back(ticket)
            raise

    def release(self) -> None:
        """Hand the slot to the next in line."""
        with self._lock:
            while self._waiting:
                _rank, _order, ticket = heappop(self._waiting)
                # False when its owner stopped waiting.
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._free += 1

    def _ask(self, rank: int) -> Future[None]:
        ticket: Future[None] = Future()
        with self._lock:
            if self._free:
                self._free -= 1
                ticket.set_result(None)
            else:
                heappush(self._waiting, (rank, next(self._order), ticket))
        return ticket

    def _give_back(self, ticket: Future[None]) -> None:
        """The slot may have been granted in the moment the wait was given up."""
        if not ticket.cancel() and not ticket.cancelled():
            self.release()
