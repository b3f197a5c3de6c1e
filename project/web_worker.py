"""The web server's worker processes: connections that come together are shared among them."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

import uvloop
from gunicorn.workers.gasgi import ASGIWorker

# So long a process that has visitors leaves the next connection to the others.
REST_SECONDS: Final = 0.004
# When no descriptor is free, say: visitors wait in the socket's queue.
TROUBLE_SECONDS: Final = 0.5
logger = logging.getLogger(__name__)


class Door:
    """Takes connections from a socket that listens, one at a time.

    An event loop of its own accord accepts whatever waits: the process that wakes first then has all
    clients of a program, and the other cores nothing to do.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        is_busy: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._protocol = protocol
        self._is_busy = is_busy
        self._is_open = True
        self._coming: set[asyncio.Task[Any]] = set()
        listener.settimeout(0)
        self._watch()

    def close(self) -> None:
        """Take no more; the socket itself is its owner's."""
        self._is_open = False
        self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""

    def _watch(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        rest = REST_SECONDS if self._is_busy() else 0.0
        try:
            connection, _address = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            pass  # another process was quicker, or the visitor left
        except OSError:
            logger.exception("a visitor cannot be let in")
            rest = TROUBLE_SECONDS
        else:
            connection.settimeout(0)
            self._let_in(connection)
        if rest:
            self._loop.remove_reader(self._listener)
            self._loop.call_later(rest, self._watch)

    def _let_in(self, connection: socket.socket) -> None:
        task = self._loop.create_task(
            self._loop.connect_accepted_socket(self._protocol, connection)
        )
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)


class FairLoop(uvloop.Loop):
    """An event loop whose servers share their connections with those of other processes."""

    is_busy: Callable[[], bool] = staticmethod(lambda: False)

    async def create_server(self, protocol_factory: Any, *args: Any, **how: Any) -> Any:
        """Serve; with TLS or by itself as ever."""
        listener = how.get("sock")
        if listener is None or how.get("ssl"):
            return await super().create_server(protocol_factory, *args, **how)
        return Door(self, listener, protocol_factory, self.is_busy)


class FairWorker(ASGIWorker):
    """Gunicorn's own, on such a loop."""

    def _setup_event_loop(self) -> None:
        self.loop = FairLoop()
        self.loop.is_busy = lambda: self.nr_conns > 0
        asyncio.set_event_loop(self.loop)
