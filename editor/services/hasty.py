"""Commits that need not outlast a power cut: nobody waits for the disk.

What is lost then is the newest of these, whole, and nothing that was committed otherwise before. For
what counts minutes, or says again what lies on disk already. SQLite:
https://www.sqlite.org/pragma.html#pragma_synchronous; PostgreSQL: "Asynchronous Commit".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def hasty() -> Iterator[None]:
    """Commit what is written in here without waiting for the disk; not amid a transaction."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        # For this transaction alone: behind a pooler the next may be on another connection.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
            yield
    else:
        # Of the connection and no query: Django's ways around one would cost more than these.
        connection.ensure_connection()
        ((usual,),) = _pragma("synchronous")
        _pragma("synchronous = NORMAL")
        try:
            yield
        finally:
            _pragma(f"synchronous = {usual}")


def _pragma(text: str) -> list[tuple[Any, ...]]:
    set_up: Any = connection.connection
    with connection.wrap_database_errors:
        return list(set_up.execute(f"PRAGMA {text}"))
