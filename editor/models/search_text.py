"""Texts as they are searched and sorted: the same letters whatever their case or form."""

import re
import unicodedata

KEY_LENGTH = 200
_DIGITS = re.compile(r"\d+")
_DIGITS_WIDTH = 10


def fold(text: str) -> str:
    """Return the text without differences of case and of form ("É" in one or two characters)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def search_text(*texts: str) -> str:
    """Return what a search looks through; a line for each text."""
    return "\n".join(fold(text) for text in texts if text)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search, each once."""
    return tuple(dict.fromkeys(fold(text).split()))


def name_key(name: str) -> str:
    """Return what names are sorted by: "Photo 2" comes before "photo 10"."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(_DIGITS_WIDTH), fold(name))[:KEY_LENGTH]
