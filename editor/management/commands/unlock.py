"""`manage.py unlock EMAIL`: let somebody in again who lost app, passkeys and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from editor.models import User
from editor.services import two_step


class Command(BaseCommand):
    """Removes the second step of one account; the password stays."""

    help = "Removes authenticator app, passkeys and recovery codes of an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One address."""
        parser.add_argument("email", help="address of the account")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Say what was removed; exits with 1 when there is no such account."""
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"There is no account with the address {email}.")
        if two_step.remove_all(user=user):
            self.stdout.write(f"{user.email} signs in with the password alone again.")
        else:
            self.stdout.write(f"{user.email} has no second step; nothing was changed.")
