"""The faults of on_postgres.py, in a run of pytest whose database is a PostgreSQL of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults import migrated
from tests.faults.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TESTS = "tests/faults/on_postgres.py"
# The database is there already, and ends with its server.
OPTIONS = ("--reuse-db", "-p", "no:cacheprovider", "-p", "no:xdist", "--durations=5", "-v")


def run(chosen: str, data: Path, factory: pytest.TempPathFactory) -> None:
    command = [sys.executable, "-m", "pytest", TESTS, "-m", chosen, *OPTIONS]
    with migrated.postgresql(data, factory) as where:
        done = subprocess.run(command, cwd=ROOT, env=where)
    assert done.returncode == 0


def test_faults(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run("not faults", tmp_path, tmp_path_factory)


@pytest.mark.faults
def test_faults_in_full(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    run("faults", tmp_path, tmp_path_factory)
