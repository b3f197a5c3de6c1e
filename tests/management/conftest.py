"""Every test of the commands has a data folder of its own."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    """An empty data folder that the settings point to."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.DATA_DIR = folder
    for name in ("pictures", "spool", "renders", "scratch", "static"):
        key = "STATIC_ROOT" if name == "static" else f"{name.upper()}_DIR"
        setattr(settings, key, folder / name)
    return folder
