"""`manage.py backup FILE`: database, pictures and keys in one file, while everything runs."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from editor.management import archive, database_copy
from editor.management.holdings import named_files
from editor.management.prepare import require_current

# What signs sessions, and what providers' keys are encrypted with.
KEYS = ("secret_key", "encryption_key")


class Command(BaseCommand):
    """Writes one archive; exit status 1 if a file that a row names was missing."""

    help = "Saves the database, all pictures and the keys of the data folder in one file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether the keys go with it."""
        parser.add_argument("file", type=Path, help="where to write; an old one is replaced")
        parser.add_argument(
            "--without-key",
            action="store_true",
            help="leave out the keys that sign sessions and open providers' keys",
        )

    def handle(self, *args: Any, file: Path, without_key: bool, **options: Any) -> None:
        """Write the archive. Raises CommandError naming the way out."""
        require_current()
        try:
            missing, count = save(file.absolute(), with_key=not without_key)
        except database_copy.CopyFailed as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot write {file}: {error.strerror}.") from error
        self.stdout.write(f"Saved the database and {count} files in {file}.")
        for name in missing:
            self.stderr.write(f"missing: {name}")
        if missing:
            raise CommandError(
                f"{len(missing)} files are missing from the data folder; all others are saved."
            )


def save(target: Path, *, with_key: bool) -> tuple[list[str], int]:
    """Write an archive to `target`; return the names of missing files and the count of saved ones.

    The database is copied first: files are never changed once a row names them, so those the
    copy names are all there, whatever a worker adds meanwhile. Raises CopyFailed, OSError.
    """
    stores = {"pictures": settings.PICTURES_DIR, "spool": settings.SPOOL_DIR}
    missing: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as work,
        archive.writing(target) as out,
    ):
        copy = database_copy.dump(Path(work))
        out.add(copy.name, copy)
        for key in KEYS if with_key else ():
            if (settings.DATA_DIR / key).exists():
                out.add(key, settings.DATA_DIR / key)
        before = len(out.manifest.files)
        with database_copy.reading(copy) as alias:
            for held in named_files(alias):
                name = f"{held.store}/{held.name}"
                if name in out.manifest.files:
                    continue
                try:
                    out.add(name, Path(stores[held.store]) / held.name)
                except FileNotFoundError:
                    # An edit that has moved on since needs its answer no more.
                    if held.store == "pictures" and not held.can_be_made:
                        missing.append(name)
            out.manifest.facts = _facts(alias, missing)
        return missing, len(out.manifest.files) - before


def _facts(alias: str, missing: list[str]) -> dict[str, Any]:
    return {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "migrations": database_copy.migrations(alias),
        "missing": missing,
    }
