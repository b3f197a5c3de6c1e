"""`manage.py purge`: removes for good what was thrown away long enough ago."""

import shutil
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from editor.management.prepare import require_current
from editor.services import leftovers, purge, trash


class Command(BaseCommand):
    """Does at once what workers do every hour; besides, it removes files that belong to no row."""

    help = (
        "Removes deleted pictures and projects whose grace period is over, files that belong to "
        "no row for a day, and work folders left behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer --dry-run."""
        parser.add_argument("--dry-run", action="store_true", help="say what would go; keep it")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Say what goes, and remove it."""
        require_current()
        before = timezone.now() - trash.grace()
        plan = purge.plan(before=before)
        strays = [*leftovers.orphans(), *leftovers.forgotten_work()]
        waiting = len(leftovers.waiting())
        if not dry_run:
            _purge(plan, before)
            _remove(strays)
        self._report("would be removed" if dry_run else "removed", plan, len(strays), waiting)

    def _report(self, fate: str, plan: purge.Plan, strays: int, waiting: int) -> None:
        days = trash.grace().days
        for noun, keys in (("Pictures", plan.pictures), ("Projects", plan.projects)):
            self.stdout.write(f"{noun} deleted more than {days} days ago, {fate}: {len(keys)}")
        self.stdout.write(f"Files and folders that belong to nothing, {fate}: {strays}")
        self.stdout.write(f"Left by an interrupted purge, {fate}: {waiting}")


def _purge(plan: purge.Plan, before: datetime) -> None:
    for batch in purge.batches(plan):
        purge.purge_pictures(batch, before=before)
    for project in plan.projects:
        purge.purge_project(project, before=before)
    found = leftovers.waiting()
    leftovers.remove_files(found)
    leftovers.forget(found)


def _remove(strays: list[Path]) -> None:
    for path in strays:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
