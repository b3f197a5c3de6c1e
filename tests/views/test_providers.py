"""The pages of providers: connecting one, changing it, switching it off, deleting it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Project, Provider
from editor.services import environment, provider_states, providers
from tests.making import PASSWORD, make_provider, make_user

if TYPE_CHECKING:
    from tests.conftest import People

KEY = "sk-canary-0123456789abcdef"
FIELDS = {
    "preset": "openai",
    "name": "Our account",
    "base_url": "https://api.openai.com/v1/",
    "key": KEY,
    "offered": ["gpt-image-2"],
    "concurrency": "8",
}


@pytest.fixture
def olga(client: Client, people: People) -> Client:
    client.force_login(people.olga)
    return client


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(make_user("steve", is_staff=True))
    return client


def prove(client: Client) -> None:
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def url(people: People, page: str = "") -> str:
    return f"/p/{people.project.slug}/providers/{page}"


def said(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def test_nothing_connected_yet_is_explained(olga: Client, people: People) -> None:
    page = said(olga.get(url(people)))
    assert "None yet" in page
    assert "The built-in engine works without any." in page
    settings = olga.get(f"/p/{people.project.slug}/settings/").content.decode()
    assert url(people) in settings


def test_a_provider_is_connected_after_the_password(olga: Client, people: People) -> None:
    response = olga.post(url(people, "add/"), FIELDS)
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not Provider.objects.exists()
    assert KEY not in str(dict(olga.session.items()))
    response = olga.post(response.headers["Location"], {"password": PASSWORD})
    made = Provider.objects.get()
    assert response.headers["Location"] == url(people, f"{made.public_id}/test/")
    assert (made.name, made.base_url) == ("Our account", "https://api.openai.com/v1/")
    assert providers.config(made).key == KEY
    assert KEY not in str(dict(olga.session.items()))


def test_a_wrong_password_connects_nothing(olga: Client, people: People) -> None:
    response = olga.post(url(people, "add/"), FIELDS)
    assert olga.post(response.headers["Location"], {"password": "wrong"}).status_code == 422
    assert not Provider.objects.exists()


def test_staff_connect_one_for_everybody(staff: Client, people: People) -> None:
    prove(staff)
    local = FIELDS | {
        "base_url": "http://127.0.0.1:4000",
        "key": "",
        "preset": "generic",
        "offered": [],
    }
    staff.post("/providers/add/", local | {"own_models": "flux/pro"})
    made = Provider.objects.get()
    assert (made.project, made.source, made.key_encrypted) == (None, "staff", "")
    assert made.offered == ["flux/pro"]
    client = Client()
    client.force_login(people.olga)
    row = BeautifulSoup(client.get(url(people)).content, "html.parser").select_one(
        "[data-testid=shared-providers]"
    )
    assert row is not None
    assert "Our account" in row.get_text()
    assert not row.select("a, button")


def test_the_kind_is_chosen_first_and_fills_in_the_rest(olga: Client, people: People) -> None:
    page = BeautifulSoup(olga.get(url(people, "add/")).content, "html.parser")
    link = page.select_one("[data-testid=preset-openai]")
    assert link is not None
    form = BeautifulSoup(olga.get(str(link["href"])).content, "html.parser")
    values = {str(i.get("name")): i.get("value") for i in form.select("main form input")}
    assert values["preset"] == "openai"
    assert values["base_url"] == "https://api.openai.com/v1"
    assert values["key"] is None
    assert form.select("input[name=offered][checked]")
    assert olga.get(url(people, "add/?preset=nonsense")).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"base_url": "api.openai.com"}, "base_url", "beginning with https://"),
        ({"base_url": "https://k:y@api.openai.com"}, "base_url", "Leave out name and password"),
        ({"base_url": "http://127.0.0.1"}, "base_url", "private network"),
        ({"base_url": "http://api.openai.com"}, "base_url", "Without https"),
        ({"key": "sk two"}, "key", "no spaces"),
        ({"key": "sk\u00e9"}, "key", "accents"),
        ({"key": ""}, "key", "This service wants a key."),
        ({"key": "", "handed": "forged"}, "key", "Too much time has passed."),
        ({"offered": []}, "own_models", "Offer at least one model."),
        ({"own_models": "two words"}, "own_models", "is no name of a model"),
        ({"own_models": "../up"}, "own_models", "is no name of a model"),
        ({"own_models": "x" * 101}, "own_models", "is no name of a model"),
        ({"own_models": "\n".join(f"m{n}" for n in range(51))}, "own_models", "At most 50"),
        ({"concurrency": "0"}, "concurrency", "greater than or equal to 1"),
        ({"concurrency": "257"}, "concurrency", "less than or equal to 256"),
        ({"read": "0"}, "read", "greater than or equal to 1"),
        ({"connect": "20", "total": "10"}, "total", "less than connecting alone"),
    ],
)
def test_what_cannot_be_comes_back(
    olga: Client, people: People, change: dict[str, Any], field: str, text: str
) -> None:
    prove(olga)
    response = olga.post(url(people, "add/"), FIELDS | change)
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    error = page.select_one(f"#id_{field}_error")
    assert error is not None
    assert text in error.get_text()
    assert not Provider.objects.exists()
    assert KEY not in response.content.decode()
    if field in {"concurrency", "read", "total"}:
        assert page.select("details[open]")


def test_extra_fields_change_nothing(olga: Client, people: People) -> None:
    prove(olga)
    extra = {"source": "staff", "project": "", "trouble": "x", "version": "9", "is_enabled": ""}
    olga.post(url(people, "add/"), FIELDS | extra)
    made = Provider.objects.get()
    assert (made.source, made.project, made.trouble) == ("owner", people.project, "")
    assert (made.version, made.is_enabled) == (1, True)


def test_small_changes_need_no_password_and_keep_the_key(olga: Client, people: People) -> None:
    row = make_provider(people.project, key=KEY)
    page = url(people, f"{row.public_id}/")
    fields = FIELDS | {"key": "", "name": "Other", "read": "30", "offered": ["gpt-image-2"]}
    response = olga.post(page, fields | {"own_models": "flux/pro\r\ngpt-image-2\r\n"})
    assert response.headers["Location"] == page
    row.refresh_from_db()
    assert (row.name, row.offered) == ("Other", ["gpt-image-2", "flux/pro"])
    assert (row.timeouts, row.version) == ({"read": 30.0}, 2)
    assert providers.config(row).key == KEY
    assert providers.config(row).timeouts.read == 30


def test_another_key_needs_the_password(olga: Client, people: People) -> None:
    row = make_provider(people.project, trouble="key_rejected")
    page = url(people, f"{row.public_id}/")
    response = olga.post(page, FIELDS | {"key": f" {KEY}\n"})
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    row.refresh_from_db()
    assert providers.config(row).key != KEY
    olga.post(response.headers["Location"], {"password": PASSWORD})
    row.refresh_from_db()
    assert (providers.config(row).key, row.trouble) == (KEY, "")


def test_another_server_needs_key_and_password(olga: Client, people: People) -> None:
    row = make_provider(people.project)
    page = url(people, f"{row.public_id}/")
    moved = FIELDS | {"base_url": "https://images.example.org/v1"}
    response = olga.post(page, moved | {"key": ""})
    assert response.status_code == 422
    assert "Enter the key that belongs to it." in said(response)
    response = olga.post(page, moved)
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    row.refresh_from_db()
    assert row.base_url == "https://api.openai.com/v1"
    olga.post(response.headers["Location"], {"password": PASSWORD})
    row.refresh_from_db()
    assert (row.base_url, providers.config(row).key) == (moved["base_url"], KEY)


def test_where_there_was_no_key_another_server_needs_the_password(
    olga: Client, people: People
) -> None:
    row = make_provider(people.project, key="", preset="generic")
    moved = FIELDS | {"base_url": "https://images.example.org/v1", "key": "", "preset": "generic"}
    response = olga.post(url(people, f"{row.public_id}/"), moved)
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")


def test_it_is_switched_off_and_on(olga: Client, people: People) -> None:
    row = make_provider(people.project)
    for on in ("", "1"):
        page = url(people, f"{row.public_id}/switch/")
        response = olga.post(page, {"on": on} if on else {}, follow=True)
        assert ("is in use" if on else "is switched off") in said(response)
        row.refresh_from_db()
        assert row.is_enabled is bool(on)


def test_deleting_asks_for_the_password(olga: Client, people: People) -> None:
    row = make_provider(people.project)
    page = url(people, f"{row.public_id}/delete/")
    assert "cannot be undone" in said(olga.get(page))
    response = olga.post(page)
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    row.refresh_from_db()
    assert row.deleted_at is None
    response = olga.post(response.headers["Location"], {"password": PASSWORD}, follow=True)
    assert "and its key are deleted" in said(response)
    row.refresh_from_db()
    assert (row.key_encrypted, row.key_tail) == ("", "")
    assert olga.get(url(people, f"{row.public_id}/")).status_code == 404


def test_in_the_archive_owners_look_and_nothing_changes(olga: Client, people: People) -> None:
    row = make_provider(people.project)
    Project.objects.update(archived_at=timezone.now())
    page = olga.get(url(people)).content.decode()
    assert row.name in page
    assert "add-provider" not in page
    assert "change-provider" not in page
    assert olga.post(url(people, f"{row.public_id}/switch/")).status_code == 403


def test_the_settings_provider_shows_no_field_for_key_or_address(
    staff: Client, people: People, settings: Any
) -> None:
    settings.OPENAI_API_KEY = KEY
    row = environment.sync()
    assert row
    page = staff.get(f"/providers/{row.public_id}/")
    soup = BeautifulSoup(page.content, "html.parser")
    assert not soup.select("[name=key], [name=base_url], [data-testid=delete-provider]")
    assert KEY not in page.content.decode()
    fields = {"name": "Ours", "offered": row.offered, "concurrency": "3", "key": "evil"}
    response = staff.post(
        f"/providers/{row.public_id}/", fields | {"base_url": "https://evil.example"}
    )
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.name, row.concurrency) == ("Ours", 3)
    assert (row.base_url, row.key_encrypted) == ("https://api.openai.com/v1", "")
    assert staff.post(f"/providers/{row.public_id}/delete/").status_code in {302, 403}
    row.refresh_from_db()
    assert row.deleted_at is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Ready"),
        ({"is_enabled": False}, "Off"),
        ({"trouble": "key_rejected"}, "Key rejected"),
        ({"open_until": timezone.now() + timedelta(hours=1), "trouble": "quota"}, "Credit used up"),
        ({"open_until": timezone.now() + timedelta(hours=1), "trouble": "busy"}, "Rests"),
        ({"open_until": timezone.now() - timedelta(hours=1), "failures": 3}, "Ready"),
        ({"probe": {"gpt-image-2": {"mask": "ignored"}}}, "Ignores masks"),
        (
            {"probe": {"model": "gpt-image-2", "mask": "inverted"}},
            "Reads masks the other way round",
        ),
    ],
)
def test_the_list_says_how_each_does(
    olga: Client, people: People, fields: dict[str, Any], text: str
) -> None:
    make_provider(people.project, **fields)
    page = BeautifulSoup(olga.get(url(people)).content, "html.parser")
    badges = [badge.get_text() for badge in page.select("[data-testid=provider] .badge")]
    assert badges == [text]


def test_models_that_end_are_named() -> None:
    """The days stand in the catalog; a provider's own are as good here."""
    today = timezone.localdate()
    for days, says in ((-1, "1 model has ended"), (30, "A model ends soon"), (90, "Ready")):
        ends = {"gpt-image-2": {"ends": today + timedelta(days=days)}}
        row = Provider(offered=["gpt-image-2"], preset="openai", overrides=ends)
        assert [sign.word for sign in provider_states.signs(row)] == [says]


