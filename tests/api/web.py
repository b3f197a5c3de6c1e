"""A web of a few hosts: the real guard dials it, and what it dials is noted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpcore

from editor.engines.openai.dial import Policy, Transport
from tests.api.asking import PNG
from tests.engines.openai.setting import answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import httpx

HOME = "93.184.216.34"


class Web(httpcore.AsyncNetworkBackend):
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

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if not self.answers:
            await asyncio.Event().wait()
        whole = self.answers.pop(0)
        return await httpcore.AsyncMockBackend(
            [whole[at : at + 50_000] for at in range(0, len(whole), 50_000)]
        ).connect_tcp(host, port)


web = Web()


def line() -> httpx.AsyncBaseTransport:
    """The line of tests (settings.API_FETCH_LINE)."""
    return Transport(Policy(), resolve=web.resolve, network=web)


def served(data: bytes = PNG, kind: str = "image/png", status: str = "200 OK") -> bytes:
    return answer(data, f"Content-Type: {kind}", status=status)


def moved(where: str, status: int = 302) -> bytes:
    return answer(b"", f"Location: {where}", status=f"{status} Moved")
