"""One request over one real connection, on both event loops, with and without TLS."""

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
from tests.engines.openai.lines import LOOPS, NAME, Caller, Ground, Pieces, contexts, parts
from tests.engines.openai.setting import answer, read_request, reset
from tests.faults.fake import deaf_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Context

    from tests.engines.openai.setting import Handler

GROUNDS = [Ground(loop, secure) for loop, secure in product(LOOPS, (False, True))]
BODY = bytes(range(256)) * 2000
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"
# Far more than the sockets of both sides hold.
HUGE = 400


@pytest.fixture(params=GROUNDS, ids=str)
def ground(request: pytest.FixtureRequest) -> Ground:
    ground: Ground = request.param
    return ground


def chunks(body: bytes, size: int) -> bytes:
    cut = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in cut) + b"0\r\n\r\n"


def saying(*pieces: bytes | None) -> Handler:
    """Takes a head, then says the pieces, each by itself; None breaks off."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            if piece is None:
                reset(writer)
            else:
                writer.write(piece)
                await writer.drain()

    return handler


@pytest.mark.parametrize(
    "pieces",
    [
        [answer(BODY)],
        [answer(BODY)[:-70], answer(BODY)[-70:]],
        [CHUNKED + chunks(BODY, 100_000)],
        [CHUNKED, chunks(BODY, 7)],
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


def test_a_body_leaves_whole(ground: Ground) -> None:
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


async def _deaf(reader: asyncio.StreamReader) -> None:
    """Listens no more, but stays."""
    await asyncio.Event().wait()


async def _discards(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


async def _leaves(reader: asyncio.StreamReader) -> None:
    """Hangs up on what was not read."""


@pytest.mark.parametrize("then", [_deaf, _discards, _leaves])
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
        await _discards(reader)
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
