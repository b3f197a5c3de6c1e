"""A key is looked up while the body of its call arrives, and each call is counted once."""

from __future__ import annotations

import asyncio
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from editor.api.auth import FRESH_SECONDS
from editor.api.entrance import quick
from editor.models import ApiKey, Edit
from project import api_handler
from project.body_limit import BodyLimit, Event
from tests.api.calling import EDITS, Came, acall, call, make_caller
from tests.api.studio import form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30
MODELS = "/v1/models"
GENERATIONS, VARIATIONS = "/v1/images/generations", "/v1/images/variations"
AZURE = "/openai/deployments/brush-1/images/edits"
BROKEN = (b"--x", "multipart/form-data; boundary=x")
WRONG = {"authorization": "Bearer sk-pent-none"}
GONE: Event = {"type": "http.disconnect"}


def counted() -> int:
    """How many requests were counted, of all keys."""
    return sum(ApiKey.objects.values_list("window_count", flat=True))


def run[T](script: Callable[[], Coroutine[Any, Any, T]]) -> T:
    async def main() -> T:
        async with asyncio.timeout(PATIENCE):
            return await script()

    return asyncio.run(main())


def piece(body: bytes, *, more: bool = False) -> Event:
    return {"type": "http.request", "body": body, "more_body": more}


async def is_counted() -> None:
    while not await quick(counted):
        pass


async def rested() -> None:
    """Wait until nothing of a call is on its way any more."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


class Body:
    """What a client sends, with what happens before a piece of it; then it waits."""

    def __init__(self, *events: Event | Callable[[], Awaitable[None]]) -> None:
        self.left = list(events)

    async def __call__(self) -> Event:
        while self.left:
            event = self.left.pop(0)
            if not callable(event):
                return event
            await event()
        return await asyncio.Future[Event]()


@contextmanager
def complaints() -> Iterator[list[dict[str, Any]]]:
    """What the running loop would log of tasks and futures that nobody looked after."""
    said: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: said.append(context))
    try:
        yield said
    finally:
        loop.set_exception_handler(None)


def test_a_call_is_counted_before_its_body_is_there(caller: Caller) -> None:
    body, kind = form(size="7x7")  # refused by what is in it, so it was read
    sent = Body(piece(body[:500], more=True), is_counted, piece(body[500:]))
    headers = caller.said({"content-type": kind})
    came = run(lambda: acall("POST", EDITS, sent, headers=headers))
    assert (came.told, counted()) == ((400, "invalid_value", "size"), 1)
    most = caller.key.requests_per_minute
    assert came.headers["x-ratelimit-remaining-requests"] == str(most - 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", EDITS, BROKEN, 400),
        ("POST", f"/openai{EDITS}", BROKEN, 400),
        ("POST", AZURE, BROKEN, 400),
        ("POST", GENERATIONS, BROKEN, 400),
        ("POST", VARIATIONS, BROKEN, 400),
        ("POST", EDITS, (b"", "application/json"), 400),
        ("POST", EDITS, (b"x", "text/plain"), 415),
        ("GET", MODELS, (b"", "text/plain"), 200),
        ("GET", MODELS, BROKEN, 200),
        ("HEAD", MODELS, (b"", "text/plain"), 200),
        ("GET", f"{MODELS}/none", (b"", "text/plain"), 404),
    ],
)
def test_whatever_becomes_of_a_call_it_is_counted_once(
    caller: Caller, method: str, path: str, body: tuple[bytes, str], status: int
) -> None:
    came = call(method, path, body[0], headers=caller.said({"content-type": body[1]}))
    assert (came.status, counted()) == (status, 1)
    assert "x-ratelimit-remaining-requests" in came.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", EDITS, 405),
        ("HEAD", EDITS, 405),
        ("POST", MODELS, 405),
        ("POST", "/v1/images/edit", 404),
        ("GET", "/v1/", 404),
        ("GET", "/v1/images/results/none", 404),
        ("GET", "/v1/openapi.json", 200),
    ],
)
def test_what_needs_no_key_counts_nothing(
    caller: Caller, method: str, path: str, status: int
) -> None:
    came = call(method, path, headers=caller.said({}))
    assert (came.status, counted()) == (status, 0)
    assert "x-ratelimit-remaining-requests" not in came.headers


def test_who_may_not_call_is_not_told_of_the_body(people: People) -> None:
    busy = make_caller(people, requests_per_minute=1)
    assert busy.post(EDITS, *BROKEN).status == 400
    assert busy.post(EDITS, *BROKEN).told == (429, "rate_limit_exceeded", None)
    for headers in ({}, WRONG):
        came = call("POST", EDITS, BROKEN[0], headers={"content-type": BROKEN[1], **headers})
        assert came.told == (401, "invalid_api_key", None)


@pytest.mark.parametrize("is_known", [True, False])
def test_an_upload_that_breaks_off_is_counted_and_leaves_nothing(
    caller: Caller, is_known: bool
) -> None:
    body, kind = form()
    headers = {"content-type": kind} | (caller.said({}) if is_known else WRONG)

    async def script() -> tuple[Came, list[dict[str, Any]]]:
        with complaints() as said:
            sent = Body(piece(body[:500], more=True), GONE)
            came = await acall("POST", EDITS, sent, headers=headers)
            await rested()
            gc.collect()
            return came, said

    came, said = run(script)
    assert (came.status, said, counted()) == (0, [], int(is_known))
    assert not Edit.objects.exists()


def test_a_call_that_is_cut_off_while_it_arrives_leaves_nothing(caller: Caller) -> None:
    body, kind = form()
    headers = caller.said({"content-type": kind})

    async def script() -> list[dict[str, Any]]:
        arrived, never = asyncio.Event(), asyncio.Event()

        async def stuck() -> None:
            arrived.set()
            await never.wait()

        with complaints() as said:
            sent = Body(piece(body[:500], more=True), stuck)
            serving = asyncio.create_task(acall("POST", EDITS, sent, headers=headers))
            await arrived.wait()
            serving.cancel()
            await rested()
            gc.collect()
            assert serving.cancelled()
            return said

    assert (run(script), counted()) == ([], 1)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_body_without_end_is_too_large_whoever_sends_it(caller: Caller, is_known: bool) -> None:
    limited = BodyLimit(
        api_handler.ApiHandler(), limit=100_000, refusal=api_handler.too_large, drained=300_000
    )
    headers = {"content-type": BROKEN[1]} | (caller.said({}) if is_known else WRONG)

    async def endless() -> Event:
        return piece(b"x" * 50_000, more=True)

    async def script() -> Came:
        came = await acall("POST", EDITS, endless, headers=headers, application=limited)
        await rested()
        return came

    assert run(script).told == (413, "request_too_large", None)
    assert counted() == int(is_known)


@pytest.mark.parametrize(
    ("path", "known", "told"),
    [
        (EDITS, False, (401, "invalid_api_key", None)),
        (EDITS, None, (401, "invalid_api_key", None)),
        ("/v1/images/edit", True, (404, "unknown_url", None)),
        (MODELS, True, (405, "method_not_allowed", None)),
    ],
)
def test_who_waits_to_be_told_to_go_on_is_told_no_at_once(
    caller: Caller, path: str, known: bool | None, told: Any
) -> None:
    key = {True: caller.said({}), False: WRONG, None: {}}[known]
    sent = Body(piece(b"x"))
    headers = {"expect": "100-continue", "content-type": BROKEN[1], **key}
    came = run(lambda: acall("POST", path, sent, headers=headers))
    assert (came.told, len(sent.left), counted()) == (told, 1, 0)
    assert came.headers["connection"] == "close"
    assert came.headers["x-request-id"].startswith("req_")


def test_who_waits_and_may_call_goes_on(caller: Caller) -> None:
    sent = Body(piece(BROKEN[0]))
    headers = caller.said({"expect": "100-continue", "content-type": BROKEN[1]})
    came = run(lambda: acall("POST", EDITS, sent, headers=headers))
    assert (came.status, sent.left, counted()) == (400, [], 1)
    assert "connection" not in came.headers


class Clock(asyncio.SelectorEventLoop):
    """A loop whose clock can be put forward."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


