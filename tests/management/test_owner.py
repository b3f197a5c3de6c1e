"""Giving a project an owner."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from editor.models import Membership, Role, User

if TYPE_CHECKING:
    from tests.conftest import People


def owner(slug: str, email: str) -> str:
    out = StringIO()
    call_command("owner", slug, email, stdout=out)
    return out.getvalue()


def test_a_stranger_and_a_member_become_owners(people: People) -> None:
    for user in (people.sam, people.vito):
        assert "is an owner of Garden" in owner(people.project.slug, user.email.upper())
        assert Membership.objects.get(project=people.project, user=user).role == Role.OWNER


def test_what_does_not_exist_is_named(people: People) -> None:
    with pytest.raises(CommandError, match="/p/nowhere/"):
        owner("nowhere", people.sam.email)
    User.objects.filter(pk=people.sam.pk).update(is_active=False)
    for email in ("nobody@example.test", people.sam.email):
        with pytest.raises(CommandError, match=email):
            owner(people.project.slug, email)
