"""Streams over a real line: previews on the way, and when the end is the end (row 52)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from editor.engines.errors import Execution, ProviderError
from tests.engines.openai.setting import Watcher
from tests.engines.openai.test_client import CHUNKED, HASTY, against, failure_of, scripted

if TYPE_CHECKING:
    from pathlib import Path

HEAD = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Type: text/event-stream\r\n\r\n")
LAST = b"0\r\n\r\n"


def event(kind: str, **data: Any) -> bytes:
    document = json.dumps({"type": kind, **data})
    text = f"event: {kind}\ndata: {document}\n\n".encode()
    return chunk(text)


def chunk(text: bytes) -> bytes:
    return f"{len(text):x}\r\n".encode() + text + b"\r\n"


def partial(number: int = 0) -> bytes:
    return event("image_edit.partial_image", b64_json="AAAA", partial_image_index=number)


COMPLETED = event("image_edit.completed", b64_json="BBBB")
ERROR = event("error", error={"code": "server_error", "message": "it broke"})


def test_row_52_previews_come_as_they_are_drawn(tmp_path: Path) -> None:
    watch = Watcher()
    parts = (HEAD, partial(0), 0.05, partial(1), COMPLETED, LAST)
    outcome = against(scripted(*parts), tmp_path, watch=watch)
    assert not isinstance(outcome, ProviderError)
    assert watch.told == ["leaving", "sent", "headed", "partial", "partial"]
    assert [json.loads(file.read_bytes())["partial_image_index"] for file in watch.partials] == [
        0,
        1,
    ]
    assert outcome.file.read_bytes().count(b"event:") == 3


@pytest.mark.parametrize(
    ("parts", "asked"),
    [
        ((COMPLETED, LAST), 1),
        ((COMPLETED, 1.5), 1),
        ((COMPLETED, chunk(b"data: [DONE]\n\n"), 1.5), 2),
        ((COMPLETED, COMPLETED, 1.5), 2),
        ((COMPLETED, LAST), 3),
        ((COMPLETED, None), 3),
        ((COMPLETED, 1.5), 3),
        ((COMPLETED, ERROR, LAST), 2),
        ((chunk(b": ping\n\n"), 0.15, chunk(b": ping\n\n"), 0.15, COMPLETED, LAST), 1),
    ],
    ids=["end", "left open", "done", "two", "fewer", "reset", "stall", "then error", "pings"],
)
def test_row_52_a_finished_picture_ends_the_stream(
    tmp_path: Path, parts: tuple[bytes | float | None, ...], asked: int
) -> None:
    outcome = against(scripted(HEAD, *parts), tmp_path, timeouts=HASTY, fields={"n": asked})
    assert not isinstance(outcome, ProviderError)
    assert b"BBBB" in outcome.file.read_bytes()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((partial(), LAST), "stream_cut"),
        ((partial(), chunk(b"data: [DONE]\n\n"), LAST), "stream_cut"),
        ((LAST,), "stream_cut"),
        ((partial(), None), "answer_cut"),
        ((partial(), 0.6), "answer_stalled"),
        ((partial(), ERROR, LAST), "stream_failed"),
        ((ERROR, LAST), "stream_failed"),
        ((chunk(b'data: {"message":"flat","code":"x"}\n\n'), LAST), "stream_cut"),
    ],
)
def test_row_52_without_a_finished_picture_nobody_can_tell(
    tmp_path: Path, parts: tuple[bytes | float | None, ...], code: str
) -> None:
    watch = Watcher()
    error = failure_of(against(scripted(HEAD, *parts), tmp_path, watch=watch, timeouts=HASTY))
    assert (error.code, error.execution, error.retries) == (code, Execution.UNKNOWN, 0)
    assert all(file.exists() for file in watch.partials)
    assert len(watch.partials) == (partial() in parts)


def test_row_52_a_refusal_in_the_stream_is_one(tmp_path: Path) -> None:
    refusal = event("error", error={"code": "moderation_blocked", "message": "No."})
    error = failure_of(against(scripted(HEAD, partial(), refusal, LAST), tmp_path))
    assert (error.code, error.execution, error.upstream.text) == ("moderation", Execution.NO, "No.")


def test_row_52_json_where_a_stream_was_asked_is_taken(tmp_path: Path) -> None:
    body = b'{"data":[{"b64_json":"AAAA"}]}'
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Type: application/json\r\n\r\n")
    outcome = against(scripted(head, chunk(body), LAST), tmp_path, fields={"stream": True})
    assert not isinstance(outcome, ProviderError)
    assert outcome.file.read_bytes() == body


def test_silence_counts_as_soon_as_the_stream_has_begun(tmp_path: Path) -> None:
    """Waiting for the first byte is allowed to take as long as a plain answer."""
    parts = (HEAD, 0.25, COMPLETED, LAST)
    assert not isinstance(against(scripted(*parts), tmp_path, timeouts=HASTY), ProviderError)
    late = (HEAD, partial(), 0.25, COMPLETED, LAST)
    error = failure_of(against(scripted(*late), tmp_path, timeouts=HASTY))
    assert error.code == "answer_stalled"