@pytest.mark.parametrize(
    ("seconds", "revoked", "status"),
    [(0, True, 400), (FRESH_SECONDS + 1, True, 401), (FRESH_SECONDS + 1, False, 400)],
)
def test_a_key_that_ends_while_a_body_comes_for_long_opens_nothing(
    caller: Caller, seconds: float, revoked: bool, status: int
) -> None:
    async def later() -> None:
        await is_counted()
        if revoked:
            await quick(ApiKey.objects.update, revoked_at=timezone.now())
        clock.ahead += seconds

    sent = Body(later, piece(BROKEN[0]))
    headers = caller.said({"content-type": BROKEN[1]})
    with asyncio.Runner(loop_factory=Clock) as runner:
        clock: Any = runner.get_loop()
        came = runner.run(acall("POST", EDITS, sent, headers=headers))
    assert (came.status, counted()) == (status, 1)
    assert ("was revoked" in came.error["message"]) is (status == 401)


@pytest.mark.parametrize("path", [EDITS, "/v1/nothing"])
def test_nothing_is_kept_of_a_body_nobody_wants(people: People, path: str) -> None:
    """Whoever does not wait to be told to go on sends it all, and it goes nowhere."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer sk-pent-none")],
    }
    pieces = iter([piece(b"x" * 1000, more=True), piece(b"y" * 1000)])

    async def script() -> int:
        call = api_handler.OneCall(scope)

        async def receive() -> Event:
            await call._visit.is_refused()
            return next(pieces)

        with await call.read_body(receive) as body:
            return int(body.tell())

    assert run(script) == 0
