"""Whether an answer that a dead worker left behind is all there (reliability.md 4.6, K10).

Bodies are looked through in pieces, so that the largest takes no memory.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from editor.pipeline import spool

CHUNK: Final = 1024 * 1024
# In JSON a backslash takes the next character along; of the rest only these matter.
_JSON: Final = re.compile(rb'\\.|["{}\[\]]', re.DOTALL)
_EVENTS: Final = re.compile(rb"image_\w+\.completed|\[DONE\]|\r\n\r\n|\n\n|\r\r")
# Longer than anything `_EVENTS` looks for.
_OVERLAP: Final = 40


def left_answer(folder: Path, pictures: int) -> tuple[Path, dict[str, Any]] | None:
    """Return the whole answer in the folder of a run, with its head; None when there is none.

    ``pictures``: how many were asked for, which a stream needs to be told as ended.
    """
    head = spool.head_in(folder)
    if head is None:
        return None
    if (safe := folder / spool.ANSWER).is_file():
        return safe, head
    body = folder / spool.BODY
    return (body, head) if body.is_file() and is_whole(body, head, pictures) else None


def is_whole(body: Path, head: Mapping[str, Any], pictures: int) -> bool:
    """Whether all of a good answer is in the file."""
    if not _is_good(head):
        return False
    if isinstance(head.get("content_length"), int):
        return has_its_length(body, head)
    if "event-stream" in str(head.get("content_type", "")):
        return _stream_ended(body, pictures)
    return _document_ended(body)


def has_its_length(body: Path, head: Mapping[str, Any]) -> bool:
    """Whether a good answer was announced with the length that is in the file."""
    return _is_good(head) and head.get("content_length") == body.stat().st_size


def _is_good(head: Mapping[str, Any]) -> bool:
    status = head.get("status")
    return isinstance(status, int) and 200 <= status < 300


def _document_ended(body: Path) -> bool:
    """Whether the brackets of a JSON document are all closed."""
    depth, in_string, begun, carry = 0, False, False, b""
    for chunk in _chunks(body):
        piece = carry + chunk
        carry = b"\\" if _ends_in_escape(piece) else b""
        for found in _JSON.finditer(piece):
            token = found[0]
            if token == b'"':
                in_string = not in_string
            elif not in_string and len(token) == 1:
                depth += 1 if token in b"{[" else -1
                begun = True
    return begun and depth == 0 and not in_string and not carry


def _ends_in_escape(piece: bytes) -> bool:
    return (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 1


def _stream_ended(body: Path, pictures: int) -> bool:
    """Whether as many pictures were completed as asked for, or the stream said that it ends."""
    completed, marked, carry = 0, False, b""
    for chunk in _chunks(body):
        piece = carry + chunk
        end = 0
        for found in _EVENTS.finditer(piece):
            end = found.end()
            if found[0] == b"[DONE]":
                return completed > 0
            if found[0].isspace():
                completed += marked
                marked = False
            else:
                marked = True
        carry = piece[max(end, len(piece) - _OVERLAP) :]
    return completed >= pictures


def _chunks(body: Path) -> Iterator[bytes]:
    with body.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
