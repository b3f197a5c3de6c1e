"""Data folders as a start of the studio leaves them: tables and static files, and nothing else.

To make one takes six seconds of CPU, to copy it none. Starts from nothing are for
`tests/management/test_studio_process.py` to try.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.once import once

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "import django; django.setup(); from editor.management.prepare import prepare; prepare()"
# Of its files; keys are each folder's own.
DATABASE = "pentimento.sqlite3"
STATIC = ("static", "static.stamp")


def database(factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite, to copy."""
    return once("prepared", _make, factory) / DATABASE


def fill(data: Path, factory: pytest.TempPathFactory) -> Path:
    """Let an empty data folder be as a start would leave it; return it."""
    shutil.copyfile(database(factory), data / DATABASE)
    for name in STATIC:
        source = once("prepared", _make, factory) / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, data / name)
    return data


def _make(kept: Path) -> None:
    making = kept.with_name("preparing")
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "project.settings.prod",
        "PENTIMENTO_DATA": str(making),
    }
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, check=True)
    making.rename(kept)
