"""An answer handed on as it came: read from the disk, where it was made safe before anything else."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from editor.pipeline import spool

if TYPE_CHECKING:
    from editor.models import Attempt

SAID: Final = ("size", "quality", "background", "output_format")
WORD: Final = 60
ALPHABET: Final = f"{string.ascii_letters}{string.digits}+/=-_".encode()


@dataclass(frozen=True, slots=True)
class Passed:
    """The pictures in base64, what was said with them, and what was counted."""

    pictures: tuple[str, ...]
    facts: dict[str, str]
    usage: dict[str, Any]


def read(attempt: Attempt) -> Passed | None:
    """Return the answer of an attempt; None where it is no plain document of pictures.

    It was written by somebody we do not know: nothing of it is opened here, and of what is said in
    it only short words and numbers go on.
    """
    head = attempt.answer_head
    if head.get("content_encoding") or head.get("content_type") == "text/event-stream":
        return None
    try:
        document = json.loads(spool.path_of(attempt.answer_file).read_bytes())
        found = tuple(str(entry["b64_json"]) for entry in document["data"] if entry["b64_json"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    if not found or not all(map(_is_base64, found)):
        return None
    facts = {
        name: value
        for name in SAID
        if isinstance(value := document.get(name), str) and value != "auto" and len(value) <= WORD
    }
    usage = document.get("usage")
    return Passed(found, facts, usage if isinstance(usage, dict) else {})


def _is_base64(text: str) -> bool:
    """Whether it can stand between quotation marks as it is."""
    return text.isascii() and not text.encode().translate(None, ALPHABET)
