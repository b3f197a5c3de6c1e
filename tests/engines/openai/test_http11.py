"""One request and its answer, whole or not, on both event loops, with and without TLS."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import TYPE_CHECKING

import httpx
import pytest

from editor.engines.openai.phases import Phase
from tests.engines.openai.lines import (
    BODY,
    HUGE,
    LOOPS,
    PATIENCE,
    Caller,
    Ground,
    Pieces,
    deaf,
    discards,
    leaves,
    parts,
    saying,
)
from tests.engines.openai.setting import answer, read_request, reset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

GROUNDS = [Ground(loop, secure) for loop, secure in product(LOOPS, (False, True))]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.fixture(params=GROUNDS, ids=str)
def ground(request: pytest.FixtureRequest) -> Ground:
    ground: Ground = request.param
    return ground


def chunks(body: bytes, size: int) -> bytes:
    cut = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in cut) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [answer(BODY)],
        [answer(BODY)[:-70], answer(BODY)[-70:]],
        [CHUNKED + chunks(BODY, 100_000)],
        [CHUNKED, chunks(BODY, 70)],
        [CHUNKED, *(bytes([one]) for one in chunks(BODY[:300], 100)[:-5]), chunks(BODY[300:], 50_000)],
        [CHUNKED + chunks(BODY, 70_000)[:-2] + b"Trailer: x\r\n\r\n"],
        [ENDLESS, BODY],
        [b"HTTP/1.0 200 OK\r\n\r\n" + BODY],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + answer(BODY)],
        [*[b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"] * 3, answer(BODY)],
        [answer(BODY) + b"HTTP/1.1 200 OK\r\n\r\nnobody asked"],
        [*(bytes([one]) for one in answer(BODY)[:99]), answer(BODY)[99:]],
    ],
    ids=["length", "pieces", "chunked", "crumbs", "bytes", "trailer", "endless", "1.0", "100",
         "103", "more", "slowly"],
)  # fmt: skip
def test_an_answer_is_read_however_it_comes(ground: Ground, pieces: list[bytes]) -> None:
    async def test() -> None:
        async with ground.server(saying(*pieces)) as server:
            caller = Caller(ground.url(server))
            assert await caller.whole() == BODY
            assert caller.response
            assert caller.response.status_code == 200
            assert caller.told == [*ground.beginning, Phase.WAITING]

    ground.run(test())


@pytest.mark.parametrize(
    "head", [answer(b""), b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"], ids=["0", "204"]
)
def test_an_answer_without_a_body_ends_with_its_head(ground: Ground, head: bytes) -> None:
    async def test() -> None:
        async with ground.server(saying(head + b"noise")) as server:
            assert await Caller(ground.url(server)).whole() == b""

    ground.run(test())


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ([b""], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\nContent-Le"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 100 Continue\r\n\r\n"], httpx.RemoteProtocolError),
        ([b"nonsense\r\n\r\n"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000_000], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n"], httpx.RemoteProtocolError),
        ([answer(BODY, "Transfer-Encoding: gzip")], httpx.RemoteProtocolError),
        ([answer(BODY, "Content-Length: 7")], httpx.RemoteProtocolError),
        ([answer(BODY, length=len(BODY) + 1)], httpx.RemoteProtocolError),
        ([CHUNKED + chunks(BODY, 50_000)[:-5]], httpx.RemoteProtocolError),
        ([CHUNKED + b"5\r\nabc"], httpx.RemoteProtocolError),
        ([CHUNKED + b"zz\r\nabc\r\n"], httpx.RemoteProtocolError),
        ([CHUNKED + b"3\r\nabcdef\r\n"], httpx.RemoteProtocolError),
        ([CHUNKED + b"5" * 10_000_000], httpx.RemoteProtocolError),
        ([None], httpx.TransportError),
        ([answer(BODY, length=len(BODY) + 1), None], httpx.TransportError),
        ([ENDLESS + BODY, None], httpx.ReadError),
    ],
    ids=range(20),
)
def test_an_answer_that_is_cut_or_none_is_an_error(
    ground: Ground, pieces: list[bytes | None], kind: type[Exception]
) -> None:
    if pieces == [ENDLESS + BODY, None] and ground.is_secure:
        kind = httpx.TransportError

    async def test() -> None:
        async with ground.server(saying(*pieces)) as server:
            with pytest.raises(kind) as caught:
                await Caller(ground.url(server)).whole()
            assert "X:" not in str(caught.value)

    ground.run(test())


def test_what_came_before_a_break_is_handed_over(ground: Ground) -> None:
    broken = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(BODY, length=len(BODY) + 1))
        await writer.drain()
        await broken.wait()
        reset(writer)

    async def test() -> None:
        async with ground.server(handler) as server:
            response = await Caller(ground.url(server)).ask()
            taking, got = aiter(parts(response)), b""
            while len(got) < len(BODY):
                got += await anext(taking)
            assert got == BODY
            broken.set()
            with pytest.raises(httpx.TransportError):
                await anext(taking)
            await response.aclose()

    ground.run(test())


def test_a_bodyleaves_whole(ground: Ground) -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(answer(b"ok"))

    async def test() -> None:
        body = Pieces(50, bytes(range(256)) * 300)
        async with ground.server(handler) as server:
            caller = Caller(ground.url(server))
            assert await caller.whole(body, Accept="x/y") == b"ok"
            head, _, came = seen[0].partition(b"\r\n\r\n")
            assert came == bytes(range(256)) * 300 * 50
            assert head.startswith(b"POST /v1/x?y=1 HTTP/1.1\r\nHost: box.example:")
            assert b"\r\nAccept: x/y" in head
            assert caller.told == [*ground.beginning, Phase.WAITING]

    ground.run(test())


def test_half_a_body_is_still_being_sent(ground: Ground) -> None:
    """Until the other side takes it, no more is read from disk, and nothing is told."""
    listening = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await listening.wait()
        await read_request(reader)
        writer.write(answer(b"ok"))

    async def test() -> None:
        body = Pieces(HUGE)
        async with ground.server(handler) as server:
            caller = Caller(ground.url(server))
            call = asyncio.create_task(caller.whole(body))
            assert not (await asyncio.wait({call}, timeout=0.3))[0]
            assert 0 < body.given < HUGE
            assert caller.told == ground.beginning
            listening.set()
            assert await call == b"ok"
            assert (body.given, caller.told[-1]) == (HUGE, Phase.WAITING)

    ground.run(test())


@pytest.mark.parametrize("then", [deaf, discards, leaves])
def test_a_refusal_is_heard_while_the_body_is_sent(
    ground: Ground, then: Callable[[asyncio.StreamReader], Awaitable[None]]
) -> None:
    refusal = answer(b"too large", "Connection: close", status="413 Too large")

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" + refusal)
        await writer.drain()
        await then(reader)

    async def test() -> None:
        body = Pieces(HUGE)
        async with ground.server(handler) as server:
            caller = Caller(ground.url(server))
            assert await caller.whole(body) == b"too large"
            assert caller.response
            assert caller.response.status_code == 413
            assert body.given < HUGE
            assert caller.told == ground.beginning

    ground.run(test())


class AtOnce(Pieces):
    """One piece, more than a socket holds, given when `said` is set; nothing else runs till then."""

    def __init__(self, said: threading.Event) -> None:
        super().__init__(1, b"x" * 16_000_000)
        self._said = said

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._said.wait(PATIENCE)
        async for piece in super().__aiter__():
            yield piece


@pytest.mark.parametrize("loop", LOOPS)
def test_a_refusal_that_came_while_nobody_waited_is_heard(loop: str) -> None:
    said, ended = threading.Event(), threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            while b"\r\n\r\n" not in connection.recv(65536):
                pass
            connection.sendall(answer(b"no", status="401 No"))
            said.set()
            ended.wait(PATIENCE)

    async def test() -> None:
        port = listener.getsockname()[1]
        caller = Caller(f"http://box.example:{port}/")
        assert await caller.whole(AtOnce(said)) == b"no"
        assert caller.told == [Phase.SENDING]

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        served = threads.submit(serve)
        try:
            Ground(loop, is_secure=False).run(test())
        finally:
            ended.set()
        served.result()


def test_a_refusal_of_all_of_it_comes_after_all_of_it(ground: Ground) -> None:
    """However quick it is: here it may have come when we look up from writing."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"no", status="401 No"))
        await reader.read()

    async def test() -> None:
        async with ground.server(handler) as server:
            for count in (1, 0):
                caller = Caller(ground.url(server))
                assert await caller.whole(Pieces(count) if count else None) == b"no"
                assert caller.told[:-1] == ground.beginning
                assert caller.told[-1] == Phase.WAITING

    ground.run(test())


