"""Files on disk: whole and safe in their place before anything names them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.files.storage import default_storage

from editor.imaging.sandbox.errors import NO_SPACE
from editor.models.public_id import new_public_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from io import FileIO

    from editor.imaging.container import Buffer

# So many sums at once, each as quick as a core is.
_sums: Final = ThreadPoolExecutor(2, thread_name_prefix="sum")
# So many callers' files on their way to the disk at once; a disk takes more as quickly as one.
_syncs: Final = ThreadPoolExecutor(8, thread_name_prefix="sync")


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
    (name,) = _names(1)
    above = _room_for(path(name))
    for file in folder.iterdir():
        _sync(file)
    _sync(folder)
    try:
        folder.rename(path(name))
        for place in above:
            _sync(place)
    except OSError:
        drop(name)
        raise
    return name


@dataclass(frozen=True, slots=True)
class Put:
    """Files that lie in the store, each in a folder of its own: their names, in order."""

    names: tuple[str, ...]
    _safe: list[Future[None]]

    def along(self, *places: Path) -> None:
        """Bring folders to the disk as well."""
        self._safe.append(_syncs.submit(_sync_each, places))

    def wait(self) -> None:
        """Wait until they are safe. Raises DiskFull, OSError; then nothing of them is left."""
        with _all_or_none(self.names):
            for one in self._safe:
                one.result()


def put_each(files: Sequence[tuple[str, Buffer]]) -> Put:
    """Write files, each by its name into a folder of its own in the store.

    The disk is waited for behind the scenes, once for all of them: no row may name them before
    `wait`. Raises DiskFull, OSError; then nothing of them is left.
    """
    check_room(settings.SCRATCH_DIR)
    names = _names(len(files))
    with _all_or_none(names):
        return Put(names, _put(files, [path(name) for name in names]))


@contextmanager
def _all_or_none(names: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        for name in names:
            drop(name)
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise DiskFull from error
        raise


def _put(files: Sequence[tuple[str, Buffer]], folders: Sequence[Path]) -> list[Future[None]]:
    """Write them all; the disk has the first while the next is written, and takes all at once."""
    above = _room_for(folders[0])
    safe = []
    for folder, (name, data) in zip(folders, files, strict=True):
        folder.mkdir()
        safe.append(_syncs.submit(_sync_and_close, _written(folder / name, data)))
    return [*safe, _syncs.submit(_sync_each, (*folders, *above))]


def _written(target: Path, data: Buffer) -> FileIO:
    file = target.open("xb", buffering=0)
    try:
        _write(file, data)
    except BaseException:
        file.close()
        raise
    return file


def _sync_and_close(file: FileIO) -> None:
    with file:
        os.fsync(file.fileno())


def _sync_each(places: Sequence[Path]) -> None:
    for place in places:
        _sync(place)


def _write(file: FileIO, data: Buffer) -> None:
    with memoryview(data) as whole:
        at = 0
        while at < len(whole):
            at += file.write(whole[at:])


def _names(count: int) -> tuple[str, ...]:
    """Names for folders side by side: only one is above them, and has to be synced."""
    keys = [new_public_id() for _number in range(count)]
    shelf = keys[0][:2]
    return tuple(f"{shelf}/{shelf}{key[2:]}" for key in keys)


def _room_for(target: Path) -> tuple[Path, ...]:
    """Make room for a folder; return what has to be synced once it is there.

    Whoever made the shelf may not have synced it yet.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return target.parent, target.parent.parent


def settle(made: Path, target: Path) -> None:
    """Move a finished file into a folder of the store, synced: a row that names it follows."""
    _sync(made)
    made.replace(target)
    _sync(target.parent)


@contextmanager
def summed(source: Buffer) -> Iterator[Future[str]]:
    """Let the sha256 of bytes be found while the disk is waited for; it is there afterwards."""
    digest = _sums.submit(lambda: hashlib.sha256(source).hexdigest())
    try:
        yield digest
    finally:
        # The bytes are not the thread's own.
        wait([digest])


def drop(name: str) -> None:
    """Remove a kept folder whose row was never written, or is gone."""
    shutil.rmtree(path(name), ignore_errors=True)


def path(name: str) -> Path:
    """Return where a kept file or folder lies on this machine."""
    return Path(default_storage.path(name))


@contextmanager
def syncing(file: FileIO) -> Iterator[None]:
    """Bring a file to the disk meanwhile; it is safe afterwards. Raises OSError."""
    safe = _syncs.submit(os.fsync, file.fileno())
    try:
        yield
    finally:
        # The file is not the thread's own.
        wait([safe])
    safe.result()


def _sync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
