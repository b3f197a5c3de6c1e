"""The first account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from editor.models import Membership, Project, Role, User
from editor.services import setup
from tests.making import PASSWORD, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

GOOD = {"email": "First@Example.test", "password1": PASSWORD, "password2": PASSWORD}


def test_makes_the_administrator_and_lands_in_the_first_project(client: Client) -> None:
    response = client.post("/setup/", GOOD)
    user = User.objects.get()
    project = Project.objects.get()
    assert (user.email, user.is_superuser) == ("first@example.test", True)
    assert project.name == "My first project"
    assert Membership.objects.get(project=project).role == Role.OWNER
    assert response.headers["Location"] == f"/p/{project.slug}/"
    assert client.get(f"/p/{project.slug}/").status_code == 200


def test_shows_the_form_without_a_token_on_loopback(client: Client) -> None:
    page = client.get("/setup/").content.decode()
    assert 'name="email"' in page
    assert 'name="token"' not in page


def test_goes_to_the_login_once_an_account_exists(client: Client) -> None:
    make_user()
    for response in (client.get("/setup/"), client.post("/setup/", GOOD)):
        assert response.headers["Location"] == "/accounts/login/"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "nonsense"}, "Enter a valid email address."),
        ({"password2": "another phrase"}, "The two passwords differ."),
        ({"password1": "12345", "password2": "12345"}, "This password is too short."),
        ({"password1": "", "password2": ""}, "This field is required."),
    ],
)
def test_bad_forms_are_422_with_a_message_at_the_field(
    client: Client, changes: dict[str, str], message: str
) -> None:
    response = client.post("/setup/", GOOD | changes)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not User.objects.exists()


def test_asks_for_the_token_when_not_on_loopback(client: Client, settings: Any) -> None:
    settings.HOST = "0.0.0.0"
    assert 'name="token"' in client.get("/setup/").content.decode()
    wrong = client.post("/setup/", GOOD | {"token": "guess"})
    assert wrong.status_code == 422
    assert "not the token printed in the terminal" in wrong.content.decode()
    token = setup.token()
    assert token is not None
    assert client.post("/setup/", GOOD | {"token": token}).status_code == 302
    assert setup.token() is None


def test_every_first_visit_ends_at_the_setup(client: Client) -> None:
    chain = client.get("/", follow=True).redirect_chain
    assert chain[-1] == ("/setup/", 302)


def test_asks_for_the_token_behind_a_proxy(client: Client, settings: Any) -> None:
    settings.HOST, settings.BASE_URL = "127.0.0.1", "https://pictures.example"
    assert 'name="token"' in client.get("/setup/").content.decode()
    assert client.post("/setup/", GOOD).status_code == 422


def test_a_form_that_comes_back_has_the_cursor_in_its_first_wrong_field(client: Client) -> None:
    page = client.post("/setup/", GOOD | {"password2": "another phrase"}).content.decode()
    focused = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert len(focused) == 1
    assert 'name="password2"' in focused[0]
