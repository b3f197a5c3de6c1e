"""The way back in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.making import PASSWORD, code_in, make_user, plain

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

pytestmark = pytest.mark.django_db

ASK, CODE, NEW, DONE = (f"/accounts/forgotten/{path}" for path in ("", "code/", "new/", "done/"))
NEXT = "a new phrase entirely"


def test_a_code_from_the_mail_leads_to_a_new_password(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    olga = make_user("olga")
    elsewhere = Client()
    elsewhere.force_login(olga)
    assert client.post(ASK, {"email": "OLGA@example.test"}).headers["Location"] == CODE
    assert client.post(CODE, {"code": code_in(mailoutbox[0]).lower()}).headers["Location"] == NEW
    data = {"password1": NEXT, "password2": NEXT}
    assert client.post(NEW, data | {"password2": "other"}).status_code == 422
    assert client.post(NEW, data).headers["Location"] == DONE
    assert "Every device was signed out." in client.get(DONE).content.decode()
    assert elsewhere.get("/").status_code == 302
    olga.refresh_from_db()
    assert olga.check_password(NEXT)
    assert "was changed with a code" in str(mailoutbox[-1].body)


def test_known_and_unknown_addresses_are_answered_alike(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    make_user("olga")
    make_user("closed", is_active=False)
    pages = set()
    for email in ("olga@example.test", "nobody@example.test", "closed@example.test"):
        visitor = Client()
        response = visitor.post(ASK, {"email": email})
        wrong = visitor.post(CODE, {"code": "WRONG"})
        found = (plain(visitor.get(CODE), email), plain(wrong, email))
        pages.add((response.status_code, response.headers["Location"], wrong.status_code, *found))
    assert len(pages) == 1
    assert [code_line(letter) for letter in mailoutbox] == [True, False, False]


def code_line(letter: EmailMessage) -> bool:
    return "\n    " in str(letter.body)


def test_three_wrong_codes_end_it(client: Client, mailoutbox: list[EmailMessage]) -> None:
    make_user("olga")
    client.post(ASK, {"email": "olga@example.test"})
    statuses = [client.post(CODE, {"code": "WRONG"}).status_code for _ in range(3)]
    assert statuses == [422, 422, 302]
    assert client.post(CODE, {"code": code_in(mailoutbox[0])}).headers["Location"] == (
        "/accounts/login/"
    )


def test_there_is_no_new_password_without_the_code(client: Client) -> None:
    make_user("olga")
    client.post(ASK, {"email": "olga@example.test"})
    assert client.get(NEW).headers["Location"] == CODE
    data = {"password1": NEXT, "password2": NEXT}
    assert client.post(NEW, data).headers["Location"] == CODE


def test_nobody_is_flooded_with_mail(client: Client, mailoutbox: list[EmailMessage]) -> None:
    make_user("olga")
    statuses = [Client().post(ASK, {"email": "olga@example.test"}).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert len(mailoutbox) == 3


def test_the_mail_names_the_studio_not_the_visitors_word_for_it(
    client: Client, settings: Any, mailoutbox: list[EmailMessage]
) -> None:
    settings.BASE_URL = "https://pictures.example"
    make_user("olga")
    client.post(ASK, {"email": "olga@example.test"}, headers={"Host": "localhost"})
    body = str(mailoutbox[0].body)
    assert "https://pictures.example" in body
    assert "localhost" not in body


def test_a_second_step_is_still_asked_for(client: Client, mailoutbox: list[EmailMessage]) -> None:
    """A mailbox alone does not open an account that has an app."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    olga = make_user("olga")
    client.post(ASK, {"email": "olga@example.test"})
    with_request = client.post(CODE, {"code": code_in(mailoutbox[0])})
    assert with_request.headers["Location"] == NEW
    TOTP.activate(olga, generate_totp_secret())
    client.post(NEW, {"password1": NEXT, "password2": NEXT})
    login = client.post("/accounts/login/", {"login": "olga@example.test", "password": NEXT})
    assert login.headers["Location"] == "/accounts/two-step/login/"
    assert PASSWORD != NEXT
