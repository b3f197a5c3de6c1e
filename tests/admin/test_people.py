"""Accounts as staff make, close and promote them."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from editor.models import User
from tests.making import PASSWORD, make_project, make_user

ADD = "/admin/editor/user/add/"


@pytest.fixture
def steve(db: None) -> User:
    return make_user("steve", is_staff=True)


@pytest.fixture
def staff(steve: User) -> Client:
    client = Client()
    client.force_login(steve)
    return client


def change(client: Client, user: User, **fields: object) -> int:
    path = reverse("admin:editor_user_change", args=[user.pk])
    values = {"name": user.name} | {key: "on" for key, value in fields.items() if value is True}
    return client.post(path, values).status_code


def test_an_account_is_made_and_its_owner_signs_in(staff: Client) -> None:
    values = {"email": "Nina@Example.Test", "name": "Nina", "password1": PASSWORD}
    response = staff.post(ADD, values | {"password2": PASSWORD})
    assert response.status_code == 302
    nina = User.objects.get(email="nina@example.test")
    assert nina.is_active
    assert not nina.is_staff
    login = {"login": "nina@example.test", "password": PASSWORD}
    assert Client().post(reverse("account_login"), login).status_code == 302


@pytest.mark.parametrize(
    "values",
    [
        {"email": "STEVE@example.test", "password1": PASSWORD, "password2": PASSWORD},
        {"email": "no address", "password1": PASSWORD, "password2": PASSWORD},
        {"email": "nina@example.test", "password1": "1234", "password2": "1234"},
        {"email": "nina@example.test", "password1": PASSWORD, "password2": f"{PASSWORD}!"},
    ],
)
def test_an_account_that_cannot_be_is_refused(staff: Client, values: dict[str, str]) -> None:
    assert "errorlist" in staff.post(ADD, values).content.decode()
    assert User.objects.count() == 1


def test_a_closed_account_is_signed_out_for_good(staff: Client) -> None:
    """Opened again it signs in anew: a cookie that was stolen before opens nothing."""
    nina = make_user("nina")
    visitor = Client()
    visitor.force_login(nina)
    assert change(staff, nina) == 302
    assert visitor.get("/").status_code == 302
    assert change(staff, nina, is_active=True) == 302
    assert visitor.get("/").status_code == 302


def test_projects_left_without_an_owner_are_named(staff: Client) -> None:
    nina = make_user("nina")
    project = make_project(nina, "Attic")
    path = reverse("admin:editor_user_change", args=[nina.pk])
    page = staff.post(path, {"name": "Nina"}, follow=True).content.decode()
    assert f"manage.py owner {project.slug} EMAIL" in page


def test_the_address_and_the_password_are_not_theirs_to_change(staff: Client) -> None:
    nina = make_user("nina")
    path = reverse("admin:editor_user_change", args=[nina.pk])
    values = {"name": "N", "is_active": "on", "email": "steve2@example.test", "password": "x"}
    assert staff.post(path, values).status_code == 302
    nina.refresh_from_db()
    assert (nina.name, nina.email) == ("N", "nina@example.test")
    assert nina.check_password(PASSWORD)
    page = staff.get(path).content.decode()
    assert nina.password not in page
    assert 'name="password' not in page
    away = staff.get(f"/admin/editor/user/{nina.pk}/password/", follow=True)
    assert "password1" not in away.content.decode()


def test_the_last_staff_account_stays(staff: Client, steve: User) -> None:
    assert change(staff, steve, is_active=True) == 200
    assert change(staff, steve, is_staff=True) == 200
    other = make_user("stella", is_staff=True, is_superuser=True)
    assert change(staff, steve, is_active=True) == 302
    steve.refresh_from_db()
    assert not steve.is_staff
    assert staff.get("/admin/").status_code == 404
    assert User.objects.filter(is_staff=True).get() == other


def test_a_closed_colleague_does_not_count(staff: Client, steve: User) -> None:
    make_user("stella", is_staff=True, is_active=False)
    assert change(staff, steve, is_active=True) == 200


def test_what_staff_change_is_written_down(staff: Client, steve: User) -> None:
    nina = make_user("nina")
    change(staff, nina, is_active=True, is_staff=True)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (steve, str(nina.pk))
    nina.refresh_from_db()
    assert nina.is_superuser  # Django's second flag follows
