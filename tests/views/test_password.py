"""Changing the password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from editor.models import User
from tests.making import PASSWORD, make_user

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

pytestmark = pytest.mark.django_db

PATH = "/accounts/password/"
NEXT = "a new phrase entirely"
GOOD = {"oldpassword": PASSWORD, "password1": NEXT, "password2": NEXT}


@pytest.fixture
def olga(client: Client) -> User:
    user = make_user("olga")
    sign_in(client)
    return user


def sign_in(client: Client) -> None:
    client.post("/accounts/login/", {"login": "olga@example.test", "password": PASSWORD})


def test_a_new_password_ends_every_other_session(
    client: Client, olga: User, mailoutbox: list[EmailMessage]
) -> None:
    elsewhere = Client()
    sign_in(elsewhere)
    assert client.post(PATH, GOOD).headers["Location"] == PATH
    assert elsewhere.get("/").status_code == 302
    assert "Every other device is signed out." in client.get(PATH).content.decode()
    assert UserSession.objects.get().session_key == client.session.session_key
    olga.refresh_from_db()
    assert olga.check_password(NEXT)
    assert "was changed" in str(mailoutbox[-1].body)


@pytest.mark.parametrize(
    ("changes", "message", "focused"),
    [
        ({"oldpassword": "wrong"}, "This is not your present password.", "oldpassword"),
        ({"password2": "other"}, "You must type the same password each time.", "password2"),
        ({"password1": "12345", "password2": "12345"}, "too short", "password1"),
    ],
)
def test_bad_forms_are_422_with_the_cursor_where_it_is_wrong(
    client: Client, olga: User, changes: dict[str, str], message: str, focused: str
) -> None:
    response = client.post(PATH, GOOD | changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    (field,) = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert f'name="{focused}"' in field


def test_who_has_no_password_chooses_one(client: Client) -> None:
    user = User.objects.create_user("hand@example.test")
    client.force_login(user)
    first = "/accounts/password/first/"
    assert client.get(PATH).headers["Location"] == first
    data = {"password1": NEXT, "password2": NEXT}
    assert client.post(first, data).headers["Location"] == PATH
    user.refresh_from_db()
    assert user.check_password(NEXT)
