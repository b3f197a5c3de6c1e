"""The list of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.models import Membership, Project, Role
from tests.making import make_member, make_project, make_rows, make_user

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def test_shows_own_projects_only(client: Client, people: People) -> None:
    make_project(people.sam, "Secret")
    client.force_login(people.vito)
    page = client.get("/").content.decode()
    assert "Garden" in page
    assert "Secret" not in page


def test_creates_a_project_and_goes_there(client: Client, people: People) -> None:
    client.force_login(people.sam)
    response = client.post("/", {"name": "  Äpfel & Birnen  "})
    project = Project.objects.get(name="Äpfel & Birnen")
    assert response.headers["Location"] == f"/p/{project.slug}/"
    assert Membership.objects.get(project=project, user=people.sam).role == Role.OWNER


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_bad_name_is_422_with_the_dialog_open(client: Client, people: People, name: str) -> None:
    client.force_login(people.olga)
    response = client.post("/", {"name": name})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert " open>" in response.content.decode()
    assert Project.objects.count() == 1


def test_the_form_works_without_script(client: Client, people: People) -> None:
    client.force_login(people.olga)
    assert " open>" not in client.get("/").content.decode()
    assert " open>" in client.get("/?new=1").content.decode()


def test_the_empty_state_teaches_the_next_step(client: Client, people: People) -> None:
    client.force_login(people.sam)
    assert "Start with a project" in client.get("/").content.decode()


def test_names_are_escaped(client: Client, people: People) -> None:
    make_project(people.sam, "<script>alert(1)</script>")
    client.force_login(people.sam)
    assert b"<script>alert" not in client.get("/").content


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    counts = []
    for size in (2, 10):
        user = make_user(f"user{size}")
        client.force_login(user)
        for number in range(size):
            project = make_project(user, f"Project {number}")
            make_member(project, f"friend{size}-{number}", Role.VIEWER)
            make_rows(project, user, 5)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
