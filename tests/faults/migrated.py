"""Migrated databases of each kind, for programs of their own: made once in a run, then copied."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.faults.postgres import copy_database, postgres
from tests.faults.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

type Where = dict[str, str]


def environment(data: Path) -> Where:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "project.settings.test",
        "PENTIMENTO_DATA": str(data),
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def sqlite(data: Path, factory: pytest.TempPathFactory) -> Iterator[Where]:
    """Give the environment in which Django programs use a copy of a migrated SQLite."""
    like = _once("migrated.sqlite3", _make_sqlite, factory)
    shutil.copyfile(like, data / "own.sqlite3")
    yield environment(data) | {"DATABASE_URL": f"sqlite:///{data}/own.sqlite3"}


@contextmanager
def postgresql(data: Path, factory: pytest.TempPathFactory) -> Iterator[Where]:
    """The same with a PostgreSQL, started for it.

    It has a second one, `test_postgres`, that pytest-django takes over instead of migrating its own.
    """
    with postgres(_once("migrated.postgres", _make_postgres, factory)) as server:
        yield environment(data) | server


def _make_sqlite(kept: Path) -> None:
    _migrate(environment(kept.parent) | {"DATABASE_URL": f"sqlite:///{kept}"})


def _make_postgres(kept: Path) -> None:
    with postgres(keep=kept) as server:
        _migrate(environment(kept.parent) | server)
        copy_database("postgres", "test_postgres", server)


def _migrate(where: Where) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=where, check=True)


def _once(name: str, make: Callable[[Path], None], factory: pytest.TempPathFactory) -> Path:
    """Return what the first of all processes of this run that asks for it makes."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            make(kept)
    return kept
