"""Ids that appear in addresses: random, so that knowing one tells nothing about another."""

import secrets
import string

_LETTERS = string.ascii_lowercase + string.digits
# As many values of a byte stand for each letter; the few that are left over for none.
_FAIR = 256 // len(_LETTERS) * len(_LETTERS)
_TO_LETTERS = (_LETTERS * 8).encode()[:256]
_LEFT_OVER = bytes(range(_FAIR, 256))


def new_public_id() -> str:
    """Return 26 random letters and digits (134 bits)."""
    return _random(26)


def is_public_id(text: str) -> bool:
    """Whether an id may look like that; PostgreSQL refuses to compare with some characters."""
    return text.isascii() and text.isalnum()


def new_suffix() -> str:
    """Return the 8 random characters that end a project's slug."""
    return _random(8)


def _random(length: int) -> str:
    """Letters and digits from one draw, where a choice of each would be a draw of each."""
    letters = b""
    while len(letters) < length:
        letters += secrets.token_bytes(length).translate(_TO_LETTERS, _LEFT_OVER)
    return letters[:length].decode()
