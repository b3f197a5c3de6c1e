"""What each failure on the line means, and what is on disk afterwards (reliability.md 4.5, R6, R7)."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from editor.engines.errors import ErrorClass, Execution, ProviderError, Trouble
from editor.engines.openai.phases import TELL, Phase
from editor.engines.openai.provider import Timeouts
from editor.engines.openai.upload import PIECE, coarse
from tests.engines.openai.setting import (
    QUICK,
    Server,
    Watcher,
    answer,
    make_engine,
    make_provider,
    make_request,
    read_request,
    reset,
    send,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from editor.engines.base import Answer
    from editor.engines.openai.provider import ProviderConfig
    from tests.engines.openai.setting import Handler

HASTY = Timeouts(connect=0.3, write=0.3, read=0.3, idle=0.2, total=1.0)
GOOD = json.dumps({"data": [{"b64_json": "AAAA"}]}).encode()
EVENTS = {"Content-Type": "text/event-stream"}


async def edit(folder: Path, provider: ProviderConfig, watch: Watcher, **fields: Any) -> Answer:
    return await send(make_engine(provider), make_request(folder, **fields), watch)


def against(
    handler: Handler, folder: Path, *, watch: Watcher | None = None, **changes: Any
) -> Answer | ProviderError:
    """Edit against a server of our own; an error is returned, not raised."""
    fields = changes.pop("fields", {})

    async def run() -> Answer | ProviderError:
        async with Server(handler) as server:
            provider = make_provider(**{"base_url": server.base_url} | changes)
            try:
                return await edit(folder, provider, watch or Watcher(), **fields)
            except ProviderError as error:
                return error

    return asyncio.run(run())


def scripted(*parts: bytes | float | None) -> Handler:
    """A server that takes the request and then says the parts, waits, or (None) breaks off."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for part in parts:
            if part is None:
                reset(writer)
            elif isinstance(part, float):
                await asyncio.sleep(part)
            else:
                writer.write(part)
                await writer.drain()

    return handler


def failure_of(outcome: Answer | ProviderError) -> ProviderError:
    assert isinstance(outcome, ProviderError)
    return outcome


def summary(error: ProviderError) -> tuple[str, Execution, int]:
    return error.code, error.execution, error.retries


def test_an_answer_comes_to_disk_with_its_head(tmp_path: Path) -> None:
    watch = Watcher()
    fields = ("Content-Type: application/json; charset=utf-8", "X-Request-Id: req-7")
    outcome = against(scripted(answer(GOOD, *fields)), tmp_path, watch=watch, fields={"n": 2})
    assert not isinstance(outcome, ProviderError)
    assert outcome.file == tmp_path / "answer.body"
    assert outcome.file.read_bytes() == GOOD
    assert watch.told == ["leaving", "sent", "headed"]
    assert watch.head == {
        "status": 200,
        "request_id": "req-7",
        "content_type": "application/json",
        "content_length": len(GOOD),
        "content_encoding": "",
        "asked": 2,
        "inputs": 1,
    }
    assert json.loads((tmp_path / "answer.head").read_text()) == watch.head == outcome.head


def test_the_request_leaves_whole_and_alone(tmp_path: Path) -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(answer(GOOD))

    against(handler, tmp_path, fields={"quality": "low"})
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert len(seen) == 1
    assert head.startswith(b"POST /v1/images/edits HTTP/1.1\r\n")
    assert b"\r\nAccept-Encoding: identity\r\n" in head
    assert b"\r\nIdempotency-Key: token-1\r\n" in head
    assert body.count(b"a red door") == body.count(b'name="quality"') == 1


def test_nobody_there(tmp_path: Path) -> None:
    async def run() -> ProviderError:
        async with Server(scripted()) as server:
            base_url = server.base_url
        with pytest.raises(ProviderError) as caught:
            await edit(tmp_path, make_provider(base_url), Watcher())
        return caught.value

    error = asyncio.run(run())
    assert summary(error) == ("unreachable", Execution.NO, 4)
    assert (error.error_class, error.trouble) == (ErrorClass.BUSY, Trouble.BUSY)


