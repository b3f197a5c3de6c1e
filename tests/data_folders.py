"""The data folder that a test has to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import override_settings

if TYPE_CHECKING:
    from pathlib import Path

ROOMS = ("pictures", "spool", "renders", "scratch")


def furnish(folder: Path) -> None:
    """Make the folders in it that a start of the studio makes."""
    for name in ROOMS:
        (folder / name).mkdir()


def is_unused(folder: Path) -> bool:
    """Whether it is as it was furnished."""
    return {one.name for one in folder.iterdir()} == set(ROOMS) and not any(
        any((folder / name).iterdir()) for name in ROOMS
    )


def lived_in(folder: Path) -> override_settings:
    """The settings of a studio that has this folder, all at once: each layer costs every test."""
    rooms: dict[str, Any] = {f"{name.upper()}_DIR": folder / name for name in ROOMS}
    pictures = {
        "BACKEND": "project.storage.PictureStorage",
        "OPTIONS": {"location": folder / "pictures"},
    }
    return override_settings(
        DATA_DIR=folder,
        BELLS_DIR=folder / "bells",
        FILE_UPLOAD_TEMP_DIR=str(folder / "scratch"),
        STORAGES={**settings.STORAGES, "default": pictures},
        **rooms,
    )
