"""What money costs in time, with up to 100,000 rows of the ledger in one month of one project."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from editor.management.money_checks import budgets_hold, ledger_adds_up
from editor.models import Edit, LedgerEntry, Picture, Project, Provider, Role, State, User
from editor.services import budgets, usage_csv
from editor.services.months import Month
from tests.bench.stopwatch import report
from tests.making import (
    make_door,
    make_member,
    make_project,
    make_provider,
    make_rows,
    make_user,
)

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
BATCH, MEMBERS, PROVIDERS = 2000, 50, 4


def edit(picture: Picture, user: User, provider: Provider, number: int) -> Edit:
    return Edit(
        project=picture.project,
        actor=user,
        picture=picture,
        provider=provider,
        model="brush-1",
        engine=f"{provider.public_id}:brush-1",
        prompt="a red door",
        idem_key=f"k{number}",
        fingerprint="f",
        state=State.SUCCEEDED,
        reserved_micros=210_000,
    )


def rows_of(made: Edit, number: int) -> list[LedgerEntry]:
    """Reserved, settled and released: three rows for an edit, as nearly all have."""
    day = Month.current().first + timedelta(days=number % 28)
    return [
        LedgerEntry(
            project=made.project,
            edit=made,
            actor=made.actor,
            provider=made.provider,
            model=made.model,
            kind=kind,
            micros=micros,
            basis=basis,
            day=day,
        )
        for kind, micros, basis in (
            ("reserve", 210_000, "estimate"),
            ("settle", 41_000 + number % 1000, "usage"),
            ("release", 210_000, "estimate"),
        )
    ]


def fill(project: Project, count: int) -> None:
    people = [make_member(project, f"m{n}", Role.EDITOR) for n in range(MEMBERS)]
    sellers = [make_provider(name=f"Provider {n}") for n in range(PROVIDERS)]
    (picture,) = make_rows(project, project.created_by, 1)
    for start in range(0, count // 3, BATCH):
        numbers = range(start, min(start + BATCH, count // 3))
        edits = Edit.objects.bulk_create(
            edit(picture, people[n % MEMBERS], sellers[n % 7 % PROVIDERS], n) for n in numbers
        )
        LedgerEntry.objects.bulk_create(
            row for made, n in zip(edits, numbers, strict=True) for row in rows_of(made, n)
        )


@pytest.mark.parametrize("count", [100, 10_000, 100_000])
def test_money(count: int) -> None:
    olga = make_user("olga")
    project = make_project(olga)
    Project.objects.filter(pk=project.pk).update(budget_micros=10**12, member_budget_micros=10**11)
    project.refresh_from_db()
    fill(project, count)
    client = Client()
    client.force_login(olga)
    month = Month.current()
    door = make_door(project, olga)

    def visit(page: str) -> None:
        assert client.get(f"/p/{project.slug}/{page}/").status_code == 200

    report(f"usage page, {count:,} rows", lambda: visit("usage"))
    report(f"budget page, {count:,} rows", lambda: visit("budget"))
    report(f"room in both budgets, {count:,} rows", lambda: budgets.standing(project, 2, month))
    report(f"CSV, {count:,} rows", lambda: list(usage_csv.lines(door=door, month=month)), runs=2)
    report(f"doctor: ledger, {count:,} rows", lambda: list(ledger_adds_up()), runs=2)
    report(f"doctor: budgets, {count:,} rows", lambda: list(budgets_hold()), runs=2)
