"""`manage.py owner SLUG EMAIL`: give a project an owner when it has none who can sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from editor.models import Project, User
from editor.services import members


class Command(BaseCommand):
    """Makes an account an owner of a project."""

    help = "Makes an account an owner of a project, for instance when its only owner has left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The project as in its address, and the account."""
        parser.add_argument("slug", help="the project as its address names it: /p/SLUG/")
        parser.add_argument("email", help="address of the account")

    def handle(self, *args: Any, slug: str, email: str, **options: Any) -> None:
        """Say who owns what now; exits with 1 when there is no such project or open account."""
        project = Project.objects.filter(slug=slug).first()
        if project is None:
            raise CommandError(f"There is no project with the address /p/{slug}/.")
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no open account with the address {email}.")
        members.appoint(project=project, user=user)
        self.stdout.write(f"{user.email} is an owner of {project.name}.")
