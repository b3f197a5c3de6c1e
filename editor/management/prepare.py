"""What a start needs: tables as the code expects them, and static files under hashed names."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from editor.services import addresses, environment, providers


def prepare() -> None:
    """Bring database and static files up to date. Quick when nothing has changed."""
    if is_behind():
        call_command("migrate", interactive=False, verbosity=0)
    collect_static(Path(settings.STATIC_ROOT))


def follow_settings() -> None:
    """Let the provider of the environment be as the settings say. Raises CommandError."""
    try:
        environment.sync()
    except addresses.BadAddress as error:
        raise CommandError(f"OPENAI_BASE_URL: {error}") from error


def complaints() -> list[str]:
    """Return what is wrong with the providers' keys, and what to do; nothing stops for it."""
    lost = providers.unreadable()
    if not lost:
        return []
    names = ", ".join(f"“{row.name}” ({row.public_id})" for row in lost)
    return [
        f"The keys of {len(lost)} providers cannot be read: {names}. They were encrypted with "
        "another key than PENTIMENTO_ENCRYPTION_KEY (or the file encryption_key in the data "
        "folder) holds. Put that one back, behind the new one with a comma between, or enter the "
        "providers' keys anew on their pages. Nothing is sent to them until then."
    ]


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
