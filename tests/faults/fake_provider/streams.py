"""Answers as a stream of events, and what goes wrong with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.faults.fake_provider.answers import event
from tests.faults.fake_provider.case import pause
from tests.faults.fake_provider.registry import Stage, fault

if TYPE_CHECKING:
    from tests.faults.fake_provider.answers import Answer
    from tests.faults.fake_provider.case import Case
    from tests.faults.fake_provider.exchange import Exchange

HEADERS = [
    *(("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")),
    *(("x-accel-buffering", "no"), ("transfer-encoding", "chunked")),
]
ERROR: dict[str, Any] = {
    "message": "The model stopped.",
    "type": "server_error",
    "code": "internal_error",
    "param": None,
}


async def send(exchange: Exchange, answer: Answer, *, pace: float = 0, done: bool = False) -> None:
    """Send the answer as events, with a rest before each."""
    await exchange.start(200, HEADERS)
    for value in (*answer.partials(), *answer.completed()):
        await pause(pace)
        await exchange.chunk(event(value))
    if done:
        await exchange.chunk(b"data: [DONE]\n\n")
    await exchange.chunk(b"")


async def _partials(case: Case) -> Answer:
    """Begin the stream and send its previews."""
    answer = await case.answer()
    await case.exchange.start(200, HEADERS)
    for value in answer.partials():
        await case.exchange.chunk(event(value))
    return answer


async def _end(case: Case, answer: Answer) -> None:
    for value in answer.completed():
        await case.exchange.chunk(event(value))
    await case.exchange.chunk(b"")


@fault("sse-stops", Stage.ANSWER, charged=True)
async def stops(case: Case, _argument: str) -> None:
    """The stream ends in order after the previews."""
    await _partials(case)
    await case.exchange.chunk(b"")


@fault("sse-closes", Stage.ANSWER, charged=True)
async def closes(case: Case, _argument: str) -> None:
    """The connection ends after the previews."""
    await _partials(case)
    case.exchange.close()


@fault("sse-resets", Stage.ANSWER, charged=True)
async def resets(case: Case, _argument: str) -> None:
    """RST after the previews."""
    await _partials(case)
    await pause(0.05)
    case.exchange.reset()


@fault("sse-silent", Stage.ANSWER, charged=True)
async def silent(case: Case, _argument: str) -> None:
    """Nothing more after the previews, and no end."""
    await _partials(case)
    await case.hang()


@fault("sse-pings-only", Stage.ANSWER, charged=True)
async def pings_only(case: Case, argument: str) -> None:
    """Comments for ever, one in so many seconds (0.1), and no picture."""
    await case.exchange.start(200, HEADERS)
    while True:
        await case.exchange.chunk(b": ping\n\n")
        await pause(float(argument or 0.1))


@fault("sse-error", Stage.ANSWER, charged=True)
async def error_nested(case: Case, _argument: str) -> None:
    """An error event with an error object, after the previews."""
    await _error(case, {"type": "error", "error": ERROR})


@fault("sse-error-flat", Stage.ANSWER, charged=True)
async def error_flat(case: Case, _argument: str) -> None:
    """An error event without an error object."""
    await _error(case, {**ERROR, "type": "error"})


@fault("sse-error-bare", Stage.ANSWER, charged=True)
async def error_bare(case: Case, _argument: str) -> None:
    """An error in a data line alone, without type or event line."""
    await _partials(case)
    await case.exchange.chunk(f"data: {json.dumps({'error': ERROR})}\n\n".encode())
    await case.exchange.chunk(b"")


@fault("sse-moderation", Stage.ANSWER, charged=True)
async def error_moderation(case: Case, _argument: str) -> None:
    """A refusal of the output, in the middle of the stream."""
    refused = {"message": "Rejected by the safety system.", "code": "moderation_blocked"}
    kind = {"type": "image_generation_user_error"}
    await _error(case, {"type": "error", "error": ERROR | refused | kind})


async def _error(case: Case, value: dict[str, Any]) -> None:
    await _partials(case)
    await case.exchange.chunk(event(value))
    await case.exchange.chunk(b"")


@fault("sse-json", Stage.ANSWER, charged=True)
async def plain(case: Case, _argument: str) -> None:
    """Plain JSON, though a stream was asked for."""
    await case.exchange.respond(200, await case.body())


@fault("sse-done", Stage.ANSWER, charged=True)
async def with_done(case: Case, _argument: str) -> None:
    """A good stream with [DONE] at its end."""
    await send(case.exchange, await case.answer(), done=True)


@fault("sse-crlf", Stage.ANSWER, charged=True)
async def crlf(case: Case, _argument: str) -> None:
    """A good stream with CRLF for its lines."""
    await _retold(case, "\r\n")


@fault("sse-cr", Stage.ANSWER, charged=True)
async def carriage_returns(case: Case, _argument: str) -> None:
    """A good stream with CR for its lines."""
    await _retold(case, "\r")


@fault("sse-no-event-line", Stage.ANSWER, charged=True)
async def unnamed(case: Case, _argument: str) -> None:
    """A good stream without event lines."""
    await _retold(case, "\n", named=False)


async def _retold(case: Case, newline: str, *, named: bool = True) -> None:
    answer = await case.answer()
    await case.exchange.start(200, HEADERS)
    for value in (*answer.partials(), *answer.completed()):
        await case.exchange.chunk(event(value, newline, named=named))
    await case.exchange.chunk(b"")


@fault("sse-split", Stage.ANSWER, charged=True)
async def split(case: Case, argument: str) -> None:
    """A good stream, torn into chunks of so many bytes (7), a data field over two lines."""
    answer, size = await case.answer(), int(argument or 7)
    await case.exchange.start(200, HEADERS)
    for value in (*answer.partials(), *answer.completed()):
        text = event(value).replace(b', "b64_json"', b',\ndata:  "b64_json"')
        for start in range(0, len(text), size):
            await case.exchange.chunk(text[start : start + size])
    await case.exchange.chunk(b"")


@fault("sse-chatter", Stage.ANSWER, charged=True)
async def chatter(case: Case, _argument: str) -> None:
    """A good stream among comments, ids, retries and events that nobody knows."""
    answer = await _partials(case)
    await case.exchange.chunk(b": ping\n\nid: 7\nretry: 10\n\n")
    await case.exchange.chunk(event({"type": "keepalive", "n": 1}))
    await case.exchange.chunk(b"data\n\ndata: not json\n\n")
    await _end(case, answer)


@fault("sse-no-partials", Stage.ANSWER, charged=True)
async def no_partials(case: Case, _argument: str) -> None:
    """The finished picture comes before any preview that was asked for."""
    answer = await case.answer()
    await case.exchange.start(200, HEADERS)
    await _end(case, answer)


@fault("sse-bare", Stage.ANSWER, charged=True)
async def bare(case: Case, _argument: str) -> None:
    """Events with type and b64_json only."""
    answer = await case.answer()
    await case.exchange.start(200, HEADERS)
    for value in answer.completed():
        kept = {key: value[key] for key in ("type", "b64_json")}
        await case.exchange.chunk(event(kept))
    await case.exchange.chunk(b"")


@fault("sse-bad-b64", Stage.ANSWER, charged=True)
async def bad_b64(case: Case, _argument: str) -> None:
    """The finished picture is no base64."""
    answer = await _partials(case)
    for value in answer.completed():
        await case.exchange.chunk(event(value | {"b64_json": "!!!"}))
    await case.exchange.chunk(b"")


@fault("sse-endless-line", Stage.ANSWER, charged=True)
async def endless_line(case: Case, _argument: str) -> None:
    """One data line without end."""
    await case.exchange.start(200, HEADERS)
    await case.exchange.chunk(b'event: image_edit.completed\ndata: {"b64_json": "')
    while True:
        await case.exchange.chunk(b"A" * 1024 * 1024)
