"""What a month cost: for owners all of it, for editors their own; as a page and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.engines.costs import Cost, CostBasis
from editor.models import ApiKey, Attempt, Edit, LedgerEntry, Project, Provider, Role, State, User
from editor.models.ledger import today
from editor.pipeline import ledger
from editor.services.months import Month
from tests.making import (
    make_api_key,
    make_edit_row,
    make_member,
    make_priced_row,
    make_project,
    make_provider_row,
    make_rows,
    read_stream,
)

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

# A download is made in other threads, which see only what is committed.
downloads = pytest.mark.django_db(transaction=True)
HEADER = [
    *("day", "edit", "state", "member", "email", "provider", "model"),
    *("paid_usd", "held_usd", "set_aside_usd", "known_by", "api_key"),
]


class Spending:
    """Makes edits that cost something, each with one attempt."""

    def __init__(self, project: Project, provider: Provider | None = None) -> None:
        self.project = project
        self.provider = provider or make_provider_row()
        (self.picture,) = make_rows(project, project.created_by, 1)

    def ask(
        self,
        user: User,
        micros: int | None = 210_000,
        state: State = State.QUEUED,
        key: ApiKey | None = None,
    ) -> Edit:
        edit = make_priced_row(self.picture, user, self.provider, micros, state=state, api_key=key)
        ledger.reserve(edit)
        return edit

    def pay(self, user: User, micros: int, basis: str = "usage", key: ApiKey | None = None) -> Edit:
        edit = self.ask(user, state=State.SUCCEEDED, key=key)
        ledger.settle(edit, attempt(edit), Cost(micros, CostBasis(basis)))
        return edit

    def lose(self, user: User, micros: int | None = 210_000) -> Edit:
        edit = self.ask(user, micros, State.UNKNOWN)
        ledger.hold(edit, attempt(edit))
        return edit


def attempt(edit: Edit) -> Attempt:
    return Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=datetime.now(UTC))


@pytest.fixture
def spending(people: People) -> Spending:
    return Spending(people.project)


def page(client: Client, user: User, project: Project, query: str = "") -> BeautifulSoup:
    client.force_login(user)
    response = client.get(f"/p/{project.slug}/usage/{query}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def total(found: BeautifulSoup) -> str:
    element = found.select_one("[data-testid=total]")
    return element.text if element else ""


def table(found: BeautifulSoup, name: str) -> list[list[str]]:
    rows = found.select(f"[data-testid={name}] tbody tr")
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in rows]


def download(client: Client, user: User, project: Project, query: str = "") -> list[list[str]]:
    client.force_login(user)
    response = client.get(f"/p/{project.slug}/usage/csv{query}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    body = read_stream(response).decode()
    assert body.endswith("\r\n")
    return list(csv.reader(io.StringIO(body, newline="")))


def test_an_owner_sees_what_everybody_spent(
    client: Client, people: People, spending: Spending
) -> None:
    spending.pay(people.olga, 100_000)
    spending.pay(people.emil, 500_000, "estimate")
    spending.lose(people.emil)
    spending.ask(people.emil, 50_000)
    found = page(client, people.olga, people.project)
    assert total(found) == "$0.86"
    assert table(found, "members") == [
        ["Emil", "3", "$0.50", "$0.26"],
        ["Olga", "1", "$0.10", "\u2013"],
    ]
    assert table(found, "models") == [["brush-1 \u00b7 Atelier", "4", "$0.60", "$0.26"]]
    words = found.get_text(" ", strip=True)
    assert "Estimated $0.50" in words
    assert "Held: may have been charged $0.21" in words
    assert "Set aside for edits on their way $0.05" in words


@downloads
def test_an_editor_sees_own_spending_only(
    client: Client, people: People, spending: Spending
) -> None:
    spending.pay(people.olga, 100_000)
    spending.lose(people.olga)
    spending.pay(people.emil, 500_000)
    Project.objects.update(budget_micros=9_000_000, member_budget_micros=4_000_000)
    found = page(client, people.emil, people.project)
    assert total(found) == "$0.50"
    assert not found.select("[data-testid=members], [data-testid=undecided]")
    assert "Olga" not in found.get_text()
    assert "$9.00" not in found.get_text()
    assert "$0.50 of $4.00 committed" in found.get_text()
    assert [row[3] for row in download(client, people.emil, people.project)[1:]] == ["Emil"]


def test_the_tab_is_shown_to_those_who_may_look(client: Client, people: People) -> None:
    for user, may_look in ((people.olga, 1), (people.emil, 1), (people.rita, 0), (people.vito, 0)):
        client.force_login(user)
        response = client.get(f"/p/{people.project.slug}/members/")
        assert (f"/p/{people.project.slug}/usage/" in response.content.decode()) is bool(may_look)


def test_nothing_spent_says_what_will_be_here(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    ledger.reserve(make_edit_row(people.project, people.olga, picture))
    found = page(client, people.olga, people.project)
    assert found.select_one("[data-testid=usage-empty]")
    assert not found.select_one("[data-testid=csv]")
    assert "$0.00" not in found.get_text()


@pytest.mark.parametrize("before", [Cost(300_000, CostBasis.ESTIMATE), Cost(0, CostBasis.UNKNOWN)])
@downloads
def test_a_count_that_comes_later_is_what_is_shown(
    client: Client, people: People, spending: Spending, before: Cost
) -> None:
    edit = spending.ask(people.emil, None, State.BILLED_UNUSABLE)
    ledger.settle(edit, attempt(edit), before)
    ledger.correct(edit, edit.attempts.get(), Cost(40_000, CostBasis.USAGE))
    found = page(client, people.olga, people.project)
    assert table(found, "members") == [["Emil", "1", "$0.04", "\u2013"]]
    words = found.get_text(" ", strip=True)
    assert "Estimated" not in words
    assert "unknown cost" not in words
    (line,) = download(client, people.olga, people.project)[1:]
    assert line[7:] == ["0.040000", "0.000000", "0.000000", "usage", ""]


@downloads
def test_an_unknown_cost_is_counted_and_never_zero(
    client: Client, people: People, spending: Spending
) -> None:
    edit = spending.lose(people.emil, None)
    ledger.settle(edit, edit.attempts.get(), Cost(0, CostBasis.UNKNOWN))
    found = page(client, people.olga, people.project)
    assert "1 edit of unknown cost is in none of these sums." in found.get_text()
    assert table(found, "members") == [["Emil 1 of unknown cost", "1", "\u2013", "\u2013"]]
    (line,) = download(client, people.olga, people.project)[1:]
    assert line[7:] == ["", "", "", "unknown", ""]


@downloads
def test_months_are_chosen_from_those_there_were(
    client: Client, people: People, spending: Spending
) -> None:
    spending.pay(people.emil, 500_000)
    now = Month.current()
    LedgerEntry.objects.update(day=now.previous.previous.first)
    spending.pay(people.emil, 100_000)
    found = page(client, people.olga, people.project)
    options = [option["value"] for option in found.select("#month option")]
    assert options == [str(now), str(now.previous), str(now.previous.previous)]
    assert total(found) == "$0.10"
    query = f"?month={now.previous.previous}"
    assert total(page(client, people.olga, people.project, query)) == "$0.50"
    (line,) = download(client, people.olga, people.project, query)[1:]
    assert (line[0], line[7]) == (now.previous.previous.first.isoformat(), "0.500000")


@pytest.mark.parametrize("month", ["", "2026-13", "0001-01", "9999-12", "x", "\x00", "2026-1"])
def test_a_month_that_is_none_is_the_current_one(
    client: Client, people: People, spending: Spending, month: str
) -> None:
    spending.pay(people.emil, 500_000)
    client.force_login(people.olga)
    response = client.get(f"/p/{people.project.slug}/usage/", {"month": month})
    assert total(BeautifulSoup(response.content, "html.parser")) == "$0.50"


def test_edits_to_decide_about_lead_to_their_cards(
    client: Client, people: People, spending: Spending
) -> None:
    edits = [spending.lose(people.emil) for _number in range(7)]
    found = page(client, people.olga, people.project)
    shown = found.select("[data-testid=undecided] .row")
    assert "7 edits to decide about" in found.get_text()
    assert len(shown) == 5
    link = shown[0].select_one("a")
    assert link is not None
    assert str(link["href"]).endswith(
        f"/v/{spending.picture.public_id}/#edit-{edits[-1].public_id}"
    )
    path = str(link["href"]).partition("#")[0]
    assert f'id="edit-{edits[-1].public_id}"' in client.get(path).content.decode()


@downloads
def test_the_csv_adds_up_to_the_page(client: Client, people: People, spending: Spending) -> None:
    spending.pay(people.olga, 123_456)
    spending.pay(people.emil, 500_000, "estimate")
    held = spending.lose(people.emil)
    spending.ask(people.emil, 50_000)
    ledger.release(spending.ask(people.emil, 50_000, state=State.FAILED))
    lines = download(client, people.olga, people.project)
    assert lines[0] == HEADER
    assert sum(Decimal(amount) for line in lines[1:] for amount in line[7:10]) == Decimal(
        "0.883456"
    )
    assert [line[10] for line in lines[1:]] == ["usage", "estimate", "held", "reserved", ""]
    assert lines[3] == [
        *(today().isoformat(), held.public_id, "unknown", "Emil", "emil@example.test"),
        *("Atelier", "brush-1", "0.000000", "0.210000", "0.000000", "held", ""),
    ]


@downloads
def test_what_programs_spent_is_told_by_key(
    client: Client, people: People, spending: Spending
) -> None:
    spending.pay(people.olga, 100_000)
    assert table(page(client, people.olga, people.project), "keys") == []
    key, _ = make_api_key(people.project, people.emil, name="=Build server")
    spending.pay(people.emil, 300_000, key=key)
    spending.pay(people.emil, 200_000, key=key)
    assert table(page(client, people.olga, people.project), "keys") == [
        [f"=Build server \u00b7 sk-pent-{key.prefix}\u2026", "2", "$0.50", "\u2013"],
        ["On the pages", "1", "$0.10", "\u2013"],
    ]
    lines = download(client, people.olga, people.project)[1:]
    assert [line[11] for line in lines] == ["", "'=Build server", "'=Build server"]
    key.delete()
    assert table(page(client, people.olga, people.project), "keys") == []
    assert total(page(client, people.olga, people.project)) == "$0.60"


@downloads
def test_a_name_is_no_formula(client: Client, people: People) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"]
    for name in names:
        user = make_member(people.project, f"m{names.index(name)}", Role.EDITOR)
        User.objects.filter(pk=user.pk).update(name=name)
        Spending(people.project, make_provider_row(name=f"{name}, Inc.")).pay(user, 1)
    lines = download(client, people.olga, people.project)[1:]
    assert [(line[3], line[5]) for line in lines] == [(f"'{n}", f"'{n}, Inc.") for n in names]


@downloads
def test_the_csv_is_named_after_project_and_month(client: Client, people: People) -> None:
    client.force_login(people.olga)
    response = client.get(f"/p/{people.project.slug}/usage/csv")
    name = f'attachment; filename="{people.project.slug}-{Month.current()}.csv"'
    assert response.headers["Content-Disposition"] == name
    assert read_stream(response).decode().strip().split(",") == HEADER


def test_what_was_spent_outlives_edits_people_and_the_sum_of_it(
    client: Client, people: People, spending: Spending
) -> None:
    edit = spending.lose(people.emil)
    ledger.settle(edit, edit.attempts.get(), Cost(40_000, CostBasis.USAGE))
    spending.lose(people.emil)
    Edit.objects.all().delete()
    LedgerEntry.objects.update(actor=None)
    found = page(client, people.olga, people.project)
    assert total(found) == "$0.25"
    assert table(found, "members") == [["Closed account", "2", "$0.04", "$0.21"]]


def test_another_project_is_not_counted(client: Client, people: People, spending: Spending) -> None:
    Spending(make_project(people.olga, "Other"), spending.provider).pay(people.olga, 900_000)
    spending.pay(people.olga, 100_000)
    assert total(page(client, people.olga, people.project)) == "$0.10"


def test_days_are_bars_of_their_height(client: Client, people: People, spending: Spending) -> None:
    first = Month.current().first
    for offset, micros in enumerate((200_000, 100_000, 1)):
        edit = spending.pay(people.emil, micros)
        LedgerEntry.objects.filter(edit=edit).update(day=first + timedelta(days=offset))
    found = page(client, people.olga, people.project)
    bars = [(bar["x"], bar["height"]) for bar in found.select(".chart__paid")]
    assert bars == [("1", "100"), ("11", "50"), ("21", "2")]


def test_the_page_costs_the_same_with_many(client: Client, people: People) -> None:
    def visit() -> int:
        client.get(f"/p/{people.project.slug}/usage/")
        with CaptureQueriesContext(connection) as found:
            response = client.get(f"/p/{people.project.slug}/usage/")
        assert response.status_code == 200
        return len(found)

    def spend(count: int) -> None:
        for number in range(count):
            user = make_member(
                people.project, f"m{people.project.memberships.count()}", Role.EDITOR
            )
            some = Spending(people.project, make_provider_row(name=f"Provider {number}"))
            some.pay(user, 1000 * number)
            some.lose(user)

    client.force_login(people.olga)
    Project.objects.update(budget_micros=10**9)
    spend(10)
    few = visit()
    spend(50)
    assert visit() == few
    assert len(table(page(client, people.olga, people.project), "members")) == 60
