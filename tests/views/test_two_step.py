"""The second step: an app's codes, recovery codes."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.utils.http import urlencode

from tests.making import PASSWORD, make_user

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from editor.models import User

pytestmark = pytest.mark.django_db

HOME, APP, REMOVE = (f"/accounts/two-step/{path}" for path in ("", "app/", "app/remove/"))
STEP, CONFIRM = "/accounts/two-step/login/", "/accounts/two-step/confirm/"
CODES, NEW_CODES = "/accounts/two-step/codes/", "/accounts/two-step/codes/new/"
REAUTHENTICATE = "/accounts/reauthenticate/"


@pytest.fixture
def olga(client: Client) -> User:
    """Signed in, and just proved to be herself."""
    user = make_user("olga")
    sign_in(client)
    client.post(REAUTHENTICATE, {"password": PASSWORD})
    return user


def sign_in(client: Client) -> Any:
    data = {"login": "olga@example.test", "password": PASSWORD}
    return client.post("/accounts/login/", data)


def code_now(secret: str) -> str:
    """What an app with that secret shows."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def secret_on(page: str) -> str:
    found = re.search(r'data-testid="totp-secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def set_up(client: Client) -> str:
    """Turn the app on; return its secret."""
    secret = secret_on(client.get(APP).content.decode())
    assert client.post(APP, {"code": code_now(secret)}).headers["Location"] == CODES
    cache.clear()  # a code counts once; the next test step uses the same half minute
    return secret


def codes_on(page: Any) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", page.content.decode())


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_with_its_first_code(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    set_up(client)
    page = client.get(HOME).content.decode()
    assert "10 codes are left" in page
    assert "Remove the app" in page
    assert "An authenticator app was added" in str(mailoutbox[-1].body)


def test_the_qr_code_is_a_picture_in_the_page(client: Client, olga: User) -> None:
    assert 'class="qr" src="data:image/svg+xml;base64,' in client.get(APP).content.decode()


def test_a_wrong_first_code_is_422_and_keeps_the_secret(client: Client, olga: User) -> None:
    secret = secret_on(client.get(APP).content.decode())
    response = client.post(APP, {"code": "000000"})
    assert response.status_code == 422
    assert secret_on(response.content.decode()) == secret
    assert not Authenticator.objects.exists()


def test_codes_are_shown_once(client: Client, olga: User) -> None:
    set_up(client)
    first = client.get(CODES)
    assert len(codes_on(first)) == 10
    assert "no-store" in first.headers["Cache-Control"]
    again = client.get(CODES)
    assert codes_on(again) == []
    assert "not shown again" in again.content.decode()


def test_new_codes_replace_the_old(client: Client, olga: User) -> None:
    set_up(client)
    old = codes_on(client.get(CODES))
    assert "stop working at once" in client.get(NEW_CODES).content.decode()
    assert client.post(NEW_CODES).headers["Location"] == CODES
    new = codes_on(client.get(CODES))
    assert len(new) == 10
    assert not set(new) & set(old)


def test_codes_belong_to_a_second_step(client: Client, olga: User) -> None:
    response = client.post(NEW_CODES)
    assert response.status_code == 422
    assert "Set one up first." in response.content.decode()


def test_signing_in_takes_the_second_step(client: Client, olga: User) -> None:
    secret = set_up(client)
    visitor = Client()
    assert sign_in(visitor).headers["Location"] == STEP
    assert visitor.get("/").status_code == 302
    wrong = visitor.post(STEP, {"code": "000000"})
    assert wrong.status_code == 422
    assert "This code is wrong" in wrong.content.decode()
    assert visitor.post(STEP, {"code": code_now(secret)}).headers["Location"] == "/"
    assert visitor.get("/").status_code == 200


def test_a_recovery_code_opens_once(client: Client, olga: User) -> None:
    set_up(client)
    (code, *_) = codes_on(client.get(CODES))
    first, second = Client(), Client()
    sign_in(first)
    assert first.post(STEP, {"code": code}).status_code == 302
    sign_in(second)
    assert second.post(STEP, {"code": code}).status_code == 422
    assert "9 codes are left" in client.get(HOME).content.decode()


def test_guessing_codes_is_held_up(client: Client, olga: User) -> None:
    set_up(client)
    visitor = Client()
    sign_in(visitor)
    statuses = [visitor.post(STEP, {"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_one_can_go_back_from_the_second_step(client: Client, olga: User) -> None:
    set_up(client)
    visitor = Client()
    sign_in(visitor)
    login = "/accounts/login/"
    assert visitor.get(login).headers["Location"] == STEP
    assert visitor.post("/accounts/logout/", {"next": login}).headers["Location"] == login
    assert visitor.get(login).status_code == 200


def test_removing_asks_first_and_takes_the_codes_along(client: Client, olga: User) -> None:
    set_up(client)
    assert "Remove the authenticator app?" in client.get(REMOVE).content.decode()
    assert client.post(REMOVE).headers["Location"] == HOME
    assert not Authenticator.objects.exists()
    assert sign_in(Client()).headers["Location"] == "/"


@pytest.mark.parametrize("path", [APP, NEW_CODES])
def test_changes_ask_for_the_password_again(path: str) -> None:
    client = Client()
    client.force_login(make_user("olga"))
    where = f"{REAUTHENTICATE}?{urlencode({'next': path})}"
    assert client.get(path).headers["Location"] == where
    data = {"password": PASSWORD, "next": path}
    assert client.post(REAUTHENTICATE, data).headers["Location"] == path


def test_a_code_stands_in_for_the_password(client: Client, olga: User) -> None:
    secret = set_up(client)
    page = client.get(f"{REAUTHENTICATE}?next={NEW_CODES}").content.decode()
    assert f"{CONFIRM}?next=" in page
    assert client.post(CONFIRM, {"code": "000000", "next": NEW_CODES}).status_code == 422
    response = client.post(CONFIRM, {"code": code_now(secret), "next": NEW_CODES})
    assert response.headers["Location"] == NEW_CODES
