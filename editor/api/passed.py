"""An answer handed on as it came: read from the disk, where it was made safe before anything else."""

from __future__ import annotations

import json
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

SAID: Final = ("size", "quality", "background", "output_format")
WORD: Final = 60
PICTURE: Final = "b64_json"
KEY: Final = f'"{PICTURE}"'.encode()
# What may stand between a key and its text (RFC 8259).
COLON: Final = re.compile(rb'[ \t\n\r]*:[ \t\n\r]*"')
ALPHABET: Final = f"{string.ascii_letters}{string.digits}+/=-_".encode()
# Leaves base64 as it is, and changes all else.
BASE64: Final = bytes(byte if byte in ALPHABET else byte ^ 0xFF for byte in range(256))


@dataclass(frozen=True, slots=True)
class Passed:
    """The pictures in base64, what was said with them, and what was counted."""

    pictures: tuple[bytes, ...]
    facts: dict[str, str]
    usage: dict[str, Any]


def read(file: BinaryIO, head: Mapping[str, Any]) -> Passed | None:
    """Return what an answer says; None where it is no plain document of pictures.

    It was written by somebody we do not know: nothing of it is opened here, and of what is said in
    it only short words and numbers go on.
    """
    if head.get("content_encoding") or head.get("content_type") == "text/event-stream":
        return None
    try:
        return found_in(file.read())
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def found_in(text: bytes) -> Passed | None:
    """Return what a document says. Raises ValueError, TypeError, KeyError, RecursionError."""
    cut = _cut(text)
    if cut is not None and (found := _passed(json.loads(cut[0]), cut[1])):
        return found
    document = json.loads(text)
    values = [entry[PICTURE] for entry in document["data"]]
    pictures = [str(value).encode("utf-8", "surrogatepass") for value in values if value]
    return _told(document, pictures) if all(map(_is_base64, pictures)) else None


def _cut(text: bytes) -> tuple[bytes, list[bytes]] | None:
    """The document with a number in place of each picture, and the pictures, which are base64.

    None where that is not safe. Without a backslash every quotation mark begins or ends a text, so
    that a text without either can stand for another.
    """
    # The first two bytes say that the document is in UTF-8, as `json` tells it.
    if not text.startswith(b"{") or text[1:2] in {b"", b"\0"} or b"\\" in text:
        return None
    kept: list[bytes] = []
    pictures: list[bytes] = []
    done = 0
    while (at := text.find(KEY, done)) >= 0:
        colon = COLON.match(text, at + len(KEY))
        if colon is None:
            return None
        end = text.find(b'"', colon.end())
        picture = text[colon.end() : end]
        if end < 0 or not picture or not _is_base64(picture):
            return None
        kept += [text[done : colon.end()], b"%d" % len(pictures)]
        pictures.append(picture)
        done = end
    return b"".join([*kept, text[done:]]), pictures


def _passed(document: Any, cut: list[bytes]) -> Passed | None:
    """What a document says whose pictures were cut out, if all of them stand where they belong."""
    numbers = [entry[PICTURE] for entry in document["data"]]
    if numbers != [str(number) for number in range(len(cut))]:
        return None
    return _told(document, cut)


def _told(document: Any, pictures: Sequence[bytes]) -> Passed | None:
    if not pictures:
        return None
    facts = {
        name: value
        for name in SAID
        if isinstance(value := document.get(name), str) and value != "auto" and len(value) <= WORD
    }
    usage = document.get("usage")
    return Passed(tuple(pictures), facts, usage if isinstance(usage, dict) else {})


def _is_base64(text: bytes) -> bool:
    """Whether it can stand between quotation marks as it is."""
    return text.translate(BASE64) == text
