"""The faults of on_postgres.py, in a run of pytest whose database is a PostgreSQL of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.postgres import postgres
from tests.faults.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TESTS = "tests/faults/on_postgres.py"
# It ends with its server: taking the database down first would only cost time.
OPTIONS = ("--reuse-db", "-p", "no:cacheprovider", "-p", "no:xdist", "--durations=5", "-v")


def run(chosen: str, data: Path) -> None:
    command = [sys.executable, "-m", "pytest", TESTS, "-m", chosen, *OPTIONS]
    with postgres() as server:
        ours = {"PENTIMENTO_DATA": str(data), "DJANGO_SETTINGS_MODULE": "project.settings.test"}
        done = subprocess.run(command, cwd=ROOT, env=os.environ | ours | server)
    assert done.returncode == 0


def test_faults(data_dir: Path) -> None:
    run("not faults", data_dir)


@pytest.mark.faults
def test_faults_in_full(data_dir: Path) -> None:
    run("faults", data_dir)
