"""Lists stay quick: the same number of queries with few rows and with many."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editor.admin import site
from editor.models import Activity, Attempt, LedgerEntry, LedgerKind, Role, User, Worker
from tests.making import (
    make_api_key,
    make_edit_row,
    make_member,
    make_project,
    make_rows,
    make_user,
)

if TYPE_CHECKING:
    from tests.conftest import People

numbers = itertools.count(1)


def add_rows(people: People, count: int) -> None:
    """That many of everything that is listed, each with people and projects of its own."""
    for number in itertools.islice(numbers, count):
        owner = make_user(f"owner{number}")
        project = make_project(owner, f"Project {number}")
        make_member(project, f"editor{number}", Role.EDITOR)
        (picture,) = make_rows(project, owner, 1)
        edit = make_edit_row(project, owner, picture)
        attempt = Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=edit.created_at)
        LedgerEntry.objects.create(
            project=project, edit=edit, attempt=attempt, kind=LedgerKind.RESERVE, micros=0
        )
        Activity.objects.create(project=project, actor=owner, edit=edit, kind="edit.queued")
        make_api_key(project, owner)
        Worker.objects.create(name=f"w{number}", slots=1)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("model", list(site._registry), ids=lambda model: model.__name__)
def test_a_list_costs_the_same_with_many_rows(people: People, model: type) -> None:
    staff = Client()
    staff.force_login(User.objects.create_user("s@example.test", is_staff=True))
    path = reverse(f"admin:editor_{model.__name__.lower()}_changelist")
    add_rows(people, 5)
    few = queries(staff, path)
    add_rows(people, 40)
    assert queries(staff, path) == few
