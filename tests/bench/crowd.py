"""Run inside a studio's settings: a project, its members, and a session for each of them.

Prints JSON: the project's slug, its cursor, and the sessions' keys.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from editor.models import Project, Role, State, User  # noqa: E402
from editor.services.pulse import Cursor  # noqa: E402
from tests.making import make_edit_row, make_member, make_project, make_rows, make_user  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def main(members: int) -> None:
    """Make a project with as many members and one edit that stays under way."""
    owner = make_user()
    project = make_project(owner)
    people = [owner, *(make_member(project, f"m{n}", Role.EDITOR) for n in range(members - 1))]
    (picture, *_others) = make_rows(project, owner, 200)
    held = timezone.now() + timedelta(hours=1)
    make_edit_row(project, owner, picture, state=State.AWAITING, lease_until=held)
    sessions = [session(person) for person in people]
    cursor = Cursor.now(Project.objects.get(pk=project.pk))
    facts = {"slug": project.slug, "cursor": str(cursor), "sessions": sessions}
    print(json.dumps(facts))  # noqa: T201


main(int(sys.argv[1]))
