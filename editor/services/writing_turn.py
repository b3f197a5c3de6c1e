"""One writer after the other, where a database has but one: SQLite.

Its own waiting is a sleep that grows to a tenth of a second, whoever comes first after that: under
load a process slept while nobody wrote. Here the next looks a thousand times a second.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from typing import Final

from django.conf import settings
from django.db import connection

FILE: Final = "writing.lock"
LOOK_SECONDS: Final = 0.001
# Whoever has the turn for so long is stuck; then the database's own lock decides.
PATIENCE_SECONDS: Final = 5.0


@contextmanager
def writing_turn() -> Iterator[None]:
    """Wait for those of other processes who write in turns as well; others wait as ever."""
    if connection.vendor != "sqlite":
        yield
        return
    with (settings.DATA_DIR / FILE).open("ab") as file:
        _wait_for(file)
        yield


def _wait_for(file: BufferedWriter) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOK_SECONDS)
        else:
            return
