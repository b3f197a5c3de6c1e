"""Error pages in our look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from editor.views import errors
from tests.making import make_user

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
