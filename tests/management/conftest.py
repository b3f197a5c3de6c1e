"""The commands also collect static files."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def static_root(data_dir: Path, settings: Settings) -> Path:
    """A folder for static files in the test's own data folder."""
    settings.STATIC_ROOT = data_dir / "static"
    return data_dir / "static"
