"""Server-sent events in every dress (edit-contract.md 3, row 52)."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.engines.openai.stream import Event, Kind, Scanner, cut

if TYPE_CHECKING:
    from pathlib import Path

PARTIAL = b'{"type":"image_edit.partial_image","b64_json":"AAAA","partial_image_index":0}'
FINAL = b'{"type":"image_edit.completed","b64_json":"BBBB","usage":{"total_tokens":3}}'
STREAM = (
    b": ping\n\n"
    b"event: image_edit.partial_image\ndata: " + PARTIAL + b"\n\n"
    b"event: something.else\ndata: {}\n\n"
    b"event: image_edit.completed\ndata: " + FINAL + b"\n\n"
    b"data: [DONE]\n\n"
)


def scan(data: bytes, size: int = 0) -> list[Event]:
    scanner = Scanner()
    size = size or len(data) or 1
    events: list[Event] = []
    for at in range(0, len(data), size):
        events += scanner.feed(data[at : at + size])
    return events + scanner.finish()


def seen(data: bytes, size: int = 0) -> list[tuple[Kind, bytes]]:
    """Kind and data of every event that means something."""
    found = [event for event in scan(data, size) if event.kind != Kind.OTHER]
    return [(e.kind, b"\n".join(data[a:b] for a, b in e.spans)) for e in found]


WHOLE = [(Kind.PARTIAL, PARTIAL), (Kind.COMPLETED, FINAL), (Kind.DONE, b"[DONE]")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64])
def test_row_52_line_ends_and_split_chunks(end: bytes, size: int) -> None:
    assert seen(STREAM.replace(b"\n", end), size) == WHOLE


@given(st.lists(st.integers(1, 200), max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_row_52_however_it_is_cut(sizes: list[int], end: bytes) -> None:
    data = STREAM.replace(b"\n", end)
    scanner, events, at = Scanner(), list[Event](), 0
    for size in sizes:
        events += scanner.feed(data[at : at + size])
        at += size
    events += scanner.feed(data[at:]) + scanner.finish()
    assert events == scan(data)


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (b"data: " + FINAL + b"\n\n", [Kind.COMPLETED]),
        (b"data:" + FINAL + b"\n\n", [Kind.COMPLETED]),
        (b"\xef\xbb\xbfdata: " + FINAL + b"\n\n", [Kind.COMPLETED]),
        (b"event: image_edit.completed\ndata: {\"b64_json\":\"A\"}\n\n", [Kind.COMPLETED]),
        (b"data: " + FINAL.replace(b"edit", b"generation") + b"\n\n", [Kind.COMPLETED]),
        (b"id: 1\nretry: 5\ndata: " + FINAL + b"\n\n", [Kind.COMPLETED]),
        (b"event: wrong\ndata: " + FINAL + b"\n\n", [Kind.COMPLETED]),
        (b'data: {"b64_json":"' + b"A" * 50_000 + b'","type":"image_edit.completed"}\n\n',
         [Kind.COMPLETED]),
        (b'data: {"created":1,"data":[{"b64_json":"A"}]}\n\ndata: [DONE]\n\n',
         [Kind.COMPLETED, Kind.DONE]),
        (b'event: error\ndata: {"type":"error","error":{"code":"x"}}\n\n', [Kind.ERROR]),
        (b'event: error\ndata: {"code":"x","message":"flat"}\n\n', [Kind.ERROR]),
        (b'data: {"error":{"message":"nested, unnamed"}}\n\n', [Kind.ERROR]),
        (b'data: {"type":"error","message":"flat"}\n\n', [Kind.ERROR]),
        (b'event: ping\ndata: {"type":"ping"}\n\n', [Kind.OTHER]),
        (b'data: {"type":"response.completed"}\n\n', [Kind.OTHER]),
        (b"event: image_edit.completed\n\n", []),
        (b": only a comment\n\n", []),
        (b"", []),
        (b"data: " + FINAL, [Kind.COMPLETED]),
        (b"data: " + FINAL + b"\n", [Kind.COMPLETED]),
        (b"data: " + FINAL[:-9], []),
    ],
)  # fmt: skip
def test_row_52_kinds_of_events(data: bytes, kinds: list[Kind]) -> None:
    assert [event.kind for event in scan(data)] == kinds
    assert [event.kind for event in scan(data, 1)] == kinds


def test_row_52_data_of_several_lines_is_one_text(tmp_path: Path) -> None:
    lines = json.dumps(json.loads(FINAL), indent=1).encode().split(b"\n")
    data = b"event: x\n" + b"".join(b"data: " + line + b"\r\n" for line in lines) + b"\r\n"
    (event,) = scan(data, 5)
    source, out = tmp_path / "stream", tmp_path / "event"
    source.write_bytes(data)
    cut(source, event.spans, out)
    assert json.loads(out.read_bytes()) == json.loads(FINAL)
    assert event.kind == Kind.COMPLETED


def test_a_picture_of_40_mb_costs_no_memory() -> None:
    scanner = Scanner()
    piece = b"A" * 65536
    scanner.feed(b'data: {"type":"image_edit.completed","b64_json":"')
    tracemalloc.start()
    try:
        for _ in range(600):
            assert scanner.feed(piece) == []
        (event,) = scanner.feed(b'"}\n\n')
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert event.kind == Kind.COMPLETED
    assert event.spans[0][1] - event.spans[0][0] > 39_000_000
    assert peak < 300_000


def test_lines_without_end_are_given_up() -> None:
    assert scan(b"data: x\n" * 20_000 + b"\n") == []
