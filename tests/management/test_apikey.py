"""A key made on the command line: printed alone, so that a script can take it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from editor.models import ApiKey, Membership, Project, Role, User
from editor.services import api_keys
from editor.services.api_keys import TOKEN
from tests.making import make_project

if TYPE_CHECKING:
    from tests.conftest import People


def apikey(*arguments: str) -> str:
    out = StringIO()
    call_command("apikey", *arguments, stdout=out)
    return out.getvalue()


def test_nothing_but_a_key_that_works_is_printed(people: People) -> None:
    printed = apikey(people.emil.email.upper(), "--project", people.project.slug, "--name", "CI")
    assert TOKEN.fullmatch(printed.removesuffix("\n"))
    key = api_keys.find(printed.strip())
    assert (key.user, key.project, key.name) == (people.emil, people.project, "CI")


def test_without_a_project_it_is_the_oldest_one_may_edit_in(people: People) -> None:
    now = timezone.now()
    ages = {
        "viewed": (Role.VIEWER, {}),
        "archived": (Role.OWNER, {"archived_at": now}),
        "deleted": (Role.OWNER, {"deleted_at": now}),
        "older": (Role.EDITOR, {}),
        "newer": (Role.OWNER, {}),
    }
    for number, (name, (role, fields)) in enumerate(ages.items()):
        project = make_project(people.olga, name)
        Membership.objects.create(project=project, user=people.sam, role=role)
        age = timedelta(days=100 - number)
        Project.objects.filter(pk=project.pk).update(created_at=now - age, **fields)
    assert api_keys.find(apikey(people.sam.email).strip()).project.name == "older"


def test_who_has_no_project_gets_one(people: People) -> None:
    project = api_keys.find(apikey(people.sam.email).strip()).project
    assert project.memberships.get().user == people.sam
    assert api_keys.find(apikey(people.sam.email).strip()).project == project


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody@example.test"], "nobody@example.test"),
        (["sam@example.test", "--project", "nowhere"], "/p/nowhere/"),
        (["olga@example.test", "--name", ""], "1 to 80 characters"),
        (["olga@example.test", "--name", "x" * 81], "1 to 80 characters"),
    ],
)
def test_what_cannot_be_is_said(people: People, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        apikey(*arguments)
    assert not ApiKey.objects.exists()


def test_readers_and_closed_accounts_get_none(people: People) -> None:
    with pytest.raises(CommandError, match="Your role in this project does not allow that"):
        apikey(people.vito.email, "--project", people.project.slug)
    User.objects.filter(pk=people.olga.pk).update(is_active=False)
    with pytest.raises(CommandError, match="no open account"):
        apikey(people.olga.email)
    assert not ApiKey.objects.exists()
