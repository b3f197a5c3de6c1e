"""The folder of what was rendered: bounded, shared by all processes, and made again when it is lost.

A file appears whole or not at all. Its name begins with its picture's id, so that a purge finds it,
and holds the renderer's version, so that an older one's files are never taken for its own. The time
it was changed is the time it was used last. Who may see a picture is asked before this is.
"""

import contextlib
import fcntl
import os
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from editor.imaging.render import RENDERER
from editor.models import Picture
from editor.models.public_id import new_public_id
from editor.services import media

# Longer than the longest rendition takes to make, and than a reader waits to open it.
SPARED_SECONDS = 180
# A preview of what is done by now; see editor.services.partials.
PARTIAL = "partial"
PARTIAL_SECONDS = 24 * 3600
LOCKS = ".locks"
# So many files can be in the making at once before two unlike ones may wait for each other.
LOCK_COUNT = 64
# Names in one question to the database.
CHUNK = 500


class Gone(LookupError):
    """The picture was deleted for good while it was rendered."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the cache as it was found."""

    path: Path
    size: int
    used: float

    @property
    def owner(self) -> str:
        """The id of its picture; empty for a draft."""
        return _owner(self.path)


def folder() -> Path:
    """Return the cache's folder, made if need be."""
    root = Path(settings.RENDERS_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return root


def place(picture: Picture, use: str) -> Path:
    """Return where a picture rendered for `use` lies, or would."""
    return Path(settings.RENDERS_DIR) / f"{picture.public_id}.r{RENDERER}.{use}"


def used(path: Path) -> bool:
    """Note that a file is used now, which spares it for a while; False when it is not there."""
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)
        return True
    return False


def kept(path: Path, make: Callable[[Path], None]) -> Path:
    """Return `path`, written by `make` unless it is there: it gets a draft's name.

    Of several who want the same file at once, in whatever process, one makes it. Raises Gone,
    media.DiskFull and what `make` raises; then nothing is left.
    """
    if used(path):
        return path
    with _alone(path.name):
        if not used(path):
            _write(path, make)
    return path


def _write(path: Path, make: Callable[[Path], None]) -> None:
    make_room()
    draft = path.with_name(f".{new_public_id()}{path.suffix}")
    try:
        make(draft)
        draft.replace(path)
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.part")):
            left.unlink(missing_ok=True)
    _check_owner(path)
    trim()


def _check_owner(path: Path) -> None:
    """Raise Gone if a purge was faster: it may have looked for files before this one was there."""
    owner = _owner(path)
    if owner != PARTIAL and not Picture.objects.filter(public_id=owner).exists():
        path.unlink(missing_ok=True)
        raise Gone


def _owner(path: Path) -> str:
    return path.name.partition(".")[0]


@contextlib.contextmanager
def _alone(name: str) -> Iterator[None]:
    """Hold off whoever wants to make the file of that name; the kernel frees what died."""
    locks = folder() / LOCKS
    locks.mkdir(exist_ok=True, mode=0o700)
    with (locks / f"{zlib.crc32(name.encode()) % LOCK_COUNT:02}").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_room() -> None:
    """On a full disk give up what can be made again. Raises DiskFull when that is not enough."""
    try:
        media.check_room(folder())
    except media.DiskFull:
        trim(limit=0)
        media.check_room(folder())


def has_room() -> bool:
    """Whether there is room on the disk for what nobody asked for."""
    with contextlib.suppress(media.DiskFull):
        media.check_room(folder())
        return True
    return False


def trim(limit: int | None = None) -> None:
    """Drop the files used longest ago until the cache fits its limit.

    What was used or written a moment ago stays: it is on its way to somebody.
    """
    limit = settings.RENDER_CACHE_BYTES if limit is None else limit
    spared = time.time() - SPARED_SECONDS
    total = 0
    for one in sorted(files(), key=lambda one: one.used, reverse=True):
        total += one.size
        if total > limit and one.used < spared:
            one.path.unlink(missing_ok=True)


def files() -> Iterator[Kept]:
    """Yield what lies in the cache, drafts too."""
    for path in folder().iterdir():
        # Another process's draft may be done meanwhile.
        with contextlib.suppress(FileNotFoundError):
            facts = path.stat()
            if path.name != LOCKS:
                yield Kept(path, facts.st_size, facts.st_mtime)


def total_bytes() -> int:
    """Return how much the cache holds."""
    return sum(one.size for one in files())


def forget(public_id: str) -> None:
    """Remove everything rendered of a picture."""
    for file in folder().glob(f"{public_id}.*"):
        file.unlink(missing_ok=True)


def strays(*, age: float = SPARED_SECONDS) -> list[Path]:
    """Return what nobody will use: drafts of a process that died, and renders of no picture.

    Only what was not touched for `age` seconds: a younger file may be in the making.
    """
    now = time.time()
    old = [one for one in files() if one.used < now - _patience(one, age)]
    known = _known({one.owner for one in old} - {"", PARTIAL})
    return [one.path for one in old if one.owner not in known]


def _patience(one: Kept, age: float) -> float:
    return PARTIAL_SECONDS if one.owner == PARTIAL else age


def _known(names: set[str]) -> set[str]:
    found, ordered = set[str](), sorted(names)
    for start in range(0, len(ordered), CHUNK):
        some = Picture.objects.filter(public_id__in=ordered[start : start + CHUNK])
        found.update(some.values_list("public_id", flat=True))
    return found
