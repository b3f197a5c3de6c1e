"""The members page: who is shown what, and what happens to whom."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Activity, Membership, Project, Role, User
from editor.services.members import MAX_MISSES, PAGE_MEMBERS
from tests.making import make_edit_row, make_member, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nobody_missed_yet() -> None:
    cache.clear()


def url(people: People, rest: str = "") -> str:
    return f"/p/{people.project.slug}/members/{rest}"


def of(people: People, user: User) -> Membership:
    return Membership.objects.get(project=people.project, user=user)


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def test_an_owner_sees_addresses_and_can_change_all_but_the_own_role(
    client: Client, people: People
) -> None:
    client.force_login(people.olga)
    page = soup(client.get(url(people)))
    assert "emil@example.test" in page.get_text()
    assert len(page.select("role-form")) == 3
    assert len(page.select("a[href$='/remove/']")) == 3
    assert page.select("a[href$='/leave/']")
    assert page.select("a[href$='/settings/']")


@pytest.mark.parametrize("who", ["emil", "rita", "vito"])
def test_what_a_role_may_not_do_is_not_shown(client: Client, people: People, who: str) -> None:
    client.force_login(getattr(people, who))
    page = soup(client.get(url(people)))
    assert "Olga" in page.get_text()
    others = page.select("[data-testid=member]")
    assert not [text for text in others if "@" in text.get_text()]
    assert not page.select("role-form, a[href$='/remove/'], [name=email], a[href$='/settings/']")
    assert page.select("a[href$='/leave/']")


def test_a_person_without_a_name_is_known_by_the_first_half_of_the_address(
    client: Client, people: People
) -> None:
    User.objects.filter(pk=people.olga.pk).update(name="")
    client.force_login(people.vito)
    for path in (url(people), "/"):
        page = client.get(path).content.decode()
        assert "olga" in page
        assert "olga@example.test" not in page


def test_what_each_role_may_do_can_be_read(client: Client, people: People) -> None:
    client.force_login(people.vito)
    rows = soup(client.get(url(people))).select("table.roles tbody tr")
    ticks = {
        row.select("th")[0].get_text(): [cell.select("span")[-1].get_text() for cell in row("td")]
        for row in rows
    }
    assert ticks["Delete the project"] == ["Yes", "No", "No", "No"]
    assert ticks["See who the members are"] == ["Yes"] * 4


def test_adding_goes_back_to_the_list(client: Client, people: People) -> None:
    client.force_login(people.olga)
    response = client.post(
        url(people), {"email": "sam@example.test", "role": "viewer"}, follow=True
    )
    assert response.redirect_chain == [(url(people), 302)]
    assert "Sam was added." in response.content.decode()
    assert of(people, people.sam).role == Role.VIEWER


@pytest.mark.parametrize(
    ("email", "signup", "text"),
    [
        ("nobody@example.test", "closed", "ask the administrator to make an account"),
        ("nobody@example.test", "open", "/accounts/signup/"),
        ("emil@example.test", "closed", "Emil is a member already (Editor)"),
        ("closed@example.test", "closed", "This account is closed"),
        ("no address", "closed", "Enter a valid email address"),
        ("", "closed", "This field is required"),
        ("a\x00@example.test", "closed", "Enter a valid email address"),
    ],
)
def test_who_cannot_be_added_is_said_beside_the_address(
    client: Client, people: People, settings: Any, email: str, signup: str, text: str
) -> None:
    settings.SIGNUP = signup
    User.objects.create_user("closed@example.test", is_active=False)
    client.force_login(people.olga)
    response = client.post(url(people), {"email": email, "role": "viewer"})
    assert response.status_code == 422
    page = soup(response)
    assert text in page.select_one(".field__errors").get_text()  # type: ignore[union-attr]
    assert page.select_one("[name=email]").has_attr("autofocus")  # type: ignore[union-attr]
    assert Membership.objects.filter(project=people.project).count() == 4


def test_a_role_that_does_not_exist_is_refused(client: Client, people: People) -> None:
    client.force_login(people.olga)
    response = client.post(url(people), {"email": "sam@example.test", "role": "king"})
    assert response.status_code == 422
    response = client.post(url(people, f"{of(people, people.vito).pk}/role/"), {"role": "king"})
    assert response.status_code == 422
    assert of(people, people.vito).role == Role.VIEWER


def test_trying_addresses_ends(client: Client, people: People) -> None:
    client.force_login(people.olga)
    answers = [
        client.post(url(people), {"email": f"n{n}@example.test", "role": "viewer"}).status_code
        for n in range(MAX_MISSES + 1)
    ]
    assert set(answers[:-1]) == {422}
    assert answers[-1] == 429


def test_a_role_is_changed_in_place(client: Client, people: People) -> None:
    client.force_login(people.olga)
    vito = of(people, people.vito)
    response = client.post(url(people, f"{vito.pk}/role/"), {"role": "editor"}, headers=HTMX)
    row = soup(response)
    assert row.select_one("li")["id"] == f"member-{vito.pk}"  # type: ignore[index]
    assert row.select_one("option[selected]")["value"] == "editor"  # type: ignore[index]
    toast = json.loads(response.headers["HX-Trigger"])["toast"]
    assert toast == {"text": "Vito now has the role “Editor”.", "error": False}


def test_a_new_role_counts_at_once(client: Client, people: People) -> None:
    client.force_login(people.vito)
    canvas = f"/p/{people.project.slug}/upload/"
    assert client.post(canvas).status_code == 403
    Membership.objects.filter(user=people.vito).update(role=Role.EDITOR)
    assert client.post(canvas).status_code == 422


def test_without_script_the_list_comes_back(client: Client, people: People) -> None:
    client.force_login(people.olga)
    path = url(people, f"{of(people, people.vito).pk}/role/")
    response = client.post(path, {"role": "owner"}, follow=True)
    assert response.redirect_chain == [(url(people), 302)]
    assert "Vito now has the role “Owner”." in response.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_nobody_changes_their_own_role(
    client: Client, people: People, headers: dict[str, str]
) -> None:
    make_member(people.project, "otto", Role.OWNER)
    client.force_login(people.olga)
    path = url(people, f"{of(people, people.olga).pk}/role/")
    response = client.post(path, {"role": "viewer"}, headers=headers)
    assert response.status_code == 422
    said = response.headers.get("HX-Trigger", "") + response.content.decode()
    assert "Nobody changes their own role" in said
    assert of(people, people.olga).role == Role.OWNER


def test_removing_asks_first(client: Client, people: People) -> None:
    client.force_login(people.olga)
    path = url(people, f"{of(people, people.vito).pk}/remove/")
    assert "Remove Vito?" in client.get(path).content.decode()
    fragment = client.get(path, headers=HTMX).content.decode()
    assert "Remove Vito?" in fragment
    assert "<html" not in fragment
    assert of(people, people.vito).role == Role.VIEWER
    assert "Vito was removed." in client.post(path, follow=True).content.decode()
    assert client.get(path).status_code == 404


def test_removing_oneself_is_leaving(client: Client, people: People) -> None:
    client.force_login(people.olga)
    path = url(people, f"{of(people, people.olga).pk}/remove/")
    assert client.post(path).headers["Location"] == f"/p/{people.project.slug}/leave/"
    assert of(people, people.olga).role == Role.OWNER


def test_an_edit_of_a_removed_member_goes_on(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.emil, picture)
    client.force_login(people.olga)
    client.post(url(people, f"{of(people, people.emil).pk}/remove/"))
    edit.refresh_from_db()
    assert (edit.state, edit.cancel_requested_at) == ("queued", None)


def test_leaving_asks_first_and_then_the_project_is_gone(client: Client, people: People) -> None:
    client.force_login(people.vito)
    path = f"/p/{people.project.slug}/leave/"
    assert "Leave “Garden”?" in client.get(path, headers=HTMX).content.decode()
    response = client.post(path, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "You left Garden." in response.content.decode()
    assert client.get(url(people)).status_code == 404
    assert Activity.objects.filter(kind="member.left", actor=people.vito).count() == 1


def test_the_last_owner_is_told_what_to_do(client: Client, people: People) -> None:
    client.force_login(people.olga)
    path = f"/p/{people.project.slug}/leave/"
    page = client.get(path).content.decode()
    assert "You are the only owner" in page
    assert "confirm-leave" not in page
    response = client.post(path)
    assert response.status_code == 409
    assert "Make somebody else an owner first" in response.content.decode()


def test_members_of_an_archived_project_can_still_be_managed(
    client: Client, people: People
) -> None:
    Project.objects.update(archived_at=timezone.now())
    client.force_login(people.olga)
    page = client.get(url(people)).content.decode()
    assert "This project is archived" in page
    response = client.post(url(people), {"email": "sam@example.test", "role": "viewer"})
    assert response.status_code == 302


def test_a_search_finds_and_says_how_many(client: Client, people: People) -> None:
    client.force_login(people.vito)
    response = client.get(url(people), {"q": "<oLg>"}, headers=HTMX)
    assert "0 members found for “&lt;oLg&gt;”" in response.content.decode()
    response = client.get(url(people), {"q": "oLg"}, headers=HTMX)
    assert "1 member found" in response.content.decode()
    assert "<html" not in response.content.decode()
    assert response.headers["Vary"].split(", ")[0] == "HX-Request"
    back = HTMX | {"HX-History-Restore-Request": "true"}
    assert "<html" in client.get(url(people), {"q": "oLg"}, headers=back).content.decode()


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=999", "q=%00", "q=" + "x" * 500]
)
def test_a_query_that_makes_no_sense_shows_a_list(
    client: Client, people: People, query: str
) -> None:
    client.force_login(people.vito)
    assert client.get(f"{url(people)}?{query}").status_code == 200


@pytest.mark.parametrize("who", ["olga", "vito"])
def test_five_hundred_members_cost_no_more_queries_than_ten(
    client: Client, people: People, who: str
) -> None:
    client.force_login(getattr(people, who))
    counts = []
    for number in (10, 500):
        users = User.objects.bulk_create(
            User(email=f"m{number}-{i}@example.test", name=f"M {i}") for i in range(number)
        )
        Membership.objects.bulk_create(
            Membership(project=people.project, user=user, role=Role.VIEWER) for user in users
        )
        with CaptureQueriesContext(connection) as queries:
            page = soup(client.get(url(people)))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(page.select("[data-testid=member]")) == PAGE_MEMBERS
    assert page.select("a[rel=next]")
