"""A job's process as an event loop sees it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.imaging.sandbox.wire import CHUNK, ChildJob, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.imaging.sandbox.conversation import Conversation
    from editor.imaging.sandbox.server import Server

# A child that serves several jobs ends before its own limits of time come near.
MOST_JOBS = 16
LONGEST_LIFE_SECONDS = 10.0


@dataclass(eq=False, slots=True)
class Child:
    """A job's process, as its client sees it."""

    server: Server
    job: socket.socket
    born: float
    served: int = 0

    def may_go_on(self, server: Server | None) -> bool:
        """Whether it can take another job: it is young, and has not died meanwhile."""
        young = self.served < MOST_JOBS and time.monotonic() - self.born < LONGEST_LIFE_SECONDS
        return young and self._is_silent() and self.server is server and server.alive()

    def _is_silent(self) -> bool:
        """Whether nothing has come since its last line: neither its end nor nonsense."""
        try:
            self.job.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    async def speak(
        self, jobs: Sequence[ChildJob], conversation: Conversation, niceness: int = 0
    ) -> None:
        """Ask, and listen until it has said its last line or is gone."""
        loop = asyncio.get_running_loop()
        self.served += 1
        self.job.settimeout(0)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await loop.sock_sendall(self.job, line(jobs=jobs, niceness=niceness))
        while not conversation.is_over and (data := await _receive_async(loop, self.job)):
            conversation.feed(data)

    async def end(self) -> None:
        """Have it killed, and wait until it is dead, so that it writes no more files."""
        with self.job:
            await _end(asyncio.get_running_loop(), self.job)

    def hang_up(self) -> None:
        """Let it be killed; it has nothing more to do."""
        self.job.close()


async def _receive_async(loop: asyncio.AbstractEventLoop, job: socket.socket) -> bytes:
    try:
        return await loop.sock_recv(job, CHUNK)
    except ConnectionResetError:
        return b""


async def _end(loop: asyncio.AbstractEventLoop, job: socket.socket) -> None:
    """Have the job killed and wait until it is dead, so that it writes no more files."""
    with contextlib.suppress(OSError, TimeoutError):
        job.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(1):
            while await loop.sock_recv(job, CHUNK):
                pass
