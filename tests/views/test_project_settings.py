"""A project's settings: its name, the archive, its end and its return."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.utils import timezone

from editor.models import Activity, Project, State
from tests.making import PASSWORD, make_edit_row, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def url(people: People, page: str = "settings") -> str:
    return f"/p/{people.project.slug}/{page}/"


def now(people: People) -> Project:
    return Project.objects.get(pk=people.project.pk)


def confirm_it_is_me(client: Client) -> None:
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert response.status_code == 302


@pytest.fixture(autouse=True)
def nobody_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def olga(client: Client, people: People) -> Client:
    client.force_login(people.olga)
    return client


def test_a_new_name_is_kept_and_the_address_stays(olga: Client, people: People) -> None:
    response = olga.post(url(people), {"name": "  Orchard "}, follow=True)
    assert response.redirect_chain == [(url(people), 302)]
    assert "The project has a new name." in response.content.decode()
    assert (now(people).name, now(people).slug) == ("Orchard", people.project.slug)


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\x00b"])
def test_a_bad_name_comes_back(olga: Client, people: People, name: str) -> None:
    response = olga.post(url(people), {"name": name})
    assert response.status_code == 422
    field = BeautifulSoup(response.content, "html.parser").select_one("[name=name]")
    assert field is not None
    assert field.has_attr("autofocus")
    assert now(people).name == "Garden"


def test_in_the_archive_everybody_is_told_and_owners_can_restore(
    client: Client, people: People
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    client.force_login(people.olga)
    assert "is archived" in client.post(url(people, "archive"), follow=True).content.decode()
    pages = [f"/p/{people.project.slug}/", f"/p/{people.project.slug}/members/"]
    pages += [f"/p/{people.project.slug}/{kind}/{picture.public_id}/" for kind in ("v", "canvas")]
    for who, may_restore in ((people.olga, True), (people.emil, False), (people.vito, False)):
        client.force_login(who)
        for page in pages:
            text = client.get(page).content.decode()
            assert "This project is archived." in text
            assert (url(people, "restore") in text) is may_restore
            assert "upload-input" not in text


def test_an_archived_project_is_on_its_own_shelf(olga: Client, people: People) -> None:
    olga.post(url(people, "archive"))
    assert "All your projects are archived" in olga.get("/").content.decode()
    page = olga.get("/?show=archived").content.decode()
    assert "Garden" in page
    assert url(people, "restore") in page
    olga.post(url(people, "restore"))
    assert "Garden" in olga.get("/").content.decode()


def test_what_runs_in_an_archived_project_ends_by_itself(olga: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture)
    olga.post(url(people, "archive"))
    edit.refresh_from_db()
    assert (edit.state, edit.cancel_requested_at) == (State.QUEUED, None)


def test_an_archived_project_has_no_form_for_its_name(olga: Client, people: People) -> None:
    assert "save-name" in olga.get(url(people)).content.decode()
    Project.objects.update(archived_at=timezone.now())
    page = olga.get(url(people)).content.decode()
    assert "save-name" not in page
    assert url(people, "delete") in page


@pytest.mark.parametrize("name", ["", "garden", "Gardens"])
def test_another_name_deletes_nothing(olga: Client, people: People, name: str) -> None:
    confirm_it_is_me(olga)
    response = olga.post(url(people, "delete"), {"name": name})
    assert response.status_code == 422
    assert now(people).deleted_at is None


def test_deleting_asks_for_the_password(olga: Client, people: People) -> None:
    response = olga.post(url(people, "delete"), {"name": "Garden"})
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert now(people).deleted_at is None
    response = olga.post(response.headers["Location"], {"password": PASSWORD}, follow=True)
    assert now(people).deleted_at is not None
    text = response.content.decode()
    assert "It can be restored until" in text
    assert "gone for good on" in text


def test_a_wrong_password_deletes_nothing(olga: Client, people: People) -> None:
    response = olga.post(url(people, "delete"), {"name": "Garden"})
    again = olga.post(response.headers["Location"], {"password": "wrong"})
    assert again.status_code == 422
    assert now(people).deleted_at is None


def test_the_name_is_recognised_however_it_is_spaced(olga: Client, people: People) -> None:
    Project.objects.update(name="Café  du\u00a0Nord")
    confirm_it_is_me(olga)
    olga.post(url(people, "delete"), {"name": "Cafe\u0301 du Nord"})
    assert now(people).deleted_at is not None


def test_deleting_ends_what_waits_and_stops_what_runs(olga: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    waiting = make_edit_row(people.project, people.olga, picture)
    running = make_edit_row(people.project, people.emil, picture, state=State.AWAITING)
    confirm_it_is_me(olga)
    olga.post(url(people, "delete"), {"name": "Garden"})
    waiting.refresh_from_db()
    running.refresh_from_db()
    assert waiting.state == State.CANCELED
    assert running.cancel_requested_at is not None


def test_a_deleted_project_comes_back(olga: Client, people: People) -> None:
    confirm_it_is_me(olga)
    olga.post(url(people, "delete"), {"name": "Garden"})
    assert f"/p/{people.project.slug}/" not in olga.get("/").content.decode()
    assert olga.get(url(people)).status_code == 404
    assert url(people, "undelete") in olga.get("/?show=deleted").content.decode()
    response = olga.post(url(people, "undelete"), follow=True)
    assert response.redirect_chain == [(f"/p/{people.project.slug}/", 302)]
    kinds = Activity.objects.filter(kind__in=["project.deleted", "project.restored"])
    assert kinds.count() == 2


def test_after_the_grace_period_it_does_not(olga: Client, people: People) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    Project.objects.update(deleted_at=long_ago)
    response = olga.post(url(people, "undelete"), follow=True)
    assert "The time to restore this project has ended." in response.content.decode()
    assert now(people).deleted_at == long_ago


def test_members_who_own_it_not_do_not_find_it(client: Client, people: People) -> None:
    Project.objects.update(deleted_at=timezone.now())
    client.force_login(people.emil)
    assert "Garden" not in client.get("/?show=deleted").content.decode()
    assert client.post(url(people, "undelete")).status_code == 404
