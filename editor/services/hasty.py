"""Commits that need not outlast a power cut: nobody waits for the disk.

What is lost then is the newest of these, whole, and nothing that was committed otherwise before. For
what counts minutes, or says again what lies on disk already. SQLite:
https://www.sqlite.org/pragma.html#pragma_synchronous; PostgreSQL: "Asynchronous Commit".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

# Database -> asks how the disk is waited for, leaves that be, and does it again.
WORDS: Final = {
    "sqlite": ("PRAGMA synchronous", "PRAGMA synchronous=NORMAL", "PRAGMA synchronous={}"),
    "postgresql": (
        *("SHOW synchronous_commit", "SET synchronous_commit=off"),
        "SET synchronous_commit={}",
    ),
}


@contextmanager
def hasty() -> Iterator[None]:
    """Commit what is written in here without waiting for the disk; not amid a transaction."""
    if connection.in_atomic_block:
        yield
        return
    ask, leave, back = WORDS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(ask)
        ((usual,),) = cursor.fetchall()
        cursor.execute(leave)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(back.format(usual))
