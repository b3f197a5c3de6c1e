"""How clients spell the names of fields on the wire."""

from __future__ import annotations

import re
from typing import Final

# image, image[], image[3], image.3, image.3.items, and the same of "images".
PICTURE: Final = re.compile(r"images?(?:\[([0-9]{0,4})\]|\.([0-9]{1,4}))?(?:\.items)?", re.ASCII)
MASK: Final = re.compile(r"mask(?:\[0?\])?", re.ASCII)
MARKUP: Final = re.compile(r"markup(?:\[0?\])?", re.ASCII)
UNPRINTABLE: Final = re.compile(r"[^\w.\[\]:-]", re.ASCII)
SHOWN, SHOWN_LENGTH = 20, 64


def place(name: str) -> int | None:
    """Where a picture of that name belongs: its number, -1 where it has none; None for others."""
    found = PICTURE.fullmatch(name)
    if not found:
        return None
    number = found[1] or found[2]
    return int(number) if number else -1


def root(name: str) -> str:
    """The field that a name with brackets or dots is part of: a for a[b][c]."""
    return re.split(r"[\[.]", name, maxsplit=1)[0]


def fit(name: str) -> str:
    """A client's own name, fit to be told in an answer."""
    return UNPRINTABLE.sub("?", name)[:SHOWN_LENGTH]


def shown(names: set[str]) -> tuple[str, ...]:
    """Some of the names, fit to be named in a header."""
    return tuple(sorted({fit(name) for name in names} - {""})[:SHOWN])


def is_file(name: str) -> bool:
    """Whether a field of that name may hold a file that we use."""
    return place(name) is not None or bool(MASK.fullmatch(name))
