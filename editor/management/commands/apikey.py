"""`manage.py apikey EMAIL`: make an API key and print it, for scripts that set programs up."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.keys import NAME_LENGTH
from editor.models import User
from editor.services import api_keys, projects


class Command(BaseCommand):
    """Prints a new key and nothing else."""

    help = "Makes an API key that acts as an account in a project, and prints it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose key it is, where it works, and what it is called."""
        parser.add_argument("email", help="address of the account")
        parser.add_argument(
            "--project",
            metavar="SLUG",
            help="the project as its address names it: /p/SLUG/ (default: the account's oldest in "
            "which it may edit, else a new one)",
        )
        parser.add_argument("--name", default="manage.py apikey", help="name of the key in lists")

    def handle(
        self, *args: Any, email: str, project: str | None, name: str, **options: Any
    ) -> None:
        """Exits with 1 and says why when there is no such account, or it may not edit there."""
        if not 0 < len(name.strip()) <= NAME_LENGTH:
            raise CommandError(f"A key's name has 1 to {NAME_LENGTH} characters.")
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no open account with the address {email}.")
        door = _door(user, project) if project else _own_door(user)
        _key, token = api_keys.create(door=door, wanted=api_keys.Wanted(name.strip()))
        self.stdout.write(token)


def _door(user: User, slug: str) -> Door:
    try:
        return fetch.door(user, slug, Action.NEW_API_KEY)
    except Http404 as gone:
        raise CommandError(f"{user.email} has no project with the address /p/{slug}/.") from gone
    except PermissionDenied as refused:
        raise CommandError(f"/p/{slug}/: {refused}") from refused


def _own_door(user: User) -> Door:
    found = fetch.oldest_door(user, Action.NEW_API_KEY)
    if found is not None:
        return found
    made = projects.create(owner=user, name=projects.first_project_name())
    return fetch.door(user, made.slug, Action.NEW_API_KEY)
