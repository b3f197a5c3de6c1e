"""Requests run in a few lasting threads: nothing is left over, and they end whole."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import translation

from project.request_threads import RequestThreads

if TYPE_CHECKING:
    from collections.abc import Iterator

entered, leave = threading.Event(), threading.Event()
names: list[str] = []
bodies: list[bytes] = []


def look(request: HttpRequest) -> HttpResponse:
    """Note where we are; leave a language behind."""
    names.append(threading.current_thread().name)
    before = translation.get_language()
    translation.activate("de")
    return HttpResponse(f"{before} {request.path}")


def linger(request: HttpRequest) -> HttpResponse:
    """Stay until told to go, then read what was sent."""
    entered.set()
    assert leave.wait(10)
    bodies.append(request.read())
    return HttpResponse("late")


urlpatterns = [path("look/", look), path("linger/", linger)]


@pytest.fixture
def application() -> Iterator[RequestThreads]:
    for event in (entered, leave):
        event.clear()
    for notes in (names, bodies):
        notes.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        yield RequestThreads(2)


async def ask(application: Any, where: str, *, gone: asyncio.Event | None = None) -> bytes:
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

    scope = {"type": "http", "method": "POST", "path": where, "headers": [], "query_string": b""}
    await application(scope, receive, send)
    return b"".join(event.get("body", b"") for event in sent)


async def ask_many(application: Any, count: int) -> list[bytes]:
    return list(await asyncio.gather(*(ask(application, "/look/") for _number in range(count))))


def test_a_request_stays_in_one_of_the_threads(application: RequestThreads) -> None:
    answers = asyncio.run(ask_many(application, 40))
    assert len(set(names)) <= 2
    assert {name.rsplit("_", 1)[0] for name in names} == {"request"}
    assert len(answers) == 40


def test_nothing_of_one_request_is_left_for_the_next(application: RequestThreads) -> None:
    answers = set(asyncio.run(ask_many(application, 10)))
    assert answers == {b"en /look/"}


def test_a_visitor_who_leaves_takes_no_file_away(application: RequestThreads) -> None:
    """The view still reads; the request ends when it has."""

    async def main() -> None:
        gone = asyncio.Event()
        request = asyncio.create_task(ask(application, "/linger/", gone=gone))
        await asyncio.to_thread(entered.wait, 10)
        gone.set()
        for _turn in range(20):
            await asyncio.sleep(0)
        assert not request.done()
        leave.set()
        assert await request == b""

    asyncio.run(main())
    assert bodies == [b"hello"]


def test_one_that_lingers_does_not_hold_up_others(application: RequestThreads) -> None:
    async def main() -> list[bytes]:
        request = asyncio.create_task(ask(application, "/linger/"))
        await asyncio.to_thread(entered.wait, 10)
        answers = [await ask(application, "/look/") for _number in range(5)]
        leave.set()
        return [*answers, await request]

    assert asyncio.run(main())[-1] == b"late"
