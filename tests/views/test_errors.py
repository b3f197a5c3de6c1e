"""Error pages in our look."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from editor.views import errors
from tests.making import PASSWORD, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse


@pytest.mark.django_db
def test_an_unknown_address_is_404_in_our_look(client: Client) -> None:
    client.force_login(make_user())
    response = client.get("/p/nothing/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.django_db
def test_a_missing_token_is_403_in_our_look() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post("/", {"name": "x"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
    assert response.headers["X-Csrf-Failed"] == "1"


@pytest.mark.django_db
def test_who_is_signed_in_keeps_the_account_menu(client: Client) -> None:
    client.force_login(make_user("olga"))
    assert "Signed in as olga@example.test" in client.get("/p/nothing/").content.decode()


@pytest.mark.django_db
def test_after_signing_in_again_only_the_cookie_is_a_good_token(settings: Any) -> None:
    """What open tabs live by: their page names the cookie in which scripts find the token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("olga"))
    name = settings.CSRF_COOKIE_NAME
    assert f'data-csrf-cookie="{name}"' in client.get("/").content.decode()
    old = client.cookies[name].value
    client.logout()
    client.get("/accounts/login/")
    new = client.cookies[name].value
    data = {"login": "olga@example.test", "password": PASSWORD}
    headers = {"X-CSRFToken": new}
    assert client.post("/accounts/login/", data, headers=headers).status_code == 302
    fresh = client.cookies[name].value
    answers = [
        client.post("/", {"name": "x"}, headers={"X-CSRFToken": token}).status_code
        for token in (old, fresh)
    ]
    assert answers == [403, 302]


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (lambda r: errors.bad_request(r, ValueError()), 400),
        (lambda r: errors.forbidden(r, PermissionDenied("Ask Olga.")), 403),
        (lambda r: errors.not_found(r, LookupError()), 404),
        (errors.server_error, 500),
        (errors.csrf_failure, 403),
    ],
)
def test_no_error_page_needs_the_database(
    rf: RequestFactory, page: Callable[[Any], HttpResponse], status: int
) -> None:
    """Without the database mark pytest-django forbids every query."""
    response = page(rf.get("/somewhere"))
    assert response.status_code == status
    assert 'href="/"' in response.content.decode()


def test_what_broke_because_the_disk_is_full_says_so(rf: RequestFactory) -> None:
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError:
        response = errors.server_error(rf.get("/somewhere"))
    assert response.status_code == 507
    assert "The server&#x27;s disk is full" in response.content.decode()


def test_the_reason_for_a_refusal_is_given(rf: RequestFactory) -> None:
    response = errors.forbidden(rf.get("/"), PermissionDenied("Ask Olga."))
    assert b"Ask Olga." in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(("charset", "status"), [("utf-7", 400), ("UTF-8", 302)])
def test_text_in_another_encoding_is_400(client: Client, charset: str, status: int) -> None:
    """`+2AA-` is half a character in UTF-7; no database takes that."""
    client.force_login(make_user())
    body = '--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nx+2AA-\r\n--B--\r\n'
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    assert client.generic("POST", "/", body, content_type=kind).status_code == status
