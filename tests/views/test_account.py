"""Signing in and out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from editor.models import User
from tests.making import PASSWORD, code_in, make_user, plain

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

pytestmark = pytest.mark.django_db

LOGIN, SIGNUP, CODE = "/accounts/login/", "/accounts/signup/", "/accounts/code/"
NEW = {"email": "new@example.test", "password1": PASSWORD, "password2": PASSWORD}


def test_signs_in_with_the_address_in_any_case_and_goes_on(client: Client) -> None:
    make_user("olga")
    data = {"login": "OLGA@example.test", "password": PASSWORD, "next": "/?new=1"}
    assert client.post(LOGIN, data).headers["Location"] == "/?new=1"
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_422_and_tells_not_what_was_wrong(client: Client) -> None:
    make_user("olga")
    known_address, unknown_address = "olga@example.test", "nobody@example.test"
    wrong = client.post(LOGIN, {"login": known_address, "password": "wrong"})
    unknown = client.post(LOGIN, {"login": unknown_address, "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    assert plain(wrong, known_address) == plain(unknown, unknown_address)
    message = "The e-mail address or the password is wrong."
    assert message in wrong.content.decode()
    assert message in unknown.content.decode()


def test_only_an_open_studio_offers_an_account(client: Client, settings: Any) -> None:
    make_user()
    assert "Forgotten your password?" in client.get(LOGIN).content.decode()
    assert SIGNUP not in client.get(LOGIN).content.decode()
    settings.SIGNUP = "open"
    assert SIGNUP in client.get(LOGIN).content.decode()


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_sign_up_is_closed_unless_opened(client: Client, settings: Any) -> None:
    make_user()
    assert "administrator" in client.get(SIGNUP).content.decode()
    client.post(SIGNUP, NEW)
    assert not User.objects.filter(email=NEW["email"]).exists()
    settings.SIGNUP = "open"
    assert client.post(SIGNUP, NEW | {"password2": "x"}).status_code == 422
    assert client.post(SIGNUP, NEW).headers["Location"] == "/"


def test_without_mail_an_address_is_taken_on_trust(
    client: Client, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    make_user()
    settings.SIGNUP = "open"
    client.post(SIGNUP, NEW)
    assert client.get("/").status_code == 200
    address = EmailAddress.objects.get(user__email=NEW["email"])
    assert (address.verified, address.primary) == (True, True)
    assert mailoutbox == []


def test_without_mail_a_known_address_is_named(client: Client, settings: Any) -> None:
    make_user("olga")
    settings.SIGNUP = "open"
    response = client.post(SIGNUP, NEW | {"email": "olga@example.test"})
    assert response.status_code == 422
    assert "There is an account with this address already." in response.content.decode()


def test_with_mail_the_address_is_proved_by_a_code(
    client: Client, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    make_user()
    settings.SIGNUP, settings.MAIL_IS_SENT = "open", True
    assert client.post(SIGNUP, NEW).headers["Location"] == CODE
    assert client.get("/").headers["Location"] == f"{LOGIN}?next=/"
    assert client.post(CODE, {"code": "WRONG"}).status_code == 422
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_another_code_can_be_asked_for(
    client: Client, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    make_user()
    settings.SIGNUP, settings.MAIL_IS_SENT = "open", True
    client.post(SIGNUP, NEW)
    client.post(CODE, {"action": "resend"})
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).status_code == 422
    assert client.post(CODE, {"code": code_in(mailoutbox[1])}).status_code == 302


def test_one_can_go_back_from_the_code(client: Client, settings: Any) -> None:
    make_user()
    settings.SIGNUP, settings.MAIL_IS_SENT = "open", True
    client.post(SIGNUP, NEW)
    assert client.post("/accounts/logout/", {"next": LOGIN}).headers["Location"] == LOGIN
    assert client.get(LOGIN).status_code == 200


def test_a_known_address_and_a_new_one_are_answered_alike(
    client: Client, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    make_user("olga")
    settings.SIGNUP, settings.MAIL_IS_SENT = "open", True
    pages = []
    for email in (NEW["email"], "olga@example.test"):
        sender = Client()
        response = sender.post(SIGNUP, NEW | {"email": email})
        page = sender.get(CODE)
        pages.append((response.status_code, response.headers["Location"], plain(page, email)))
    assert pages[0] == pages[1]
    assert [letter.to[0] for letter in mailoutbox] == [NEW["email"], "olga@example.test"]
    assert "There is one already." in str(mailoutbox[1].body)


def test_an_account_made_by_hand_signs_in(client: Client, settings: Any) -> None:
    """As the administration makes them: a row, without the manager's help."""
    settings.MAIL_IS_SENT = True
    user = User(email="hand@example.test")
    user.set_password(PASSWORD)
    user.save()
    data = {"login": "hand@example.test", "password": PASSWORD}
    assert client.post(LOGIN, data).headers["Location"] == "/"
    assert EmailAddress.objects.get(user=user).verified


def test_many_wrong_passwords_are_429_for_five_minutes(client: Client) -> None:
    make_user("olga")
    data = {"login": "olga@example.test", "password": "wrong"}
    statuses = [client.post(LOGIN, data).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    held = client.post(LOGIN, data | {"password": PASSWORD})
    assert (held.status_code, held.headers["Retry-After"]) == (429, "300")
    assert "Wait five minutes" in held.content.decode()


def test_an_unknown_address_is_held_up_alike(client: Client) -> None:
    make_user("olga")
    data = {"login": "nobody@example.test", "password": "wrong"}
    assert [client.post(LOGIN, data).status_code for _ in range(6)] == [422] * 5 + [429]


def test_many_sign_ups_from_one_place_are_429_in_our_look(client: Client, settings: Any) -> None:
    make_user()
    settings.SIGNUP = "open"
    statuses = [client.post(SIGNUP, {}).status_code for _ in range(20)]
    held = client.post(SIGNUP, {})
    assert statuses == [422] * 20
    assert (held.status_code, held.headers["Retry-After"]) == (429, "300")
    assert "Too many attempts" in held.content.decode()
    assert "Back to signing in" in held.content.decode()


@pytest.mark.parametrize(("proxies", "statuses"), [(0, {429}), (1, {422})])
def test_each_client_behind_the_proxy_counts_for_itself(
    client: Client, settings: Any, proxies: int, statuses: set[int]
) -> None:
    """Without a proxy to trust, what visitors say of their address is nothing."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    make_user()
    found = [
        client.post(
            LOGIN,
            {"login": f"nobody{number}@example.test", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.9.9.9, 203.0.113.{number}"},
        ).status_code
        for number in range(40)
    ]
    assert set(found[20:]) == statuses


def test_a_client_cannot_put_itself_before_the_proxy(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    make_user()
    found = [
        client.post(
            LOGIN,
            {"login": f"nobody{number}@example.test", "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7"},
        ).status_code
        for number in range(21)
    ]
    assert found[-1] == 429


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
