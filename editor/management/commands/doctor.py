"""`manage.py doctor`: are rows, ledger and files as they must be?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from editor.management.checkup import CHECKS
from editor.management.pixel_check import pixels_are_protected
from editor.management.prepare import require_current


class Command(BaseCommand):
    """Prints a line for each breach; exit status 1 if there is any."""

    help = "Checks that database, ledger and files agree. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer --deep."""
        parser.add_argument(
            "--deep",
            action="store_true",
            help="also render every result and its parent and compare them; takes seconds for each",
        )

    def handle(self, *args: Any, deep: bool = False, **options: Any) -> None:
        """Run every check. Raises CommandError when one found something."""
        require_current()
        checks = {**CHECKS, **({"protected pixels": pixels_are_protected} if deep else {})}
        breaches = 0
        for name, check in checks.items():
            for line in check():
                breaches += 1
                self.stdout.write(f"{name}: {line}")
        if breaches:
            raise CommandError(f"{breaches} breaches found.")
        self.stdout.write(f"All {len(checks)} checks passed.")
