"""Base64 as providers write it: what has one meaning is read, the rest is refused."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

DATA_URL: Final = re.compile(r"data:[\w.+/-]*(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)
# No type of a picture has a longer name.
PREFIX: Final = 200
SPACES: Final = str.maketrans("", "", " \t\r\n")


def decoded(text: str) -> bytes | None:
    """Return the bytes, or None where the text is not base64 in one clear way.

    A data URL, spaces and line ends, the alphabet for URLs, and missing padding are understood;
    other characters, a mixture of both alphabets, and impossible lengths are not.
    """
    if text[:5].lower() == "data:":
        match = DATA_URL.match(text[:PREFIX])
        if not match:
            return None
        text = text[match.end() :]
    if any(space in text for space in " \t\r\n"):
        text = text.translate(SPACES)
    is_for_urls = "-" in text or "_" in text
    if is_for_urls and ("+" in text or "/" in text):
        return None
    if "=" not in text:
        text += "=" * (-len(text) % 4)
    try:
        return base64.b64decode(text, altchars=b"-_" if is_for_urls else None, validate=True)
    except (binascii.Error, ValueError):
        return None
