"""Migrated databases of each kind, for programs of their own: made once in a run, then copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests import prepared
from tests.faults.postgres import copy_database, postgres
from tests.faults.processes import ROOT
from tests.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator
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
    shutil.copyfile(prepared.database(factory), data / "own.sqlite3")
    yield environment(data) | {"DATABASE_URL": f"sqlite:///{data}/own.sqlite3"}


@contextmanager
def postgresql(data: Path, factory: pytest.TempPathFactory) -> Iterator[Where]:
    """The same with a PostgreSQL, started for it.

    It has a second one, `test_postgres`, that pytest-django takes over instead of migrating its own.
    """
    with postgres(once("migrated.postgres", _make_postgres, factory)) as server:
        yield environment(data) | server


def _make_postgres(kept: Path) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    with postgres(keep=kept) as server:
        subprocess.run(command, cwd=ROOT, env=environment(kept.parent) | server, check=True)
        copy_database("postgres", "test_postgres", server)
