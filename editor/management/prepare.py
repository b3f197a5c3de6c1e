"""What a start needs: tables as the code expects them, and static files under hashed names."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def prepare() -> None:
    """Bring database and static files up to date. Quick when nothing has changed."""
    if is_behind():
        call_command("migrate", interactive=False, verbosity=0)
    collect_static(Path(settings.STATIC_ROOT))


def collect_static(root: Path) -> bool:
    """Collect static files into `root` unless the sources are those of last time.

    Returns whether they were collected. The stamp lies beside `root`, for all in it is served.
    """
    stamp = root.with_name(f"{root.name}.stamp")
    wanted = _fingerprint()
    if root.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)
    return True


def require_current() -> None:
    """Raise CommandError when rows cannot be read because the code is newer than the database."""
    if is_behind():
        raise CommandError(
            "The database is empty, or older than this version of Pentimento. Bring it up to date "
            "first (manage.py migrate, or start the studio), or use the version that made it."
        )


def is_behind() -> bool:
    """Whether the database lacks a migration; cheaper to ask than to run none."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _fingerprint() -> str:
    """Return a digest of names, sizes and times of all static sources."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
