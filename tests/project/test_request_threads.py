"""Requests run in a few lasting threads: nothing is left over, they end whole, none starves."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import translation

from editor import urls as editor_urls
from editor.http import ARCHIVE_THREADS, stream_archive, waits_for_sandbox
from project.request_threads import RequestThreads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

QUICK, SLOW = 2, 2
SECONDS = 10  # to wait for what comes at once, or never
entered, leave = threading.Semaphore(0), threading.Event()
names: list[str] = []
bodies: list[bytes] = []
closed_in: list[str] = []


class Noted(HttpResponse):
    """Knows where it was closed."""

    def close(self) -> None:
        closed_in.append(threading.current_thread().name)
        super().close()


def look(request: HttpRequest) -> HttpResponse:
    """Note where we are; leave a language behind."""
    names.append(threading.current_thread().name)
    before = translation.get_language()
    translation.activate("de")
    return Noted(f"{before} {request.path}")


def linger(request: HttpRequest) -> HttpResponse:
    """Stay until told to go, then read what was sent."""
    stay()
    bodies.append(request.read())
    return HttpResponse("late")


def stay() -> None:
    entered.release()
    assert leave.wait(SECONDS)


@waits_for_sandbox("POST")
def render(request: HttpRequest) -> HttpResponse:
    """A page when it is read; what is sent to it waits for the sandbox."""
    names.append(threading.current_thread().name)
    return linger(request) if request.method == "POST" else HttpResponse("page")


def archive(_request: HttpRequest) -> Any:
    """Two parts; the second takes its time."""

    def parts() -> Generator[bytes]:
        names.append(threading.current_thread().name)
        yield translation.gettext("Yes").encode()
        stay()
        yield b" late"

    translation.activate("de")
    return stream_archive(parts(), filename="garden.zip")


urlpatterns = [
    path("look/", look),
    path("linger/", linger),
    path("render/", render),
    path("archive/", archive),
]


@pytest.fixture
def application() -> Iterator[RequestThreads]:
    leave.clear()
    while entered.acquire(blocking=False):
        pass
    for notes in (names, bodies, closed_in):
        notes.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        yield RequestThreads(quick=QUICK, slow=SLOW)
    leave.set()


async def ask(
    application: Any, where: str, *, gone: asyncio.Event | None = None, method: str = "POST"
) -> bytes:
    """One request; with `gone` the visitor leaves once it is set."""
    sent: list[dict[str, Any]] = []
    questions = iter([{"type": "http.request", "body": b"hello"}])

    async def receive() -> dict[str, Any]:
        if question := next(questions, None):
            return question
        await (gone or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"type": "http", "method": method, "path": where, "headers": [], "query_string": b""}
    await application(scope, receive, send)
    return b"".join(event.get("body", b"") for event in sent)


async def ask_many(application: Any, count: int) -> list[bytes]:
    return list(await asyncio.gather(*(ask(application, "/look/") for _number in range(count))))


@asynccontextmanager
async def waiting(
    application: Any, where: str, count: int, *, running: int, gone: asyncio.Event | None = None
) -> AsyncIterator[list[asyncio.Task[bytes]]]:
    """So many requests at once, `running` of which are in the middle of it."""
    asked = [asyncio.create_task(ask(application, where, gone=gone)) for _number in range(count)]
    for _number in range(running):
        assert await asyncio.to_thread(entered.acquire, timeout=SECONDS)
    try:
        yield asked
    finally:
        leave.set()
        await asyncio.gather(*asked)


async def soon(answer: Any) -> Any:
    return await asyncio.wait_for(answer, SECONDS)


async def all_that_is_ready() -> None:
    for _turn in range(20):
        await asyncio.sleep(0)


def test_a_request_stays_in_one_of_the_threads(application: RequestThreads) -> None:
    answers = asyncio.run(ask_many(application, 40))
    assert len(set(names)) <= QUICK
    assert {name.rsplit("_", 1)[0] for name in names} == {"request"}
    assert len(answers) == 40


def test_nothing_of_one_request_is_left_for_the_next(application: RequestThreads) -> None:
    answers = set(asyncio.run(ask_many(application, 10)))
    assert answers == {b"en /look/"}


def test_one_thread_that_does_nothing_else_closes_the_responses(
    application: RequestThreads,
) -> None:
    asyncio.run(ask_many(application, 10))
    assert closed_in == ["close-request_0"] * 10


def test_a_visitor_who_leaves_takes_no_file_away(application: RequestThreads) -> None:
    """The view still reads; the request ends when it has."""

    async def main() -> None:
        gone = asyncio.Event()
        async with waiting(application, "/linger/", 1, running=1, gone=gone) as (request,):
            gone.set()
            await all_that_is_ready()
            assert not request.done()
            leave.set()
            assert await request == b""

    asyncio.run(main())
    assert bodies == [b"hello"]


@pytest.mark.parametrize(("where", "threads"), [("/linger/", QUICK), ("/render/", SLOW)])
def test_what_waits_for_its_turn_is_dropped_when_its_visitor_leaves(
    application: RequestThreads, where: str, threads: int
) -> None:
    async def main() -> None:
        gone = asyncio.Event()
        async with (
            waiting(application, where, threads, running=threads),
            waiting(application, where, 20, running=0, gone=gone) as left,
        ):
            await all_that_is_ready()
            gone.set()
            # Those in front stay where they are: nobody had a thread for it.
            assert await soon(asyncio.gather(*left)) == [b""] * 20

    asyncio.run(main())
    assert len(bodies) == threads


def test_one_that_lingers_does_not_hold_up_others(application: RequestThreads) -> None:
    async def main() -> None:
        async with waiting(application, "/linger/", 1, running=1) as asked:
            for _number in range(5):
                assert await soon(ask(application, "/look/")) == b"en /look/"
        assert await asked[0] == b"late"

    asyncio.run(main())


def test_any_number_that_waits_for_the_sandbox_leaves_the_pages_alone(
    application: RequestThreads,
) -> None:
    async def main() -> None:
        async with waiting(application, "/render/", 80, running=SLOW) as asked:
            assert await soon(ask(application, "/look/")) == b"en /look/"
            assert await soon(ask(application, "/render/", method="GET")) == b"page"
            assert await soon(ask(application, "/nowhere/"))
        assert {await each for each in asked} == {b"late"}

    asyncio.run(main())
    slow = {name for name in names if name.startswith("slow-request")}
    assert len(slow) == SLOW


def test_archives_that_are_made_leave_everything_else_alone(application: RequestThreads) -> None:
    async def main() -> None:
        # More than there are threads for: the others wait for theirs.
        count = ARCHIVE_THREADS + 2
        async with waiting(application, "/archive/", count, running=ARCHIVE_THREADS) as asked:
            assert await soon(ask(application, "/look/")) == b"en /look/"
            assert closed_in == ["close-request_0"]
        # What they say is in the language of whoever asked.
        assert {await each for each in asked} == {b"Ja late"}

    asyncio.run(main())
    assert {name.rsplit("_", 1)[0] for name in names} == {"archive", "request"}


def test_an_archive_ends_with_its_visitor_and_not_in_the_middle(
    application: RequestThreads,
) -> None:
    async def main() -> None:
        gone = asyncio.Event()
        async with waiting(application, "/archive/", 1, running=1, gone=gone) as (request,):
            gone.set()
            await all_that_is_ready()
            assert not request.done()
            leave.set()
            assert await soon(request) == b"Ja"

    asyncio.run(main())


@pytest.mark.django_db
def test_a_thread_of_the_archives_keeps_no_connection() -> None:
    opened: list[Any] = []

    def parts() -> Generator[bytes]:
        connection.ensure_connection()
        opened.append(connection.connection)
        opened.append(connections["default"])
        yield b"part"

    async def read() -> bytes:
        return b"".join([part async for part in stream_archive(parts(), filename="a.zip")])

    assert asyncio.run(read()) == b"part"
    assert opened[0] is not None
    assert opened[1].connection is None


def test_exactly_what_opens_pictures_waits_for_the_sandbox() -> None:
    """Whoever calls decoder or renderer from a new view adds it here and marks it."""
    marked = {
        (pattern.name, method)
        for pattern in editor_urls.urlpatterns
        for method in getattr(pattern.callback, "waits_for_sandbox", ())
    }
    assert marked == {
        ("full", "GET"),
        ("download", "GET"),
        ("edit_partial", "GET"),
        ("upload", "POST"),
        ("samples", "POST"),
        ("canvas", "POST"),
        ("raw_answer", "GET"),
        ("use_raw", "POST"),
        # They look names up, or wait for a provider.
        ("add_provider", "POST"),
        ("provider", "POST"),
        ("provider_probe", "POST"),
        ("project_add_provider", "POST"),
        ("project_provider", "POST"),
        ("project_provider_probe", "POST"),
    }
