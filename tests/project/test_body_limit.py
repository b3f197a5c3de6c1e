from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from project.body_limit import BodyLimit, Refusal

if TYPE_CHECKING:
    from project.body_limit import Event, Receive, Scope, Send

LIMIT = 10


async def reader(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads its whole body, then says how much it was."""
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        size += len(event["body"])
        more = event["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def ask(pieces: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[int, bytes]:
    events = iter(
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    )
    sent: list[Event] = []

    async def receive() -> Event:
        return next(events)

    async def send(event: Event) -> None:
        sent.append(event)

    scope = {"type": "http", "headers": headers}
    asyncio.run(
        BodyLimit(reader, limit=LIMIT, refusal=lambda: Refusal(b"too much"))(scope, receive, send)
    )
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize("pieces", [[b""], [b"x" * LIMIT], [b"x" * 4, b"x" * 6]])
def test_what_fits_passes(pieces: list[bytes]) -> None:
    size = sum(map(len, pieces))
    announced = [(b"content-length", str(size).encode())]
    assert ask(pieces, announced) == (200, str(size).encode())
    assert ask(pieces, []) == (200, str(size).encode())


@pytest.mark.parametrize("value", [b"11", b"999999999999", b"9" * 5000])
def test_an_announced_size_is_refused_unread(value: bytes) -> None:
    assert ask([], [(b"content-length", value)]) == (413, b"too much")


def test_a_chunked_body_is_counted() -> None:
    assert ask([b"x" * 6, b"x" * 6], []) == (413, b"too much")


def test_a_length_that_lies_is_counted_too() -> None:
    assert ask([b"x" * 6, b"x" * 6], [(b"content-length", b"3")]) == (413, b"too much")


@pytest.mark.parametrize("value", [b"", b"-1", b"many"])
def test_a_length_that_is_none_is_left_to_the_server(value: bytes) -> None:
    assert ask([b"abc"], [(b"content-length", value)]) == (200, b"3")
