"""Budgets are set by owners, shown with what is committed, and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.models import Activity, Membership, Project, Role
from editor.pipeline import ledger
from tests.making import make_member, make_priced_row, make_provider_row, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def url(people: People, member: Membership | None = None) -> str:
    return f"/p/{people.project.slug}/budget/" + (f"{member.pk}/" if member else "")


def caps() -> tuple[int | None, int | None]:
    project = Project.objects.get()
    return project.budget_micros, project.member_budget_micros


@pytest.fixture
def olga(client: Client, people: People) -> Client:
    client.force_login(people.olga)
    return client


@pytest.fixture
def emils(people: People) -> Membership:
    return Membership.objects.get(user=people.emil)


@pytest.mark.parametrize(
    ("typed", "micros"),
    [
        ("20", 20_000_000),
        (" $20.50 ", 20_500_000),
        ("20,5", 20_500_000),
        ("0.01", 10_000),
        ("0", 0),
        ("", None),
        ("1000000", 10**12),
    ],
)
def test_amounts_as_people_type_them(
    olga: Client, people: People, typed: str, micros: int | None
) -> None:
    response = olga.post(url(people), {"project": typed, "member": "3"}, follow=True)
    assert response.redirect_chain == [(url(people), 302)]
    assert "The budgets are saved." in response.content.decode()
    assert caps() == (micros, 3_000_000)


@pytest.mark.parametrize(
    "typed", ["-1", "1,000", "1.234", "a lot", "1e3", "NaN", "Infinity", "1000000.01", "9" * 21]
)
def test_a_bad_amount_comes_back_as_it_was_typed(olga: Client, people: People, typed: str) -> None:
    Project.objects.update(budget_micros=7)
    response = olga.post(url(people), {"project": "5", "member": typed})
    assert response.status_code == 422
    found = BeautifulSoup(response.content, "html.parser")
    field = found.select_one("[name=member]")
    assert field is not None
    assert field["value"] == typed
    assert field.has_attr("autofocus")
    assert field["aria-invalid"] == "true"
    assert caps() == (7, None)
    assert not Activity.objects.filter(kind="budget.changed").exists()


def test_a_request_that_leaves_an_amount_out_removes_no_limit(olga: Client, people: People) -> None:
    Project.objects.update(budget_micros=7, member_budget_micros=8)
    assert olga.post(url(people), {"project": "5"}).status_code == 422
    assert caps() == (7, 8)


def test_a_change_is_recorded_once(olga: Client, people: People) -> None:
    for _turn in range(2):
        olga.post(url(people), {"project": "20", "member": ""})
    (record,) = Activity.objects.filter(kind="budget.changed")
    assert record.actor == people.olga
    assert record.detail == {"project_micros": 20_000_000, "member_micros": None}


def test_a_member_gets_a_figure_of_their_own(
    olga: Client, people: People, emils: Membership
) -> None:
    Project.objects.update(member_budget_micros=5_000_000)
    assert "Empty: $5.00, as for each member." in olga.get(url(people, emils)).content.decode()
    response = olga.post(url(people, emils), {"amount": "1.50"}, follow=True)
    assert "The budget of Emil is saved." in response.content.decode()
    emils.refresh_from_db()
    assert emils.budget_micros == 1_500_000
    assert 'value="1.50"' in olga.get(url(people, emils)).content.decode()
    (record,) = Activity.objects.filter(kind="budget.member_changed")
    assert record.detail == {"member": people.emil.pk, "member_micros": 1_500_000}


def test_the_page_says_who_committed_what(olga: Client, people: People, emils: Membership) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    provider = make_provider_row()
    for user, micros in ((people.emil, 700_000), (people.olga, 200_000), (people.sam, 50_000)):
        ledger.reserve(make_priced_row(picture, user, provider, micros))
    Project.objects.update(budget_micros=20_000_000)
    Membership.objects.filter(pk=emils.pk).update(budget_micros=1_000_000)
    found = BeautifulSoup(olga.get(url(people)).content, "html.parser")
    shares = [" ".join(row.get_text(" ").split()) for row in found.select("[data-testid=share]")]
    assert shares[:2] == [
        "E Emil $0.70 of $1.00 own budget Change",
        "O Olga $0.20, no limit Change",
    ]
    words = " ".join(found.get_text(" ").split())
    assert "$0.95 of $20.00 committed" in words
    assert "$0.05 by people who are no longer members." in words


def test_settings_lead_here(olga: Client, people: People) -> None:
    assert url(people) in olga.get(f"/p/{people.project.slug}/settings/").content.decode()


def test_the_page_costs_the_same_with_many_members(olga: Client, people: People) -> None:
    def visit() -> int:
        with CaptureQueriesContext(connection) as found:
            assert olga.get(url(people)).status_code == 200
        return len(found)

    few = visit()
    for number in range(60):
        make_member(people.project, f"member{number}", Role.EDITOR)
    assert visit() == few
    assert "51\u201364 of 64" in olga.get(url(people) + "?page=2").content.decode()
