"""Files on disk: prepared in a scratch folder, then moved into place whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from editor.imaging.sandbox.errors import NO_SPACE
from editor.models.public_id import new_public_id


class DiskFull(Exception):
    """There is no room left to keep the file safely."""


def check_room(folder: Path) -> None:
    """Raise DiskFull when what is left on the folder's disk is needed for the database."""
    if shutil.disk_usage(folder).free < settings.MIN_FREE_BYTES:
        raise DiskFull


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty folder that is gone afterwards, whatever happens.

    Raises DiskFull, also when the disk fills up while the folder is in use.
    """
    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_room(settings.SCRATCH_DIR)
    folder = Path(tempfile.mkdtemp(prefix="job-", dir=settings.SCRATCH_DIR))
    try:
        yield folder
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(folder: Path) -> str:
    """Move a finished scratch folder into the store and return its name there.

    Every file and the folders above are synced first: a row that names them is written after.
    Raises OSError when the disk is full.
    """
    key = new_public_id()
    name = f"{key[:2]}/{key}"
    target = path(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.iterdir():
        _sync(file)
    _sync(folder)
    folder.rename(target)
    _sync(target.parent)
    _sync(target.parent.parent)  # the folder above may be new
    return name


def settle(made: Path, target: Path) -> None:
    """Move a finished file into a folder of the store, synced: a row that names it follows."""
    _sync(made)
    made.replace(target)
    _sync(target.parent)


def drop(name: str) -> None:
    """Remove a kept folder whose row was never written, or is gone."""
    shutil.rmtree(path(name), ignore_errors=True)


def path(name: str) -> Path:
    """Return where a kept file or folder lies on this machine."""
    return Path(default_storage.path(name))


def _sync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
