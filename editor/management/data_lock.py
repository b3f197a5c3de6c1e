"""A lock on the data folder: many may use it at once, one may replace it when nobody does."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "in_use"


class InUse(Exception):
    """Another process holds the data folder in a way that excludes ours."""


@contextmanager
def using(data_dir: Path) -> Iterator[None]:
    """Hold the folder together with others. Raises InUse while it is being replaced."""
    with _locked(data_dir, fcntl.LOCK_SH):
        yield


@contextmanager
def replacing(data_dir: Path) -> Iterator[None]:
    """Hold the folder alone. Raises InUse while anybody uses it."""
    with _locked(data_dir, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(data_dir: Path, kind: int) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / NAME).open("a") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(str(data_dir)) from error
        yield