@pytest.mark.parametrize(
    ("base_url", "changes", "expected"),
    [
        ("https://nobody.invalid/v1", {}, ("name_unknown", Execution.NO, 4)),
        ("http://127.0.0.1:9/v1", {"any_private": False}, ("address_refused", Execution.NO, 0)),
        ("http://8.8.8.8/v1", {}, ("plain_http", Execution.NO, 0)),
        ("http://[::1/v1", {}, ("bad_address", Execution.NO, 0)),
        ("http://a\x7fb/v1", {}, ("bad_address", Execution.NO, 0)),
        ("nowhere", {}, ("address_refused", Execution.NO, 0)),
        ("http://127.0.0.1:9/v1", {"key": "ключ"}, ("bad_key", Execution.NO, 0)),
        ("http://127.0.0.1:9/v1", {"key": "a\r\nX: y"}, ("bad_key", Execution.NO, 0)),
    ],
)
def test_what_never_leaves(
    tmp_path: Path, base_url: str, changes: dict[str, Any], expected: tuple[str, Execution, int]
) -> None:
    watch = Watcher()
    with pytest.raises(ProviderError) as caught:
        asyncio.run(edit(tmp_path, make_provider(base_url, **changes), watch))
    assert summary(caught.value) == expected
    assert watch.told == []


def test_a_server_that_speaks_no_tls(tmp_path: Path) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def run() -> ProviderError:
        async with Server(handler) as server:
            base_url = f"https://127.0.0.1:{server.port}/v1"
            with pytest.raises(ProviderError) as caught:
                await edit(tmp_path, make_provider(base_url), Watcher())
            return caught.value

    assert summary(asyncio.run(run())) == ("tls_failed", Execution.NO, 4)


def test_a_tls_handshake_without_end(tmp_path: Path) -> None:
    async def run() -> ProviderError:
        async with Server(silent) as server:
            base_url = f"https://127.0.0.1:{server.port}/v1"
            with pytest.raises(ProviderError) as caught:
                await edit(tmp_path, make_provider(base_url, timeouts=HASTY), Watcher())
            return caught.value

    assert summary(asyncio.run(run())) == ("connect_timeout", Execution.NO, 4)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take everything and say nothing."""
    while await reader.read(65536):
        pass


class Broken(httpx.AsyncBaseTransport):
    """A line that breaks after so many bytes of the body, as the real one would."""

    def __init__(self, after: int) -> None:
        self._after = after

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        tell = request.extensions[TELL]
        await tell(Phase.SENDING)
        written = 0
        body = request.stream.__aiter__()  # type: ignore[union-attr]
        try:
            while written < self._after:
                written += len(await anext(body))
            if self._after >= 0:
                await anext(body)
        except StopAsyncIteration:
            await tell(Phase.WAITING)
        raise httpx.WriteError("broken")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-1, ("lost_before_sending", Execution.NO, 4)),
        (0, ("lost_while_sending", Execution.UNKNOWN, 0)),
        (1, ("lost_while_sending", Execution.UNKNOWN, 0)),
        (70_000, ("lost_while_sending", Execution.UNKNOWN, 0)),
        (10**9, ("connection_lost", Execution.UNKNOWN, 0)),
    ],
)
def test_a_line_that_breaks_while_we_send(
    tmp_path: Path, after: int, expected: tuple[str, Execution, int]
) -> None:
    engine = make_engine(make_provider(), transport=lambda: Broken(after))
    request = make_request(tmp_path)
    Image.frombytes("RGB", (512, 512), random.Random(1).randbytes(12 * 65536)).save(request.image)
    with pytest.raises(ProviderError) as caught:
        asyncio.run(send(engine, request, Watcher()))
    assert summary(caught.value) == expected


def test_a_form_leaves_in_few_pieces_and_whole() -> None:
    crumbs = [bytes([number % 256]) * number for number in range(900)]
    few = list(coarse(crumbs))
    assert b"".join(few) == b"".join(crumbs)
    assert len(few) == 2
    assert max(map(len, few)) < PIECE + 900


def test_an_upload_that_stalls(tmp_path: Path) -> None:
    """The server reads nothing, so that the socket's buffers fill up."""
    request = replace(make_request(tmp_path), prompt="x" * 30_000_000)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)

    async def run() -> ProviderError:
        async with Server(handler) as server:
            engine = make_engine(make_provider(server.base_url, timeouts=HASTY))
            with pytest.raises(ProviderError) as caught:
                await send(engine, request, Watcher())
            return caught.value

    assert summary(asyncio.run(run())) == ("lost_while_sending", Execution.UNKNOWN, 0)


