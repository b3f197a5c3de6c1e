"""An engine gets ready while its intent is written, and nothing leaves before it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from editor.engines.errors import Execution, ProviderError
from editor.pipeline.departure import Departure
from tests.engines.openai.setting import (
    Server,
    Watcher,
    answer,
    make_engine,
    make_provider,
    make_request,
    prepare,
    read_request,
    reset,
)
from tests.pipeline.paid_engine import PaidEngine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

    from tests.engines.openai.setting import Handler

TOKEN = uuid4()
BODY = b'{"data": [{"b64_json": "AAAA"}]}'
# Turns of the loop in which whatever could happen has happened.
TURNS = 20


async def some_turns() -> None:
    for _turn in range(TURNS):
        await asyncio.sleep(0)


def departing[T](
    folder: Path, handler: Handler, script: Callable[[Departure], Awaitable[T]], **changes: Any
) -> T:
    """An engine on its way to a server, which may not send yet."""

    async def main() -> T:
        async with asyncio.timeout(30), Server(handler) as server:
            engine = make_engine(make_provider(server.base_url, **changes))
            request = make_request(folder)
            await prepare(engine, request)
            return await script(Departure(engine, request, TOKEN, early=True))

    return asyncio.run(main())


def assert_lost_before_sending(folder: Path, handler: Handler, over: asyncio.Event) -> None:
    """That it may leave comes when the server has done what it does."""

    async def script(departure: Departure) -> ProviderError:
        await over.wait()
        await some_turns()
        with pytest.raises(ProviderError) as caught:
            await departure.answer(Watcher())
        return caught.value

    error = departing(folder, handler, script)
    assert (error.code, error.execution) == ("lost_before_sending", Execution.NO)


def test_it_connects_and_nothing_leaves_until_it_may(tmp_path: Path) -> None:
    connected, sent = asyncio.Event(), asyncio.Event()
    got = b""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        connected.set()
        first = asyncio.ensure_future(reader.read(1))
        await some_turns()
        assert not first.done()
        sent.set()
        got = await first + await read_request(reader)
        writer.write(answer(BODY))

    async def script(departure: Departure) -> Watcher:
        await connected.wait()
        await sent.wait()
        watch = Watcher()
        kept = await departure.answer(watch)
        assert kept.file.read_bytes() == BODY
        return watch

    watch = departing(tmp_path, handler, script)
    assert watch.told == ["leaving", "sent", "headed"]
    assert f"Idempotency-Key: {TOKEN}".encode() in got


def test_what_is_called_off_sends_nothing(tmp_path: Path) -> None:
    connected, over = asyncio.Event(), asyncio.Event()
    got: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        connected.set()
        try:
            got.append(await reader.read())
        except ConnectionError:
            got.append(b"")
        over.set()

    async def script(departure: Departure) -> None:
        await connected.wait()
        await departure.call_off()
        await over.wait()

    departing(tmp_path, handler, script)
    assert got == [b""]


@pytest.mark.parametrize("rudely", [True, False])
def test_whoever_hangs_up_meanwhile_was_sent_nothing(tmp_path: Path, rudely: bool) -> None:
    """So it is asked once more, as after any line that cannot be had."""
    gone = asyncio.Event()

    async def handler(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if rudely:
            reset(writer)
        else:
            writer.close()
            await writer.wait_closed()
        gone.set()

    assert_lost_before_sending(tmp_path, handler, gone)


@pytest.mark.parametrize("status", ["408 Request Timeout", "200 OK", "503 Busy"])
def test_what_is_said_before_it_is_asked_is_no_answer(tmp_path: Path, status: str) -> None:
    """Some servers tell whoever keeps them waiting, and hang up."""
    said = asyncio.Event()

    async def handler(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(BODY, status=status))
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        said.set()

    assert_lost_before_sending(tmp_path, handler, said)


def test_waiting_is_not_the_providers_time(tmp_path: Path) -> None:
    """However long the intent takes: only what is done on the line is timed."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(BODY))

    async def script(departure: Departure) -> bytes:
        await asyncio.sleep(0.4)
        return (await departure.answer(Watcher())).file.read_bytes()

    quick = replace(make_provider().timeouts, connect=0.2)
    assert departing(tmp_path, handler, script, timeouts=quick) == BODY


def with_paid[T](
    folder: Path, engine: PaidEngine, script: Callable[[Departure], Coroutine[Any, Any, T]]
) -> T:
    async def main() -> T:
        return await script(Departure(engine, make_request(folder), TOKEN, early=True))

    return asyncio.run(main())


def test_what_fails_before_it_may_leave_is_told_when_it_is_awaited(tmp_path: Path) -> None:
    engine = PaidEngine(early=[ValueError("no such door")])

    async def script(departure: Departure) -> None:
        await some_turns()
        with pytest.raises(ValueError, match="no such door"):
            await departure.answer(Watcher())

    with_paid(tmp_path, engine, script)
    assert engine.executed == []


def test_a_failure_nobody_awaits_is_no_noise(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = PaidEngine(early=[ValueError("no such door")])

    async def script(departure: Departure) -> None:
        await some_turns()
        await departure.call_off()

    with_paid(tmp_path, engine, script)
    assert caplog.records == []


def test_one_that_is_not_early_begins_with_the_intent(tmp_path: Path) -> None:
    engine = PaidEngine(early=[ValueError("no such door")])

    async def main() -> None:
        departure = Departure(engine, make_request(tmp_path), TOKEN, early=False)
        await some_turns()
        assert engine.asked == []
        with pytest.raises(ValueError, match="no such door"):
            await departure.answer(Watcher())
        assert engine.asked == [str(TOKEN)]

    asyncio.run(main())


class Hasty(PaidEngine):
    """It does not ask whether it may."""

    async def edit(self, request: Any, watch: Any) -> Any:
        await watch.sent()
        raise AssertionError("it left")


def test_an_engine_that_does_not_wait_is_stopped(tmp_path: Path) -> None:
    async def script(departure: Departure) -> None:
        await some_turns()
        with pytest.raises(RuntimeError, match="did not wait"):
            await departure.answer(Watcher())

    with_paid(tmp_path, Hasty(), script)