@pytest.mark.parametrize("early", [answer(BODY)[:60], b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_an_early_head_that_is_no_refusal_ends_no_body(ground: Ground, early: bytes) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(early)
        await reader.readexactly(HUGE * 100_000)
        writer.write(answer(BODY).removeprefix(early))
        assert head

    async def test() -> None:
        body = Pieces(HUGE)
        async with ground.server(handler) as server:
            caller = Caller(ground.url(server))
            assert await caller.whole(body) == BODY
            assert caller.told == [*ground.beginning, Phase.WAITING]

    ground.run(test())


def test_an_end_without_an_answer_ends_the_body(ground: Ground) -> None:
    async def test() -> None:
        body = Pieces(HUGE)
        async with ground.server(saying()) as server:
            caller = Caller(ground.url(server))
            with pytest.raises(httpx.TransportError):
                await caller.whole(body)
            assert body.given < HUGE
            assert caller.told == ground.beginning

    ground.run(test())


@pytest.mark.parametrize(
    "fields", [{"X": "a\r\nY: b"}, {"X": "a\0"}, {"X\r\nY": "b"}, {"X Y": "b"}, {"X": "a\n b"}]
)
def test_nothing_slips_into_the_head(ground: Ground, fields: dict[str, str]) -> None:
    async def test() -> None:
        async with ground.server(saying()) as server:
            with pytest.raises(httpx.LocalProtocolError):
                await Caller(ground.url(server)).ask(None, **fields)
            assert server.connections == 0

    ground.run(test())


@pytest.mark.parametrize("length", ["1", "100001"])
def test_a_body_is_as_long_as_its_head_says(ground: Ground, length: str) -> None:
    async def test() -> None:
        async with ground.server(saying(answer(b"ok"))) as server:
            body = Pieces(1)
            body.length = int(length)
            with pytest.raises(httpx.LocalProtocolError):
                await Caller(ground.url(server)).ask(body)

    ground.run(test())
