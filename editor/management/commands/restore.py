"""`manage.py restore FILE`: puts back what `backup` saved."""

import shutil
import tempfile
from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.models.functions import Now
from django.utils import timezone

from editor.management import archive, data_lock, database_copy
from editor.models import Edit, Worker
from editor.pipeline import rescue, restored
from editor.services.engines import planning_registry

KEYS = ("secret_key", "encryption_key")
STORES = ("pictures", "spool")
# Made anew when needed, and so neither saved nor kept: renders of the old pictures.
CACHES = ("renders", "scratch")


class Refused(Exception):
    """The archive is fine, but must not be put here; the message names the way out."""


class Command(BaseCommand):
    """Verifies everything first, then replaces the data folder's contents and migrates."""

    help = "Puts back a backup into an empty data folder; with --force, in place of what is there."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether it may replace what is there."""
        parser.add_argument("file", type=Path, help="what backup wrote")
        parser.add_argument(
            "--force", action="store_true", help="move what is there aside instead of refusing"
        )

    def handle(self, *args: Any, file: Path, force: bool, **options: Any) -> None:
        """Restore. Raises CommandError naming the way out."""
        try:
            with data_lock.replacing(settings.DATA_DIR):
                aside = put_back(file, force=force, now=timezone.now())
        except data_lock.InUse as error:
            raise CommandError(f"Pentimento is running on {error}: stop it first.") from error
        except archive.BadArchive as error:
            raise CommandError(f"{file} cannot be restored. {error}") from error
        except (Refused, database_copy.CopyFailed) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}.") from error
        self.stdout.write(f"Restored {file} into {settings.DATA_DIR}.")
        if aside:
            self.stdout.write(f"What was there before is in {aside}.")


def put_back(file: Path, *, force: bool, now: datetime) -> Path | None:
    """Replace database and files by the archive's; return where the old ones are, if any.

    Raises BadArchive, Refused, CopyFailed, OSError; until the archive is verified nothing changes.
    """
    occupied = _occupied()
    if occupied and not force:
        raise Refused(
            f"{settings.DATA_DIR} already holds an instance. Restore into an empty folder "
            "(PENTIMENTO_DATA), or use --force to move what is there aside."
        )
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.DATA_DIR) as work:
        staging = Path(work)
        manifest = archive.unpack(file, staging)
        _check_fits(manifest)
        aside = Path(settings.DATA_DIR) / now.strftime("replaced-%Y%m%d-%H%M%S")
        aside.mkdir(mode=0o700)
        database_copy.load(staging, aside)
        _swap(staging, aside)
    call_command("migrate", interactive=False, verbosity=0)
    _take_up_edits()
    if occupied:
        return aside
    shutil.rmtree(aside)  # an empty database and a key nobody has used
    return None


def _take_up_edits() -> None:
    """Decide the fate of edits on their way: the workers that held them are of another time.

    Free engines run again. Paid ones are never sent again by themselves, those that waited
    neither: they may have run after the backup was made.
    """
    Worker.objects.all().delete()
    # Before the sweep, which fails what waits for a deleted provider; after it, since a service
    # that recognises repeats lets an edit wait.
    restored.hold_paid()
    Edit.objects.held().update(lease_until=Now() - timedelta(seconds=1))
    rescue.sweep(planning_registry())
    restored.hold_paid()


def _occupied() -> bool:
    folders = [Path(settings.DATA_DIR) / name for name in STORES]
    return not database_copy.is_empty() or any(
        folder.is_dir() and any(folder.iterdir()) for folder in folders
    )


def _check_fits(manifest: archive.Manifest) -> None:
    """Raise Refused for another kind of database, or one that a newer version made."""
    if database_copy.file_name() not in manifest.files:
        raise Refused("This backup is of another kind of database than DATABASE_URL names.")
    unknown = database_copy.unknown_migrations(list(manifest.facts.get("migrations", [])))
    if unknown:
        raise Refused(f"A newer Pentimento made this backup ({unknown[-1]}). Upgrade first.")


def _swap(staging: Path, aside: Path) -> None:
    data = Path(settings.DATA_DIR)
    for name in CACHES:
        shutil.rmtree(data / name, ignore_errors=True)
    for name in (*STORES, *KEYS):
        if name in KEYS and not (staging / name).exists():
            continue  # saved without it: the key that is here goes on
        if (data / name).exists():
            (data / name).rename(aside / name)
        if (staging / name).exists():
            (staging / name).rename(data / name)
