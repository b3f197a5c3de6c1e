"""A connection: to whom it leads, who is waited for, and what is left of one that was given up."""

from __future__ import annotations

import asyncio
import socket
import ssl
import tracemalloc
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from editor.engines.openai.dial import tls
from editor.engines.openai.line import connect
from editor.engines.openai.phases import Phase
from tests.engines.openai.lines import (
    BODY,
    HUGE,
    LOOPS,
    NAME,
    Caller,
    Ground,
    Pieces,
    contexts,
    discards,
    parts,
    saying,
)
from tests.engines.openai.setting import answer, reset
from tests.faults.fake import deaf_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

GROUNDS = [Ground(loop, secure) for loop, secure in product(LOOPS, (False, True))]


@pytest.fixture(params=GROUNDS, ids=str)
def ground(request: pytest.FixtureRequest) -> Ground:
    ground: Ground = request.param
    return ground


def test_who_reads_slowly_is_not_flooded(ground: Ground) -> None:
    """What is not taken stays with the provider, not in memory."""
    said: list[int] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 100_000)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"", length=HUGE * 100_000))
        for number in range(HUGE):
            writer.write(b"x" * 100_000)
            await writer.drain()
            said.append(number)

    async def test() -> None:
        async with ground.server(handler) as server:
            response = await Caller(ground.url(server)).ask()
            taking = aiter(parts(response))
            got = len(await anext(taking))
            await asyncio.wait({asyncio.create_task(asyncio.sleep(0.3))})
            assert len(said) < HUGE
            async for part in taking:
                got += len(part)
            assert got == HUGE * 100_000
            await response.aclose()

    tracemalloc.start()
    try:
        ground.run(test())
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("loop", LOOPS)
def test_who_is_not_who_the_address_names_gets_nothing(loop: str) -> None:
    ground = Ground(loop, is_secure=True)

    async def test() -> None:
        async with ground.server(saying(answer(b"ok"))) as server:
            caller = Caller(ground.url(server, name="other.example"))
            with pytest.raises(httpx.ConnectError):
                await caller.ask()
            assert caller.told == [Phase.SECURING]

    ground.run(test())


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad\r\n\r\n", b"", None])
def test_a_server_without_tls_gets_nothing(loop: str, said: bytes | None) -> None:
    ground = Ground(loop, is_secure=False)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        if said is None:
            reset(writer)
        else:
            writer.write(said)

    async def test() -> None:
        async with ground.server(handler) as server:
            caller = Caller(Ground(loop, is_secure=True).url(server))
            with pytest.raises(httpx.ConnectError):
                await caller.ask()
            assert caller.told == [Phase.SECURING]

    ground.run(test())


@pytest.mark.parametrize("loop", LOOPS)
def test_what_is_said_before_tls_is_no_answer(loop: str) -> None:
    """Whoever stands between could put an answer before that of the true server."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"trust me"))
        await reader.read()

    async def test() -> None:
        async with Ground(loop, is_secure=False).server(handler) as server:
            line = await connect("127.0.0.1", server.port)
            while not line.has_news:
                await line.change()
            with pytest.raises(httpx.ConnectError):
                await line.secure(contexts()[1], NAME)
            line.hang_up()

    Ground(loop, is_secure=False).run(test())


def sockets() -> int:
    """How many this process holds; what lies between two looks is gone."""
    held = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            held += str(descriptor.readlink()).startswith("socket:")
    return held


async def given_up(call: asyncio.Task[object], *, held: int) -> None:
    """Cancel a call; afterwards so many sockets are open."""
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    while sockets() > held:
        await asyncio.sleep(0)


@pytest.mark.parametrize("loop", LOOPS)
def test_giving_up_while_dialling_leaves_no_socket(loop: str) -> None:
    async def test() -> None:
        with deaf_port() as port:
            before = sockets()
            call = asyncio.create_task(Caller(f"http://box.example:{port}/").ask())
            assert not (await asyncio.wait({call}, timeout=0.1))[0]
            assert sockets() > before
            await given_up(call, held=before)

    Ground(loop, is_secure=False).run(test())


@pytest.mark.parametrize("loop", LOOPS)
def test_giving_up_half_way_to_tls_leaves_no_socket(loop: str) -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read(5)
        came.set()
        await discards(reader)
        gone.set()

    async def test() -> None:
        async with Ground(loop, is_secure=False).server(handler) as server:
            before = sockets()
            caller = Caller(Ground(loop, is_secure=True).url(server))
            call = asyncio.create_task(caller.ask())
            await came.wait()
            assert caller.told == [Phase.SECURING]
            await given_up(call, held=before)
            await gone.wait()

    Ground(loop, is_secure=False).run(test())


@pytest.mark.parametrize("phase", [Phase.SENDING, Phase.WAITING, Phase.READING])
def test_giving_up_leaves_no_socket(ground: Ground, phase: Phase) -> None:
    ready, gone = asyncio.Event(), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if phase == Phase.READING:
            writer.write(answer(BODY, length=2 * len(BODY)))
        ready.set()
        await asyncio.Event().wait() if phase == Phase.SENDING else None
        await reader.read()
        gone.set()

    async def test() -> None:
        body = Pieces(HUGE) if phase == Phase.SENDING else Pieces(1)
        async with ground.server(handler) as server:
            before = sockets()
            caller = Caller(ground.url(server))
            call = asyncio.create_task(caller.whole(body))
            await ready.wait()
            assert not (await asyncio.wait({call}, timeout=0.1))[0]
            assert (caller.told[-1] == Phase.SENDING) == (phase == Phase.SENDING)
            assert (caller.response is not None) == (phase == Phase.READING)
            # A server that reads nothing does not see that we left.
            await given_up(call, held=before + (phase == Phase.SENDING))

    ground.run(test())


class Counting(asyncio.SelectorEventLoop):
    """Counts what it is asked to do later."""

    asked = 0

    def call_later[*Arguments](
        self,
        delay: float,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        self.asked += 1
        return super().call_later(delay, callback, *args, context=context)


@pytest.mark.parametrize("is_secure", [False, True])
def test_who_waits_for_an_answer_does_nothing(is_secure: bool) -> None:
    ground, loop = Ground("asyncio", is_secure), Counting()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.wait({asyncio.create_task(asyncio.Event().wait())}, timeout=0.3)
        writer.write(answer(b"ok"))

    async def test() -> None:
        async with ground.server(handler) as server:
            assert await Caller(ground.url(server)).whole() == b"ok"

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(test())
    assert loop.asked < 10


def test_the_context_of_production_asks_for_names_and_certificates() -> None:
    assert tls() is tls()
    assert tls().check_hostname
    assert tls().verify_mode == ssl.CERT_REQUIRED