HALF = answer(GOOD, length=2 * len(GOOD))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([None], "connection_lost"),
        ([b""], "bad_answer_head"),
        ([b"nonsense\r\n\r\n"], "bad_answer_head"),
        ([b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000_000], "bad_answer_head"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n"], "bad_answer_head"),
        ([2.0], "no_answer"),
        ([b"HTTP/1.1 200 OK\r\nX: ", *[b"x", 0.15] * 20], "no_answer"),
        ([answer(b"", length=9), None], "answer_cut"),
        ([HALF, None], "answer_cut"),
        ([HALF], "answer_cut"),
        ([HALF, 2.0], "answer_stalled"),
        ([answer(GOOD, length=len(GOOD) + 1), None], "answer_cut"),
        ([CHUNKED + b'5\r\n{"dat\r\nzz\r\n'], "answer_cut"),
        ([CHUNKED + b'5\r\n{"dat\r\n'], "answer_cut"),
        ([CHUNKED, *[b"1\r\nx\r\n", 0.1] * 30], "answer_stalled"),
    ],
    ids=str,
)
def test_nobody_can_tell(tmp_path: Path, parts: Sequence[bytes | float | None], code: str) -> None:
    error = failure_of(against(scripted(*parts), tmp_path, timeouts=HASTY))
    assert summary(error) == (code, Execution.UNKNOWN, 0)
    assert error.error_class == ErrorClass.UNKNOWN


def test_what_came_before_the_break_is_kept(tmp_path: Path) -> None:
    against(scripted(HALF, None), tmp_path, timeouts=HASTY)
    assert (tmp_path / "answer.body").read_bytes() == GOOD


@pytest.mark.parametrize(
    "head",
    [answer(b"x" * 5000), answer(b"", length=2 * 1024**3), CHUNKED + b"2000\r\n" + b"x" * 8192],
    ids=["length", "2 GiB", "chunked"],
)
def test_more_than_the_cap_was_paid_for_and_is_cut(tmp_path: Path, head: bytes) -> None:
    error = failure_of(against(scripted(head), tmp_path, max_answer_bytes=4000))
    assert summary(error) == ("answer_too_large", Execution.YES, 0)
    body = tmp_path / "answer.body"
    assert not body.exists() or body.stat().st_size == 4000


