"""Whether an answer that was left behind is all there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.pipeline import wholeness
from editor.pipeline.wholeness import is_whole, left_answer

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

JSON_HEAD = {"status": 200, "content_type": "application/json"}
STREAM_HEAD = {"status": 200, "content_type": "text/event-stream; charset=utf-8"}
DOCUMENT = json.dumps({"data": [{"b64_json": "QUJD" * 50, "revised_prompt": 'a "[{\\'}]}).encode()
PARTIAL = b'event: image_edit.partial_image\ndata: {"b64_json":"QUJD"}\n\n'
COMPLETED = b'event: image_edit.completed\ndata: {"type":"image_edit.completed"}\n\n'
CRLF = b'data: {"type":"image_edit.completed","b64_json":"QUJD"}\r\n\r\n'


@pytest.fixture(params=[1, 3, 7, 1024 * 1024])
def piece(request: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """How much is read at once makes no difference."""
    monkeypatch.setattr(wholeness, "CHUNK", request.param)
    return request.param


def whole(tmp_path: Path, body: bytes, head: dict[str, Any], pictures: int = 1) -> bool:
    (tmp_path / "body").write_bytes(body)
    return is_whole(tmp_path / "body", head, pictures)


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        (DOCUMENT, True),
        (DOCUMENT + b"\n ", True),
        (DOCUMENT[:-1], False),
        (DOCUMENT[: len(DOCUMENT) // 2], False),
        (b"", False),
        (b"   ", False),
        (rb'{"a": "\\"}', True),
        (rb'{"a": "\\\"}', False),
        (rb'{"a": "}', False),
        (b"[{}, []]", True),
    ],
)
def test_a_document_is_whole_when_its_brackets_are(
    piece: int, tmp_path: Path, body: bytes, complete: bool
) -> None:
    assert whole(tmp_path, body, JSON_HEAD) is complete


@pytest.mark.parametrize(
    ("body", "pictures", "complete"),
    [
        (PARTIAL + COMPLETED, 1, True),
        (PARTIAL + PARTIAL, 1, False),
        (PARTIAL + COMPLETED[:-1], 1, False),
        (COMPLETED, 2, False),
        (COMPLETED + CRLF, 2, True),
        (CRLF, 1, True),
        (CRLF[:-2], 1, False),
        (COMPLETED + b"data: [DONE]\n\n", 2, True),
        (b"data: [DONE]\n\n", 1, False),
        (b": ping\n\n" * 9, 1, False),
    ],
)
def test_a_stream_is_whole_when_it_completed_what_was_asked(
    piece: int, tmp_path: Path, body: bytes, pictures: int, complete: bool
) -> None:
    assert whole(tmp_path, body, STREAM_HEAD, pictures) is complete


def test_a_length_that_was_told_is_believed(tmp_path: Path) -> None:
    assert whole(tmp_path, b"abc", JSON_HEAD | {"content_length": 3})
    assert not whole(tmp_path, DOCUMENT, JSON_HEAD | {"content_length": len(DOCUMENT) + 1})


@pytest.mark.parametrize("status", [199, 301, 400, 500, None, "200"])
def test_only_a_good_answer_is_an_answer(tmp_path: Path, status: object) -> None:
    assert not whole(tmp_path, DOCUMENT, JSON_HEAD | {"status": status})


def nested() -> SearchStrategy[Any]:
    leaves = st.text() | st.integers() | st.none()
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(nested(), st.data())
def test_no_beginning_of_a_document_passes_for_all_of_it(
    tmp_path_factory: pytest.TempPathFactory, value: Any, data: st.DataObject
) -> None:
    body = json.dumps({"data": value}).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    folder = tmp_path_factory.mktemp("scan")
    assert whole(folder, body, JSON_HEAD)
    assert not whole(folder, body[:cut], JSON_HEAD)


def test_what_lies_in_the_folder_counts(tmp_path: Path) -> None:
    assert left_answer(tmp_path, 1) is None
    (tmp_path / "answer.body").write_bytes(DOCUMENT)
    assert left_answer(tmp_path, 1) is None  # nothing could read it without its head
    (tmp_path / "answer.head").write_text(json.dumps(JSON_HEAD)[:-3])
    assert left_answer(tmp_path, 1) is None
    (tmp_path / "answer.head").write_text(json.dumps(JSON_HEAD))
    assert left_answer(tmp_path, 1) == (tmp_path / "answer.body", JSON_HEAD)
    (tmp_path / "answer.body").rename(tmp_path / "answer")
    assert left_answer(tmp_path, 1) == (tmp_path / "answer", JSON_HEAD)


@pytest.mark.parametrize(
    ("head", "whole"),
    [
        ({"status": 200, "content_length": 4}, True),
        ({"status": 200, "content_length": 5}, False),
        ({"status": 200, "content_length": None}, False),
        ({"status": 200}, False),
        ({"status": 500, "content_length": 4}, False),
        ({"content_length": 4}, False),
    ],
)
def test_what_was_announced_is_known_without_a_look_at_it(
    tmp_path: Path, head: dict[str, Any], whole: bool
) -> None:
    (tmp_path / "answer.body").write_bytes(b"null")
    assert wholeness.has_its_length(tmp_path / "answer.body", head) is whole
