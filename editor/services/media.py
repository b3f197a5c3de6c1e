"""Files on disk: prepared in a scratch folder, then moved into place whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
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
    (name,) = keep_each([folder])
    return name


def keep_each(folders: Sequence[Path]) -> list[str]:
    """The same for several at once, so that the disk is waited for less often.

    Raises OSError; then none of them is in the store.
    """
    keys = [new_public_id() for _folder in folders]
    names = [f"{key[:2]}/{key}" for key in keys]
    above = {_place_for(path(name)) for name in names}
    for folder in folders:
        for file in folder.iterdir():
            _sync(file)
        _sync(folder)
    try:
        for folder, name in zip(folders, names, strict=True):
            folder.rename(path(name))
        for place in {place for places in above for place in places}:
            _sync(place)
    except OSError:
        for name in names:
            drop(name)
        raise
    return names


def _place_for(target: Path) -> tuple[Path, ...]:
    """Make room for a folder; return what has to be synced once it is there."""
    if target.parent.exists():
        return (target.parent,)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return target.parent, target.parent.parent


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