def test_a_packed_answer_is_not_inflated_here(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    outcome = against(
        scripted(answer(bomb, "Content-Encoding: gzip")), tmp_path, max_answer_bytes=1_000_000
    )
    assert not isinstance(outcome, ProviderError)
    assert outcome.file.stat().st_size == len(bomb)
    assert outcome.head["content_encoding"] == "gzip"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(tmp_path: Path, status: int) -> None:
    async def run() -> tuple[ProviderError, int]:
        async with Server(silent) as canary:
            place = f"Location: http://127.0.0.1:{canary.port}/"
            moved = answer(b"", place, status=f"{status} Moved")
            async with Server(scripted(moved)) as server:
                with pytest.raises(ProviderError) as caught:
                    await edit(tmp_path, make_provider(server.base_url), Watcher())
            return caught.value, canary.connections

    error, calls = asyncio.run(run())
    assert summary(error) == ("redirected", Execution.UNKNOWN, 0)
    assert (calls, error.upstream.status) == (0, status)


def test_an_error_with_half_a_body_is_known_by_its_status(tmp_path: Path) -> None:
    cut = answer(b'{"error": {"mess', "Retry-After: 3", status="429 Slow down", length=500)
    error = failure_of(against(scripted(cut, None), tmp_path))
    assert summary(error) == ("rate_limited", Execution.NO, 5)
    assert error.upstream.retry_after == 3


def test_an_error_without_end_is_known_by_its_status(tmp_path: Path) -> None:
    endless = CHUNKED.replace(b"200 OK", b"400 Bad") + b"5\r\nabcde\r\n"
    error = failure_of(against(scripted(endless, 2.0), tmp_path, timeouts=HASTY))
    assert summary(error) == ("bad_request", Execution.NO, 0)
    assert error.upstream.text == "abcde"


@pytest.mark.parametrize("stays", [True, False])
def test_an_early_refusal_is_heard_while_we_still_send(tmp_path: Path, stays: bool) -> None:
    """Whether its sender stays and reads no more, or hangs up: the rest does not leave."""
    request = replace(make_request(tmp_path), prompt="x" * 40_000_000)
    watch = Watcher()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"<h1>Too large</h1>", status="413 Too large"))
        await writer.drain()
        if stays:
            await asyncio.Event().wait()

    async def run() -> ProviderError:
        async with Server(handler) as server:
            engine = make_engine(make_provider(server.base_url))
            with pytest.raises(ProviderError) as caught:
                await send(engine, request, watch)
            return caught.value

    assert summary(asyncio.run(run())) == ("too_large", Execution.NO, 0)
    assert watch.told == ["leaving", "headed"]


def test_cancelling_closes_the_socket(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await reader.read()
        gone.set()

    async def run() -> None:
        async with Server(handler) as server:
            watch = Watcher()
            task = asyncio.create_task(edit(tmp_path, make_provider(server.base_url), watch))
            while "sent" not in watch.told:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(gone.wait(), 1)

    asyncio.run(run())


def test_a_slow_watch_is_not_the_providers_time(tmp_path: Path) -> None:
    class Slow(Watcher):
        async def sent(self) -> None:
            await asyncio.sleep(0.5)

    outcome = against(scripted(answer(GOOD)), tmp_path, watch=Slow(), timeouts=HASTY)
    assert not isinstance(outcome, ProviderError)


@pytest.mark.parametrize("place", ["full", "folder"])
def test_an_answer_that_cannot_be_stored_may_be_charged(tmp_path: Path, place: str) -> None:
    body = tmp_path / "answer.body"
    if place == "full":
        body.symlink_to("/dev/full")
    else:
        body.mkdir()
    error = failure_of(against(scripted(answer(GOOD)), tmp_path))
    assert summary(error) == ("answer_not_stored", Execution.UNKNOWN, 0)


def test_an_answer_of_30_mb_is_never_in_memory(tmp_path: Path) -> None:
    size = 30_000_000
    piece = b"A" * 100_000

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(b"", length=size))
        for _ in range(size // len(piece)):
            writer.write(piece)
            await writer.drain()

    tracemalloc.start()
    try:
        outcome = against(handler, tmp_path, timeouts=replace(QUICK, total=60.0))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not isinstance(outcome, ProviderError)
    assert outcome.file.stat().st_size == size
    assert peak < 6_000_000


def test_row_51_every_wait_has_an_end(tmp_path: Path) -> None:
    """The defaults of the contract; and the total counts however lively the answer is."""
    assert Timeouts() == Timeouts(connect=10, write=120, read=600, idle=60, total=900)
    beat: list[bytes | float] = [b"1\r\nx\r\n", 0.05]
    times = Timeouts(connect=1, write=1, read=1, idle=1, total=0.6)
    error = failure_of(against(scripted(CHUNKED, *beat * 60), tmp_path, timeouts=times))
    assert summary(error) == ("answer_stalled", Execution.UNKNOWN, 0)
