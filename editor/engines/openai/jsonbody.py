"""A JSON body whose pictures stay on disk: they are read and encoded piece by piece as they leave."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack
    from pathlib import Path

# A multiple of three: the pieces' base64 put together is that of the whole, 64 KiB a piece.
PIECE: Final = 48 * 1024


@dataclass(frozen=True, slots=True)
class DataUrl:
    """A place in a JSON document that a file fills, as a data URL."""

    path: Path
    mime: str


type Part = bytes | IO[bytes]


class JsonBody:
    """The document as it is sent; its files stay open until ``files`` is left.

    Raises OSError for a file that is not there.
    """

    def __init__(self, document: Any, files: ExitStack) -> None:
        self._parts = [
            files.enter_context(part.path.open("rb")) if isinstance(part, DataUrl) else part
            for part in _joined(_parts(document))
        ]
        self.headers = {
            "Content-Type": "application/json",
            "Content-Length": str(sum(_size(part) for part in self._parts)),
        }

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
                continue
            part.seek(0)
            while piece := part.read(PIECE):
                yield base64.b64encode(piece)


def _parts(value: Any) -> Iterator[str | DataUrl]:
    """A document as texts and files, in the order in which they are sent."""
    if isinstance(value, DataUrl):
        yield f'"data:{value.mime};base64,'
        yield value
        yield '"'
    elif isinstance(value, dict):
        yield "{"
        for number, (name, item) in enumerate(value.items()):
            yield f"{',' if number else ''}{_text(name)}:"
            yield from _parts(item)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, item in enumerate(value):
            yield "," if number else ""
            yield from _parts(item)
        yield "]"
    else:
        yield _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _joined(parts: Iterator[str | DataUrl]) -> Iterator[bytes | DataUrl]:
    """The same with the texts between two files in one."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            yield text.encode()
            yield part
            text = ""
    yield text.encode()


def _size(part: Part) -> int:
    """How many bytes a part has on the wire."""
    if isinstance(part, bytes):
        return len(part)
    return -(-part.seek(0, 2) // 3) * 4
