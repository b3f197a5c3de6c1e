"""Server-sent events, read piece by piece with little memory however long a line is.

Nothing is kept of a picture in the stream but where it lies: the stream itself goes to disk, and
an event is a list of places in that file. Follows the HTML standard, section 9.2.6, and forgives
what providers do differently: a missing event line, a missing last blank line, ``[DONE]`` or none,
a whole JSON answer as the one event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

type Span = tuple[int, int]

# Of each event so much is kept in memory, from its beginning and from its end.
HEAD, TAIL = 16 * 1024, 1024
# No provider cuts a picture into so many lines.
MAX_LINES = 10_000
PIECE = 256 * 1024

LINE_END: Final = re.compile(rb"[\r\n]")
KIND: Final = re.compile(rb'"type"\s*:\s*"(?:image\w*\.(partial_image|completed)|(error))"')
NAME: Final = re.compile(rb"image\w*\.(partial_image|completed)|(error)")
BARE_ERROR: Final = re.compile(rb'\s*\{\s*"error"\s*:\s*[{"]')
WHOLE_ANSWER: Final = re.compile(rb'"data"\s*:\s*\[\s*\{')


class Kind(StrEnum):
    """What an event is to us."""

    PARTIAL = "partial_image"
    COMPLETED = "completed"
    ERROR = "error"
    DONE = "done"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: where its data lies in the stream, and how it begins (all of it if short)."""

    kind: Kind
    spans: Sequence[Span]
    head: bytes


@dataclass(slots=True)
class Line:
    """The line being read: its place, its beginning and its end."""

    start: int
    stop: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytes = b""

    def take(self, chunk: bytes, start: int, stop: int) -> None:
        """Grow by a part of a chunk."""
        self.stop += stop - start
        if len(self.head) < HEAD:
            self.head += chunk[start : min(stop, start + HEAD - len(self.head))]
        self.tail = (self.tail + chunk[max(start, stop - TAIL) : stop])[-TAIL:]


class Scanner:
    """Feed it the stream; it returns the events that ended in what it was fed."""

    def __init__(self) -> None:
        self._place = 0
        self._line = Line(0, 0)
        self._skip_newline = False
        self._reset()

    def _reset(self) -> None:
        self._name = b""
        self._head = bytearray()
        self._tail = b""
        self._spans: list[Span] = []

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes."""
        events: list[Event] = []
        at, first = 0, self._place
        if self._skip_newline and chunk:
            at = int(chunk.startswith(b"\n"))
            self._skip_newline = False
            self._line = Line(first + at, first + at)
        while found := LINE_END.search(chunk, at):
            self._line.take(chunk, at, found.start())
            events += self._end_line()
            at = found.end()
            if found[0] == b"\r":
                self._skip_newline = at == len(chunk)
                at += chunk.startswith(b"\n", at)
            self._line = Line(first + at, first + at)
        self._line.take(chunk, at, len(chunk))
        self._place += len(chunk)
        return events

    def finish(self) -> list[Event]:
        """The stream has ended: an event without its blank line counts if its JSON is closed."""
        if self._line.start != self._line.stop:
            self._end_line()
        closed = self._tail.rstrip().endswith((b"}", b"]"))
        return self._dispatch() if closed else []

    def _end_line(self) -> list[Event]:
        line = self._line
        if line.start == line.stop:
            return self._dispatch()
        name, colon, value = bytes(line.head).removeprefix(b"\xef\xbb\xbf").partition(b":")
        if name == b"event":
            self._name = value.strip()
        elif name == b"data" and colon:
            self._add(line, value)
        return []

    def _add(self, line: Line, value: bytes) -> None:
        """Note one more line of data."""
        if len(self._spans) >= MAX_LINES:
            return
        space = value.startswith(b" ")
        start = line.start + line.head.index(b":") + 1 + space
        self._spans.append((start, line.stop))
        separator = b"\n" if self._head else b""
        self._head += (separator + value[space:])[: max(0, HEAD - len(self._head))]
        self._tail = line.tail[-min(TAIL, line.stop - start) :] if line.stop > start else b""

    def _dispatch(self) -> list[Event]:
        spans, head, tail, name = self._spans, bytes(self._head), self._tail, self._name
        self._reset()
        if not spans or len(spans) >= MAX_LINES:
            return []
        return [Event(kind_of(name, head, tail), spans, head)]


def kind_of(name: bytes, head: bytes, tail: bytes) -> Kind:
    """Return what an event is: its data's own type counts more than the event line."""
    if head.strip() == b"[DONE]":
        return Kind.DONE
    match = KIND.search(head) or KIND.search(tail) or NAME.fullmatch(name)
    if match:
        return Kind((match[1] or match[2]).decode())
    if BARE_ERROR.match(head):
        return Kind.ERROR
    return Kind.COMPLETED if WHOLE_ANSWER.search(head) else Kind.OTHER


def cut(source: Path, spans: Sequence[Span], out: Path) -> None:
    """Copy an event's data out of the stored stream, in small pieces."""
    with source.open("rb") as stream, out.open("wb") as file:
        for number, (start, stop) in enumerate(spans):
            if number:
                file.write(b"\n")
            stream.seek(start)
            while start < stop and (piece := stream.read(min(PIECE, stop - start))):
                file.write(piece)
                start += len(piece)
