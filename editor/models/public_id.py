"""Ids that appear in addresses: random, so that knowing one tells nothing about another."""

import secrets
import string

_LETTERS = string.ascii_lowercase + string.digits


def new_public_id() -> str:
    """Return 26 random letters and digits (134 bits)."""
    return "".join(secrets.choice(_LETTERS) for _ in range(26))


def is_public_id(text: str) -> bool:
    """Whether an id may look like that; PostgreSQL refuses to compare with some characters."""
    return text.isascii() and text.isalnum()


def new_suffix() -> str:
    """Return the 8 random characters that end a project's slug."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))
