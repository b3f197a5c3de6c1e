"""Results by address: fetched at once, once, from where they may be, with nothing of ours (row 46)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from editor.engines.base import Answer
from editor.engines.errors import Execution, ProviderError
from editor.engines.openai import download
from editor.engines.openai.catalog import catalog
from editor.engines.openai.dial import Policy, Transport
from editor.engines.openai.provider import Timeouts
from tests.engines.openai.pictures import picture
from tests.engines.openai.setting import KEY, Server, answer, make_engine, make_provider
from tests.engines.openai.test_reading import document, read

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.openai.provider import ProviderConfig

PNG = picture()
HERE = "https://api.example/files/a.png"


def listing(*hosts: str) -> dict[str, Any]:
    """A provider whose preset lists hosts of results."""
    preset = catalog().presets["generic"]
    return {"preset": replace(preset, manner={**preset.manner, "result_hosts": list(hosts)})}


class Shelf:
    """Serves what it is told to, and remembers who asked for what."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        turn = self._answers.pop(0)
        if isinstance(turn, Exception):
            raise turn
        return turn


def served(content: bytes = PNG, kind: str = "image/png", status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=content, headers={"content-type": kind})


async def serving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(answer(PNG, "Content-Type: image/png"))


def lost(folder: Path, url: str, shelf: Shelf, **changes: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read(folder, document({"url": url}), handler=shelf, **changes)
    assert caught.value.execution == Execution.YES
    return caught.value


@pytest.mark.parametrize(
    ("url", "changes", "asked"),
    [
        (HERE, {}, HERE),
        ("/v1/images/7/content", {}, "https://api.example/v1/images/7/content"),
        ("images/7", {}, "https://api.example/images/7"),
        ("https://API.example.:443/x", {}, "https://api.example./x"),
        ("https://cdn.example/x", listing("cdn.example"), "https://cdn.example/x"),
        ("https://eu.cdn.example/x", listing("cdn.example"), "https://eu.cdn.example/x"),
        ("https://anything.test/x", listing("*"), "https://anything.test/x"),
    ],
)
def test_row_46_a_result_is_fetched_from_where_it_may_be(
    tmp_path: Path, url: str, changes: dict[str, Any], asked: str
) -> None:
    shelf = Shelf(served())
    result = read(tmp_path, document({"url": url}), handler=shelf, **changes)
    assert [file.read_bytes() for file in result.images] == [PNG]
    assert [str(request.url) for request in shelf.asked] == [asked]


def test_row_46_nothing_of_ours_goes_along(tmp_path: Path) -> None:
    shelf = Shelf(served())
    read(tmp_path, document({"url": HERE}), handler=shelf)
    (request,) = shelf.asked
    assert request.method == "GET"
    assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert KEY not in str(request.headers.raw)


def test_row_46_what_was_fetched_is_not_fetched_again(tmp_path: Path) -> None:
    shelf = Shelf(served())
    body = document({"url": HERE})
    assert read(tmp_path, body, handler=shelf) == read(tmp_path, body, handler=shelf)
    assert len(shelf.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/x",
        "https://api.example.evil.test/x",
        "https://evilapi.example/x",
        "https://api.example@evil.test/x",
        "https://user:secret@api.example/x",
        "https://evil.test#@api.example/x",
        "//evil.test/x",
        "http://169.254.169.254/latest/meta-data",
        "http://api.example/x",
        "http://api.example:443/x",
        "http://cdn.example/x",
        "file:///etc/passwd",
        "gopher://evil.test/",
        "https://[::1/x",
        "\\\\evil.test\\x",
    ],
)
def test_row_46_other_hosts_are_not_called(tmp_path: Path, url: str) -> None:
    shelf = Shelf(*[httpx.Response(404)] * 3)
    error = lost(tmp_path, url, shelf, **listing("cdn.example"))
    called = {request.url.host for request in shelf.asked}
    assert error.code == ("result_gone" if called else "result_host_refused")
    assert called <= {"api.example"}


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (served(bytes(5000)), "answer_too_large"),
        (served(b"<svg/>", "image/svg+xml"), "answer_unreadable"),
        (served(b"<html>", "image/png"), "answer_unreadable"),
    ],
)
def test_row_46_what_cannot_be_used_is_asked_for_once(
    tmp_path: Path, response: httpx.Response, code: str
) -> None:
    shelf = Shelf(response)
    error = lost(tmp_path, HERE, shelf, max_answer_bytes=4000)
    assert (error.code, len(shelf.asked)) == (code, 1)


