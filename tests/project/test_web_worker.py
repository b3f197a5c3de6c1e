"""Connections that come together: all are taken, and not all by the process that woke first."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from project.web_worker import Door, FairLoop

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

MANY = 200


class Taken(asyncio.Protocol):
    """Counts, and answers each connection with the name of who took it."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def connection_made(self, transport: Any) -> None:
        self.server.taken += 1
        transport.write(self.server.name)


class Server:
    """A web process in a thread: a loop of its own on a socket that all share."""

    def __init__(self, name: bytes, listener: socket.socket) -> None:
        self.name = name
        self.taken = 0
        self._loop = FairLoop()
        self._loop.is_busy = lambda: self.taken > 0
        self._listener = listener
        self._thread = threading.Thread(target=self._loop.run_forever)

    def start(self) -> None:
        self._thread.start()
        self.do(self._open())

    def do(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _open(self) -> None:
        self.door = await self._loop.create_server(lambda: Taken(self), sock=self._listener)
        assert isinstance(self.door, Door)

    async def close_door(self) -> None:
        self.door.close()
        await self.door.wait_closed()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as made:
        yield made


@pytest.fixture
def servers(listener: socket.socket) -> Iterator[list[Server]]:
    both = [Server(b"a", listener), Server(b"b", listener)]
    yield both
    for server in both:
        server.stop()


def visit(listener: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listener.getsockname(), timeout=30) for _ in range(count)]


def leave(visitors: list[socket.socket]) -> None:
    for visitor in visitors:
        visitor.close()


def test_all_who_wait_are_taken_by_both(listener: socket.socket, servers: list[Server]) -> None:
    visitors = visit(listener, MANY)  # before anybody accepts
    for server in servers:
        server.start()
    names = {visitor.recv(1) for visitor in visitors}
    leave(visitors)
    assert names == {b"a", b"b"}
    assert sum(server.taken for server in servers) == MANY


def test_a_door_that_is_closed_leaves_visitors_to_the_other(
    listener: socket.socket, servers: list[Server]
) -> None:
    for server in servers:
        server.start()
    servers[0].do(servers[0].close_door())
    visitors = visit(listener, 20)
    assert {visitor.recv(1) for visitor in visitors} == {b"b"}
    leave(visitors)
    assert listener.fileno() > 0  # it is its owner's
