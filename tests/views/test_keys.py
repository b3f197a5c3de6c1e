"""API keys on their pages: listed, made after the password, shown once, revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import ApiKey, LedgerEntry, Membership, Project, Role, Scope
from editor.services import api_keys
from editor.services.api_keys import TOKEN
from tests.making import PASSWORD, make_api_key, make_project
from tests.services.test_api_keys import everything_stored

if TYPE_CHECKING:
    from tests.conftest import People

FIELDS = {"name": "Build server", "scopes": "all", "expires": "90", "budget": "", "requests": "60"}


def signed_in(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def olga(client: Client, people: People) -> Client:
    return signed_in(client, people.olga)


@pytest.fixture
def emil(people: People) -> Client:
    return signed_in(Client(), people.emil)


def prove(client: Client) -> None:
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def url(people: People, page: str = "") -> str:
    return f"/p/{people.project.slug}/keys/{page}"


def revoke_url(people: People, key: ApiKey) -> str:
    return url(people, f"{key.public_id}/revoke/")


def said(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def rows(response: Any) -> list[str]:
    found = BeautifulSoup(response.content, "html.parser").select("[data-testid=key]")
    return [" ".join(row.get_text(" ").split()) for row in found]


def test_without_a_key_the_page_says_what_one_is_for(
    olga: Client, people: People, settings: Any
) -> None:
    settings.BASE_URL = "https://studio.example.test"
    page = said(olga.get(url(people)))
    assert "Let your programs edit here" in page
    assert "https://studio.example.test/v1" in page
    assert "New API key" in page


@pytest.mark.parametrize(
    ("who", "shown"), [("olga", True), ("emil", True), ("rita", False), ("vito", False)]
)
def test_the_tab_is_there_for_whom_it_opens(
    client: Client, people: People, who: str, shown: bool
) -> None:
    gallery = signed_in(client, getattr(people, who)).get(f"/p/{people.project.slug}/")
    assert (url(people) in gallery.content.decode()) is shown


def test_a_key_is_made_after_the_password_and_shown_once(
    olga: Client, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    asked = olga.post(url(people, "new/"), FIELDS)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiKey.objects.exists()
    made = olga.post(asked.headers["Location"], {"password": PASSWORD})
    assert made.status_code == 201
    assert "no-store" in made.headers["Cache-Control"]
    found = re.search(TOKEN, made.content.decode())
    assert found
    key = api_keys.find(found[0])
    assert (key.name, key.user, key.project) == ("Build server", people.olga, people.project)
    secret = found[0].rpartition("-")[2]
    assert secret not in everything_stored()
    assert secret not in str(dict(olga.session.items()))
    assert secret not in caplog.text
    for page in (url(people), url(people, "new/"), revoke_url(people, key)):
        again = olga.get(page)
        assert again.status_code == 200
        assert secret not in again.content.decode()


def test_who_has_proven_it_is_not_asked_again(olga: Client, people: People) -> None:
    prove(olga)
    assert olga.post(url(people, "new/"), FIELDS).status_code == 201


def test_the_help_does_not_take_the_place_of_a_key_just_made(olga: Client, people: People) -> None:
    """Coming back from it, nobody would find the key again."""
    prove(olga)
    made = olga.post(url(people, "new/"), FIELDS)
    for response, target in ((made, "_blank"), (olga.get(url(people)), None)):
        (link,) = BeautifulSoup(response.content, "html.parser").select("[data-testid=api-help]")
        assert link["href"] == f"/p/{people.project.slug}/api/"
        assert link.get("target") == target


def test_a_key_is_as_it_was_asked_for(emil: Client, people: People) -> None:
    prove(emil)
    wanted = {"scopes": "models", "expires": "30", "budget": "2.50", "requests": "7"}
    emil.post(url(people, "new/"), FIELDS | wanted)
    key = ApiKey.objects.get()
    assert (key.user, key.budget_micros, key.requests_per_minute) == (people.emil, 2_500_000, 7)
    assert (key.may(Scope.EDIT), key.may(Scope.READ_MODELS)) == (False, True)
    assert key.expires_at is not None
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_a_key_may_last_for_ever(olga: Client, people: People) -> None:
    prove(olga)
    olga.post(url(people, "new/"), FIELDS | {"expires": "never", "budget": "0"})
    assert (ApiKey.objects.get().expires_at, ApiKey.objects.get().budget_micros) == (None, 0)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("name", ""), ("name", "x" * 81), ("name", "a\0b"), ("scopes", "everything")),
        *(("expires", "1"), ("expires", ""), ("budget", "a lot"), ("budget", "-1")),
        *(("requests", ""), ("requests", "0"), ("requests", "6001"), ("requests", "1.5")),
    ],
)
def test_a_wrong_form_comes_back(olga: Client, people: People, field: str, typed: str) -> None:
    prove(olga)
    response = olga.post(url(people, "new/"), FIELDS | {field: typed})
    assert response.status_code == 422
    found = BeautifulSoup(response.content, "html.parser").select_one(f"[name={field}]")
    assert found is not None
    assert found.has_attr("autofocus")
    assert found["aria-invalid"] == "true"
    assert not ApiKey.objects.exists()


def test_an_owner_sees_all_keys_and_an_editor_their_own(
    olga: Client, emil: Client, people: People
) -> None:
    make_api_key(people.project, people.emil, name="Emil's laptop", budget_micros=20_000_000)
    key, _ = make_api_key(people.project, people.olga, name="Build server", budget_micros=1_200_001)
    make_api_key(make_project(people.olga, "Other"), people.olga, name="Elsewhere")
    LedgerEntry.objects.create(
        project=people.project, api_key=key, kind="settle", micros=1_200_000, basis="usage"
    )
    mine, emils = rows(olga.get(url(people)))
    assert mine.startswith(f"Build server Works sk-pent-{key.prefix}… · yours")
    assert "never used" in mine
    assert "$1.20 of $1.20 in " in mine
    assert "60 requests a minute" in mine
    assert "make pictures, list models" in mine
    assert "· Emil ·" in emils
    assert "$0.00 of $20.00 in " in emils
    (only,) = rows(emil.get(url(people)))
    assert only.startswith("Emil's laptop Works")
    ApiKey.objects.filter(pk=key.pk).update(budget_micros=1_200_000)
    assert rows(olga.get(url(people)))[0].startswith("Build server Budget used up")


def test_the_list_says_what_works(olga: Client, people: People) -> None:
    now = timezone.now()
    revoked, _ = make_api_key(people.project, people.olga, name="Old")
    api_keys.revoke(door=api_keys.door(revoked), key=revoked)
    make_api_key(people.project, people.olga, name="Over", expires_at=now - timedelta(days=1))
    make_api_key(people.project, people.emil, name="Emil's")
    make_api_key(people.project, people.olga, name="Good")
    Membership.objects.filter(project=people.project, user=people.emil).update(role=Role.VIEWER)
    found = rows(olga.get(url(people)))
    assert [" ".join(row.split(" sk-pent-")[:1]) for row in found] == [
        "Good Works",
        "Emil's Does not work Emil may not edit here at present.",
        "Over Expired",
        "Old Revoked",
    ]
    assert ["Revoke" in row.split() for row in found] == [True, True, False, False]


def test_keys_of_an_archived_project_rest_and_can_be_revoked(olga: Client, people: People) -> None:
    key, token = make_api_key(people.project, people.olga, name="Good")
    Project.objects.update(archived_at=timezone.now())
    response = olga.get(url(people))
    assert "Good Rests It works again in the restored project." in rows(response)[0]
    assert url(people, "new/") not in response.content.decode()
    assert olga.post(revoke_url(people, key)).status_code == 302
    with pytest.raises(api_keys.RevokedKey):
        api_keys.find(token)


def test_revoking_asks_first(olga: Client, people: People) -> None:
    key, token = make_api_key(people.project, people.olga, name="Build server")
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(hours=2))
    asked = said(olga.get(revoke_url(people, key)))
    assert "Revoke “Build server”?" in asked
    assert "Programs that use it are refused from then on" in asked
    assert "It was last used 2 hours ago." in asked
    api_keys.find(token)
    fragment = olga.get(revoke_url(people, key), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "confirm-revoke" in fragment
    done = olga.post(revoke_url(people, key), follow=True)
    assert "“Build server” is revoked." in said(done)
    with pytest.raises(api_keys.RevokedKey):
        api_keys.find(token)


def test_a_key_in_use_was_used_just_now(olga: Client, people: People) -> None:
    key, _token = make_api_key(people.project, people.olga)
    ApiKey.objects.update(last_used_at=timezone.now())
    prove(olga)
    assert "last used just now" in rows(olga.get(url(people)))[0]
    assert "It was used just now." in said(olga.get(revoke_url(people, key)))


def test_an_owner_ends_an_editors_key_but_not_the_other_way_round(
    olga: Client, emil: Client, people: People
) -> None:
    emils, _ = make_api_key(people.project, people.emil)
    olgas, _ = make_api_key(people.project, people.olga)
    assert emil.post(revoke_url(people, olgas)).status_code == 404
    assert olga.post(revoke_url(people, emils)).status_code == 302
    assert [key.revoked_at is None for key in ApiKey.objects.order_by("pk")] == [False, True]


def test_names_are_shown_as_they_are(olga: Client, people: People) -> None:
    make_api_key(people.project, people.olga, name="<b>bold</b> & co")
    assert rows(olga.get(url(people)))[0].startswith("<b>bold</b> & co Works")


def test_many_keys_take_as_many_queries_as_few(olga: Client, people: People) -> None:
    def visit() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert olga.get(url(people)).status_code == 200
        return len(asked)

    for _ in range(10):
        make_api_key(people.project, people.emil)
    few = visit()
    for _ in range(50):
        make_api_key(people.project, people.olga)
    assert visit() == few
    page = olga.get(url(people))
    assert len(rows(page)) == 50
    assert "1\u201350 of 60" in said(page)
    assert len(rows(olga.get(url(people), {"page": "2"}))) == 10
    assert len(rows(olga.get(url(people), {"page": "x"}))) == 50