@pytest.mark.parametrize(
    "response",
    [
        served(b"gone", status=404),
        served(b"no", status=403),
        served(b"", status=503),
        httpx.Response(302, headers={"location": "http://169.254.169.254/"}),
        served(b"<html>", "text/html"),
        served(b"{}", "application/json; charset=utf-8"),
    ],
)
def test_what_is_not_there_is_tried_three_times(tmp_path: Path, response: httpx.Response) -> None:
    shelf = Shelf(response, response, response)
    assert lost(tmp_path, HERE, shelf).code == "result_gone"
    assert [str(request.url) for request in shelf.asked] == [HERE] * 3
    shelf = Shelf(response, response, served())
    assert len(read(tmp_path, document({"url": HERE}), handler=shelf).images) == 1


def test_a_lost_connection_is_tried_three_times(tmp_path: Path) -> None:
    shelf = Shelf(httpx.ConnectError("no"), httpx.ReadError("no"), served())
    assert len(read(tmp_path, document({"url": HERE}), handler=shelf).images) == 1
    other = tmp_path / "other"
    other.mkdir()
    shelf = Shelf(*[httpx.ConnectError("no")] * 3)
    assert lost(other, HERE, shelf).code == "result_unreachable"
    assert len(shelf.asked) == 3


def test_one_lost_result_is_no_reason_to_lose_the_others(tmp_path: Path) -> None:
    shelf = Shelf(*[served(status=404)] * 3, served())
    result = read(tmp_path, document({"url": HERE}, {"url": HERE + "2"}), handler=shelf)
    assert len(result.images) == 1
    assert result.actual["unreadable"] == 1


@pytest.mark.parametrize("place", ["http://127.0.0.1:{other}/x", "https://127.0.0.1:{other}/x"])
def test_what_is_open_for_a_provider_is_not_open_for_its_results(
    tmp_path: Path, place: str
) -> None:
    """A provider of the staff may lie inside; another port of the same machine may not."""

    async def run() -> tuple[str, int]:
        async with Server(serving) as server, Server(serving) as other:
            body = tmp_path / "answer"
            body.write_bytes(document({"url": place.format(other=other.port)}))
            engine = make_engine(make_provider(server.base_url, any_private=True))
            with pytest.raises(ProviderError) as caught:
                await engine.read(Answer(body, {}), tmp_path)
            return caught.value.code, other.connections

    assert asyncio.run(run()) == ("result_host_refused", 0)


def test_all_results_of_an_answer_have_one_deadline(tmp_path: Path) -> None:
    """What was fetched in time is kept; the rest is not waited for one after the other."""
    asked: list[str] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if len(asked) > 1:
            await asyncio.Event().wait()
        return served()

    clocks = Timeouts(connect=9, write=9, read=0.4, idle=9, total=0.2)
    urls = [{"url": f"/{number}"} for number in range(4)]
    result = read(tmp_path, document(*urls), handler=handler, timeouts=clocks)
    assert asked == ["/0", "/1"]
    assert (len(result.images), result.actual["unreadable"]) == (1, 3)
    asked.append("late")
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ProviderError) as caught:
        read(other, document(*urls), handler=handler, timeouts=clocks)
    assert caught.value.code == "result_unreachable"


def test_row_46_the_same_guard_stands_before_results(tmp_path: Path) -> None:
    """A listed name that leads inside is refused where the connection would be made."""

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def fetch(provider: ProviderConfig) -> Path:
        return await download.fetch(
            "https://cdn.example/x",
            tmp_path / "out",
            provider=provider,
            line_to=lambda _: Transport(Policy(), resolve=resolve),
        )

    with pytest.raises(ProviderError) as caught:
        asyncio.run(fetch(make_provider(**listing("*"))))
    assert caught.value.code == "result_host_refused"


def test_a_provider_inside_does_not_send_us_to_other_machines_inside(tmp_path: Path) -> None:
    """Its own private address is open to us; those that its answers name are not."""
    came: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        came.append(await reader.readuntil(b"\r\n\r\n"))

    async def run() -> None:
        async with Server(handler) as server:
            body = tmp_path / "answer"
            elsewhere = server.base_url.replace("127.0.0.1", "localhost")
            body.write_bytes(document({"url": f"{elsewhere}/a.png"}))
            engine = make_engine(make_provider(server.base_url, any_private=True, **listing("*")))
            await engine.read(Answer(body, {}), tmp_path)

    with pytest.raises(ProviderError) as caught:
        asyncio.run(run())
    assert (caught.value.code, came) == ("result_host_refused", [])


def test_over_a_real_line(tmp_path: Path) -> None:
    async def run() -> bytes:
        async with Server(serving) as server:
            body = tmp_path / "answer"
            body.write_bytes(document({"url": "/v1/a.png"}))
            engine = make_engine(make_provider(server.base_url))
            result = await engine.read(Answer(body, {}), tmp_path)
            return result.images[0].read_bytes()

    assert asyncio.run(run()) == PNG
