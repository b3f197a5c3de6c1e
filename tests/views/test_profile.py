"""Name and address of an account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress

from editor.models import User
from tests.making import PASSWORD, code_in, make_user

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client

pytestmark = pytest.mark.django_db

PROFILE, ADDRESS, CODE = "/accounts/profile/", "/accounts/address/", "/accounts/code/"
REAUTHENTICATE = "/accounts/reauthenticate/"


@pytest.fixture
def olga(client: Client) -> User:
    user = make_user("olga")
    client.force_login(user)
    return user


def ask_for(client: Client, address: str) -> str:
    """Ask for another address, prove to be oneself, and return where that led."""
    first = client.post(ADDRESS, {"email": address, "action_add": "1"})
    assert first.headers["Location"].startswith(REAUTHENTICATE)
    data = {"password": PASSWORD, "next": ADDRESS}
    return str(client.post(REAUTHENTICATE, data).headers["Location"])


def test_the_name_is_kept_and_shown(client: Client, olga: User) -> None:
    assert client.post(PROFILE, {"name": "Olga Owner"}).headers["Location"] == PROFILE
    assert "Your name is saved." in client.get(PROFILE).content.decode()
    olga.refresh_from_db()
    assert olga.name == "Olga Owner"


def test_a_name_that_is_too_long_is_422(client: Client, olga: User) -> None:
    response = client.post(PROFILE, {"name": "x" * 121})
    assert response.status_code == 422
    assert "at most 120 characters" in response.content.decode()


def test_a_new_address_counts_once_its_code_was_typed(
    client: Client, olga: User, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    settings.MAIL_IS_SENT = True
    assert ask_for(client, "New@example.test") == CODE
    assert [letter.to for letter in mailoutbox] == [["new@example.test"]]
    olga.refresh_from_db()
    assert olga.email == "olga@example.test"
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).headers["Location"] == PROFILE
    olga.refresh_from_db()
    assert olga.email == "new@example.test"
    (address,) = EmailAddress.objects.filter(user=olga)
    assert (address.email, address.verified, address.primary) == ("new@example.test", True, True)


def test_the_old_address_is_told(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    ask_for(client, "new@example.test")
    client.post(CODE, {"code": code_in(mailoutbox[0])})
    notice = mailoutbox[-1]
    assert notice.to == ["olga@example.test"]
    assert "is now new@example.test" in str(notice.body)


def test_three_wrong_codes_end_it(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    ask_for(client, "new@example.test")
    for _ in range(2):
        assert client.post(CODE, {"code": "WRONG"}).status_code == 422
    assert client.post(CODE, {"code": "WRONG"}).status_code == 302
    assert client.get(CODE).headers["Location"] == ADDRESS
    olga.refresh_from_db()
    assert olga.email == "olga@example.test"


def test_somebody_elses_address_cannot_be_taken(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    make_user("emil")
    assert ask_for(client, "emil@example.test") == CODE
    response = client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert response.status_code == 422
    assert User.objects.filter(email="emil@example.test").count() == 1


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "Enter a valid email address."),
        ("olga@example.test", "This is your address already."),
        ("", "This field is required."),
    ],
)
def test_bad_addresses_are_422_at_their_field(
    client: Client, olga: User, address: str, message: str
) -> None:
    response = client.post(ADDRESS, {"email": address, "action_add": "1"})
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert re.search(r'<input[^>]*name="email"[^>]* autofocus', page)


def test_says_when_mail_goes_only_into_the_log(client: Client, olga: User, settings: Any) -> None:
    note = "This server cannot send mail yet."
    assert note in client.get(PROFILE).content.decode()
    settings.MAIL_IS_SENT = True
    assert note not in client.get(PROFILE).content.decode()


def test_a_mail_server_that_is_down_is_said_and_changes_nothing(
    client: Client, olga: User, settings: Any
) -> None:
    settings.MAILERS = {"default": {"OPTIONS": {"host": "127.0.0.1", "port": 1}}}
    client.post(ADDRESS, {"email": "new@example.test", "action_add": "1"})
    response = client.post(REAUTHENTICATE, {"password": PASSWORD, "next": ADDRESS})
    assert response.status_code == 503
    assert "The mail could not be sent" in response.content.decode()
    olga.refresh_from_db()
    assert olga.email == "olga@example.test"
