"""Keeps the leases of a living worker, in a thread and a connection of its own."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, connection

from editor.pipeline.claim import renew
from editor.pipeline.states import Hold

logger = logging.getLogger(__name__)

STUCK_SECONDS = 60.0


class Heartbeat:
    """Renews every `every` seconds, as long as the event loop shows that it moves.

    A loop that hangs must lose its leases like one that died: after STUCK_SECONDS without
    `touch` the heart stops.
    """

    def __init__(
        self,
        *,
        owner: str,
        slots: int,
        every: float,
        lease_seconds: float,
        running: Callable[[], list[Hold]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner = owner
        self._slots = slots
        self._every = every
        self._lease = lease_seconds
        self._running = running
        self._clock = clock
        self._touched = clock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def touch(self) -> None:
        """The event loop is alive."""
        self._touched = self._clock()

    def stop(self) -> None:
        """End, and wait until it has."""
        self._stop.set()
        self._thread.join()

    def beat_once(self) -> bool:
        """Renew the leases unless the loop is stuck; return whether it did."""
        if self._clock() - self._touched > STUCK_SECONDS:
            logger.error("the worker's loop is stuck; its leases are let go")
            return False
        try:
            renew(
                owner=self._owner,
                slots=self._slots,
                holds=self._running(),
                lease_seconds=self._lease,
            )
        except Error:
            logger.exception("the heartbeat could not be written; trying again")
            connection.close()
        return True

    def _beat(self) -> None:
        while not self._stop.wait(self._every):
            self.beat_once()
        connection.close()
