"""The first account of an instance, and who may make it."""

import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from editor.models import Project, User
from editor.services import projects

TOKEN_FILE = "setup_token"  # noqa: S105  a file name


class AlreadySetUp(Exception):
    """Somebody made the first account meanwhile."""


def needed() -> bool:
    """Whether no account exists yet."""
    return not User.objects.exists()


def on_loopback() -> bool:
    """Whether only this machine can reach the server, so that no token is asked for.

    A server on loopback with a public address stands behind a proxy, and anyone can reach it.
    """
    return _is_loopback(settings.HOST) and _is_loopback(urlsplit(settings.BASE_URL).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token() -> str | None:
    """Return the one-time token that set-up asks for, making it if needed; None on loopback.

    It lies in the data folder (mode 600) so that every process of the instance knows the same.
    """
    if on_loopback() or not needed():
        return None
    path = settings.DATA_DIR / TOKEN_FILE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12))
    return str(path.read_text())


def token_matches(given: str) -> bool:
    """Compare in constant time."""
    expected = token()
    return expected is None or secrets.compare_digest(expected.encode(), given.encode())


@transaction.atomic
def create_administrator(*, email: str, password: str) -> tuple[User, Project]:
    """Make the first account and its first project. Raises AlreadySetUp if one exists.

    Two that come at once wait for each other at a row that every instance has.
    """
    ContentType.objects.select_for_update().get(app_label="editor", model="user")
    if not needed():
        raise AlreadySetUp
    user = User.objects.create_superuser(email, password)
    project = projects.create(owner=user, name=projects.first_project_name())
    (settings.DATA_DIR / TOKEN_FILE).unlink(missing_ok=True)
    return user, project
