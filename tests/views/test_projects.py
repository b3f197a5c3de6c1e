"""The list of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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


@pytest.mark.parametrize("query", ["?show=attic", "?q=%00", "?q=" + "x" * 500, "?show=deleted&q=a"])
def test_a_query_that_makes_no_sense_shows_a_list(
    client: Client, people: People, query: str
) -> None:
    client.force_login(people.olga)
    assert client.get(f"/{query}").status_code == 200


def test_many_projects_can_be_searched(client: Client, people: People) -> None:
    client.force_login(people.olga)
    assert "project-search" not in client.get("/").content.decode()
    for number in range(9):
        make_project(people.olga, f"Room {number}")
    assert "project-search" in client.get("/").content.decode()
    page = client.get("/?q=room 3").content.decode()
    assert "Room 3" in page
    assert "Garden" not in page
    assert "No project is called “&lt;b&gt;”" in client.get("/?q=<b>").content.decode()


def test_shelves_appear_when_something_lies_on_them(client: Client, people: People) -> None:
    client.force_login(people.olga)
    assert "show=archived" not in client.get("/").content.decode()
    Project.objects.filter(pk=people.project.pk).update(archived_at=timezone.now())
    assert "show=archived" in client.get("/").content.decode()
    assert "show=deleted" not in client.get("/").content.decode()


def test_a_card_shows_a_few_members_and_counts_the_rest(client: Client, people: People) -> None:
    for number in range(5):
        make_member(people.project, f"guest{number}", Role.VIEWER)
    client.force_login(people.olga)
    page = BeautifulSoup(client.get("/").content, "html.parser")
    assert len(page.select(".project-card__members .initials")) == 5
    assert "+4" in page.select(".project-card__members")[0].get_text()
