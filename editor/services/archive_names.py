"""Names of files in an archive: safe to unpack on any system, and no two alike."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

LONGEST = 120
LONGEST_BYTES = 240  # file systems allow 255
_UNSAFE = re.compile(r"[^\w .()-]")
_DOTS = re.compile(r"\.{2,}")
# Windows keeps these names for devices, whatever comes after a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Names:
    """Gives out names for one archive."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, stem: str, extension: str) -> str:
        """Return a name like "stem.png", "stem (2).png" for the next of that stem."""
        for tail in _tails(extension):
            name = _fit(_clean(stem), tail)
            if name.casefold() not in self._taken:
                self._taken.add(name.casefold())
                return name
        raise AssertionError("there is always another number")


def _tails(extension: str) -> Iterator[str]:
    yield f".{extension}"
    for number in count(2):
        yield f" ({number}).{extension}"


def _clean(stem: str) -> str:
    """Keep letters, digits and a few marks; no dot or dash in front, no dot or space behind."""
    safe = _DOTS.sub(".", _UNSAFE.sub("_", unicodedata.normalize("NFC", stem)))
    safe = safe.lstrip(" .-").rstrip(" .")
    return f"_{safe}" if _DEVICES.fullmatch(safe) else safe or "picture"


def _fit(stem: str, tail: str) -> str:
    """Cut the stem until name and extension fit."""
    stem = stem[: LONGEST - len(tail)]
    while len((stem + tail).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}{tail}"
