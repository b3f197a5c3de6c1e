"""`manage.py rotate_keys`: encrypt the providers' keys anew with the newest encryption key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from editor.management.prepare import require_current
from editor.services import providers


class Command(BaseCommand):
    """Prints how many were encrypted anew; exit status 1 when some cannot be read."""

    help = (
        "Encrypts providers' keys anew with the first key of PENTIMENTO_ENCRYPTION_KEY. "
        "Afterwards the others can be taken away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt anew, while everything runs. Raises CommandError naming what cannot be read."""
        require_current()
        done, failed = providers.rotate()
        self.stdout.write(f"{done} keys are encrypted with the newest encryption key.")
        if failed:
            names = ", ".join(f"“{row.name}” ({row.public_id})" for row in failed)
            raise CommandError(
                f"{len(failed)} keys cannot be read: {names}. Add the encryption key that they "
                "were encrypted with and run this again, or enter them anew on their pages."
            )
