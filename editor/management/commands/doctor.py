"""`manage.py doctor`: are rows, ledger and files as they must be?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from editor.management.checkup import CHECKS
from editor.management.prepare import require_current


class Command(BaseCommand):
    """Prints a line for each breach; exit status 1 if there is any."""

    help = "Checks that database, ledger and files agree. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every check. Raises CommandError when one found something."""
        require_current()
        breaches = 0
        for name, check in CHECKS.items():
            for line in check():
                breaches += 1
                self.stdout.write(f"{name}: {line}")
        if breaches:
            raise CommandError(f"{breaches} breaches found.")
        self.stdout.write(f"All {len(CHECKS)} checks passed.")
