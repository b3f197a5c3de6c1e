"""One writer after the other, where a database has but one: SQLite.

Its own waiting is a sleep that grows to a tenth of a second, whoever comes first after that: under
load a process slept while nobody wrote. A lock of the kernel's wakes the next at once.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.db import connection

FILE: Final = "writing.lock"


@contextmanager
def writing_turn() -> Iterator[None]:
    """Wait for those of other processes who write in turns as well; others wait as ever."""
    if connection.vendor != "sqlite":
        yield
        return
    with (settings.DATA_DIR / FILE).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