def test_the_pages_work_when_keys_cannot_be_read(
    olga: Client, people: People, settings: Any
) -> None:
    row = make_provider(people.project)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert "Key cannot be read" in said(olga.get(url(people)))
    page = url(people, f"{row.public_id}/")
    assert "Enter it once more." in said(olga.get(page))
    assert olga.get(f"/p/{people.project.slug}/").status_code == 200
    prove(olga)
    assert olga.post(page, FIELDS).status_code == 302
    row.refresh_from_db()
    assert providers.config(row).key == KEY
    assert "Key cannot be read" not in said(olga.get(url(people)))


def test_no_more_queries_for_more_providers(olga: Client, people: People) -> None:
    counts = []
    for number in (10, 50):
        for _each in range(number):
            make_provider(people.project)
            make_provider()
        with CaptureQueriesContext(connection) as asked:
            olga.get(url(people))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8
    assert len(BeautifulSoup(olga.get(url(people)).content, "html.parser").select(".row")) == 120


@pytest.mark.parametrize(("number", "status"), [("32", 302), ("33", 422)])
def test_owners_take_a_part_of_the_calls_only(
    olga: Client, people: People, number: str, status: int
) -> None:
    row = make_provider(people.project)
    prove(olga)
    assert (
        olga.post(url(people, f"{row.public_id}/"), {**FIELDS, "concurrency": number}).status_code
        == status
    )


def test_staff_set_what_all_projects_may_spend(staff: Client) -> None:
    row = make_provider()
    page = f"/providers/{row.public_id}/"
    assert "$0.00 are committed this month" in said(staff.get(page))
    prove(staff)
    for sent, kept in (({"budget": "20.50"}, 20_500_000), ({}, 20_500_000), ({"budget": ""}, None)):
        assert staff.post(page, {**FIELDS, "concurrency": "256", **sent}).status_code == 302
        row.refresh_from_db()
        assert row.budget_micros == kept


def test_owners_have_no_such_field(olga: Client, people: People) -> None:
    row = make_provider(people.project)
    page = url(people, f"{row.public_id}/")
    prove(olga)
    assert 'name="budget"' not in olga.get(page).content.decode()
    assert olga.post(page, {**FIELDS, "budget": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.budget_micros is None
