"""Every address of the administration x method x person; the sister of the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from editor.admin import site
from editor.models import (
    Activity,
    ApiKey,
    Attempt,
    Edit,
    LedgerEntry,
    Membership,
    Project,
    Provider,
    User,
    Worker,
)
from tests.access.test_matrix import METHODS, WHO
from tests.making import make_api_key, make_edit, make_picture, make_provider, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from tests.conftest import People

type Rows = dict[type[Model], int]

MEMBERS = WHO[:5]
# What staff get at the addresses that show no rows; 302 leads to the one login or logout page.
STAFF: dict[str, dict[str, int]] = {
    "login": dict.fromkeys(METHODS, 302),
    "logout": dict.fromkeys(METHODS, 302),
    "password_change": dict.fromkeys(METHODS, 404),
    "password_change_done": dict.fromkeys(METHODS, 404),
    "autocomplete": {"GET": 403, "POST": 405, "PUT": 405, "PATCH": 405, "DELETE": 405},
    "jsi18n": {"GET": 200, "POST": 405, "PUT": 405, "PATCH": 405, "DELETE": 405},
    "view_on_site": dict.fromkeys(METHODS, 404),
}


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the administration, ready to be asked for."""

    name: str
    path: str


@pytest.fixture
def rows(people: People) -> Rows:
    """One row of each model that is registered."""
    picture = make_picture(people.project, people.olga)
    edit = make_edit(people.project, people.olga, picture)
    worker = Worker.objects.create(name="w", slots=1)
    attempt = Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=edit.created_at)
    found: Rows = {
        User: people.sam.pk,
        Project: people.project.pk,
        Membership: Membership.objects.earliest("pk").pk,
        Edit: edit.pk,
        Attempt: attempt.pk,
        Activity: Activity.objects.earliest("pk").pk,
        LedgerEntry: LedgerEntry.objects.earliest("pk").pk,
        Worker: worker.pk,
        Provider: make_provider(people.project).pk,
        ApiKey: make_api_key(people.project, people.olga)[0].pk,
    }
    assert set(found) == set(site._registry)
    return found


def addresses(rows: Rows) -> Iterator[Address]:
    """Everything the site answers to, by name."""
    for model, pk in rows.items():
        stem = f"editor_{model.__name__.lower()}"
        yield Address("changelist", reverse(f"admin:{stem}_changelist"))
        yield Address("add", reverse(f"admin:{stem}_add"))
        for name in ("history", "delete", "change"):
            yield Address(name, reverse(f"admin:{stem}_{name}", args=[pk]))
    for name in ("index", "login", "logout", "password_change", "password_change_done"):
        yield Address(name, reverse(f"admin:{name}"))
    yield Address("autocomplete", reverse("admin:autocomplete"))
    yield Address("jsi18n", reverse("admin:jsi18n"))
    yield Address("app_list", reverse("admin:app_list", args=["editor"]))
    yield Address("view_on_site", reverse("admin:view_on_site", args=[1, 1]))


def names_of(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern)
        elif pattern.name:
            yield pattern.name.rsplit("_", 1)[-1] if "editor_" in pattern.name else pattern.name


def client(people: People, who: str) -> Client:
    client = Client()
    if who == "staff":
        client.force_login(make_user("steve", is_staff=True))
    elif who != "anonymous":
        client.force_login(getattr(people, who))
    return client


def test_the_walk_leaves_no_address_out(rows: Rows) -> None:
    (admin,) = (r for r in get_resolver().url_patterns if getattr(r, "namespace", "") == "admin")
    assert isinstance(admin, URLResolver)
    assert set(names_of(admin)) == {address.name for address in addresses(rows)}


@pytest.mark.parametrize("who", MEMBERS)
def test_to_members_there_is_nothing_here(people: People, rows: Rows, who: str) -> None:
    visitor = client(people, who)
    for address in addresses(rows):
        expected = 302 if address.name == "login" else 404
        for method in METHODS:
            answer = visitor.generic(method, address.path)
            assert answer.status_code == expected, (method, address.path)


def test_a_stranger_is_sent_to_the_one_login(people: People, rows: Rows) -> None:
    visitor = client(people, "anonymous")
    for address in addresses(rows):
        for method in METHODS:
            answer = visitor.generic(method, address.path, follow=False)
            assert answer.status_code == 302, (method, address.path)
        end = visitor.get(address.path, follow=True).redirect_chain[-1][0]
        assert end.startswith(reverse("account_login"))


def test_what_staff_may_do(people: People, rows: Rows) -> None:
    """They read everything that is listed; accounts they make and change; nothing is deleted."""
    visitor = client(people, "staff")
    for address in addresses(rows):
        for method in METHODS:
            answer = visitor.generic(method, address.path)
            assert answer.status_code == for_staff(address, method), (method, address.path)


def for_staff(address: Address, method: str) -> int:
    if address.name in STAFF:
        return STAFF[address.name][method]
    if "/user/" in address.path and address.name in {"add", "change"}:
        # A form without a word: no account is made of it, and one that exists is closed.
        return 302 if (address.name, method) == ("change", "POST") else 200
    writes = address.name in {"add", "delete"} or (address.name, method) == ("change", "POST")
    return 403 if writes else 200


def test_nothing_that_is_not_there_is_a_mistake_of_ours(people: People) -> None:
    visitor = client(people, "staff")
    for path in ("/admin/editor/picture/", "/admin/editor/mask/1/", "/admin/mfa/authenticator/"):
        assert visitor.get(path).status_code == 404
    answer = visitor.get(reverse("admin:editor_edit_change", args=[999_999]))
    assert answer.headers["Location"] == reverse("admin:index")
