"""A web of a few hosts: the real guard dials it, and what it dials is noted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from editor.engines.openai.dial import Policy, Transport
from editor.engines.openai.line import Line
from tests.api.asking import PNG
from tests.engines.openai.setting import answer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    import httpx

HOME = "93.184.216.34"


class Web:
    """Hosts by name, with the addresses of each turn, and answers in the order of calls."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.hosts: dict[str, list[list[str]]] = {}
        self.answers: list[bytes] = []
        self.dialled: list[str] = []

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        turns = self.hosts.get(host, [[HOME]])
        return turns.pop(0) if len(turns) > 1 else turns[0]

    async def connect(self, address: str, port: int) -> Line:
        self.dialled.append(address)
        if not self.answers:
            await asyncio.Event().wait()
        return Canned(self.answers.pop(0))


class Nowhere(asyncio.Transport):
    """A socket that leads nowhere: what is written is gone."""

    def write(self, data: object) -> None: ...
    def abort(self) -> None: ...
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False


class Canned(Line):
    """A connection on which an answer comes as soon as it is asked, as if under TLS."""

    def __init__(self, whole: bytes) -> None:
        super().__init__()
        self._whole = whole
        self.connection_made(Nowhere())

    def write(self, data: bytes) -> None:
        """Be asked; what follows the head changes nothing."""
        super().write(data)
        whole, self._whole = self._whole, b""
        for at in range(0, len(whole), 50_000):
            self.data_received(whole[at : at + 50_000])
        if whole:
            self.eof_received()

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Everybody is who they say."""


web = Web()


def line() -> httpx.AsyncBaseTransport:
    """The line of tests (settings.API_FETCH_LINE)."""
    return Transport(Policy(), resolve=web.resolve, connect=web.connect)


def served(data: bytes = PNG, kind: str = "image/png", status: str = "200 OK") -> bytes:
    return answer(data, f"Content-Type: {kind}", status=status)


def moved(where: str, status: int = 302) -> bytes:
    return answer(b"", f"Location: {where}", status=f"{status} Moved")
