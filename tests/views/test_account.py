"""Signing in and out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache

from tests.making import PASSWORD, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_failed_logins_yet() -> None:
    cache.clear()


def test_signs_in_with_the_address_in_any_case_and_goes_on(client: Client) -> None:
    make_user("olga")
    data = {"login": "OLGA@example.test", "password": PASSWORD, "next": "/?new=1"}
    assert client.post(LOGIN, data).headers["Location"] == "/?new=1"
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_422_and_tells_not_what_was_wrong(client: Client) -> None:
    make_user("olga")
    wrong = client.post(LOGIN, {"login": "olga@example.test", "password": "wrong"})
    unknown = client.post(LOGIN, {"login": "nobody@example.test", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    message = "The email address and/or password you specified are not correct."
    assert message in wrong.content.decode()
    assert message in unknown.content.decode()


def test_the_page_has_no_dead_links(client: Client) -> None:
    make_user()
    page = client.get(LOGIN).content.decode()
    assert "/password/" not in page
    assert "/accounts/signup/" not in page


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_sign_up_is_closed_unless_opened(client: Client, settings: Any) -> None:
    make_user()
    data = {"email": "new@example.test", "password1": PASSWORD, "password2": PASSWORD}
    assert "administrator" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", data)
    assert not client.login(email="new@example.test", password=PASSWORD)
    settings.SIGNUP = "open"
    assert client.post("/accounts/signup/", data | {"password2": "x"}).status_code == 422
    assert client.post("/accounts/signup/", data).headers["Location"] == "/"


def test_an_instance_without_accounts_is_set_up_first(client: Client) -> None:
    assert client.get(LOGIN).headers["Location"] == "/setup/"
    assert client.get("/accounts/signup/").headers["Location"] == "/setup/"


def test_a_closed_account_is_told_so(client: Client) -> None:
    make_user("olga", is_active=False)
    data = {"login": "olga@example.test", "password": PASSWORD}
    response = client.post(LOGIN, data)
    assert response.status_code == 403
    assert "This account is closed." in response.content.decode()


def test_a_login_that_comes_back_has_the_cursor_in_its_first_wrong_field(client: Client) -> None:
    make_user("olga")
    page = client.post(LOGIN, {"login": "olga@example.test"}).content.decode()
    focused = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert len(focused) == 1
    assert 'name="password"' in focused[0]
