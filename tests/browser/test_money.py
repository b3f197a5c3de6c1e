"""An owner looks what was spent, chooses another month, and sets a budget."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import EMAIL
from tests.browser.looks import assert_good
from tests.browser.rooms import run_in

if TYPE_CHECKING:
    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

SPEND = """
from datetime import UTC, datetime
from editor.engines.costs import Cost, CostBasis
from editor.models import Attempt, LedgerEntry, State, User
from editor.pipeline import ledger
from editor.services.months import Month
from tests.making import make_priced_row, make_picture, make_project, make_provider_row
user = User.objects.get(email={email!r})
project = make_project(user, "Money")
picture = make_picture(project, user)
provider = make_provider_row(project, name="A provider with a name " * 3)
for number, month in enumerate([Month.current().previous, Month.current(), Month.current()]):
    state = State.UNKNOWN if number == 2 else State.SUCCEEDED
    key = f"{{project.slug}}-{{number}}"
    edit = make_priced_row(picture, user, provider, 210_000, state=state, idem_key=key)
    ledger.reserve(edit)
    attempt = Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=datetime.now(UTC))
    if number == 2:
        ledger.hold(edit, attempt)
    else:
        ledger.settle(edit, attempt, Cost(40_000 + number, CostBasis.USAGE))
    LedgerEntry.objects.filter(edit=edit).update(day=month.first)
print(project.slug)
"""


def test_what_was_spent(checked: Watched) -> None:
    page, studio = checked.page, checked.studio
    slug = run_in(studio, SPEND.format(email=EMAIL))
    page.goto(f"{studio.url}/p/{slug}/")
    page.get_by_role("link", name="Usage", exact=True).click()
    expect(steps.by(checked, "total")).to_have_text("$0.25", use_inner_text=True)
    page.get_by_text("As a table").click()
    assert_good(page)
    with page.expect_download() as download:
        steps.by(checked, "csv").click()
    with download.value.path().open(newline="") as file:
        assert [row["known_by"] for row in csv.DictReader(file)] == ["usage", "held"]
    with page.expect_navigation():
        steps.by(checked, "month").select_option(index=1)
    expect(steps.by(checked, "total")).to_have_text("$0.04", use_inner_text=True)


def test_what_may_be_spent(checked: Watched) -> None:
    page, studio = checked.page, checked.studio
    slug = run_in(studio, SPEND.format(email=EMAIL))
    page.goto(f"{studio.url}/p/{slug}/usage/")
    page.get_by_role("link", name="Budgets", exact=True).click()
    steps.by(checked, "project-budget").fill("0,5")
    steps.by(checked, "each-budget").fill("much")
    steps.by(checked, "save-budget").click()
    page.get_by_text("Write an amount in US dollars").wait_for()
    checked.expect_refusal(422)
    expect(steps.by(checked, "each-budget")).to_be_focused()
    assert_good(page)
    steps.by(checked, "each-budget").fill("")
    steps.by(checked, "save-budget").click()
    page.get_by_text("$0.25 of $0.50 committed").wait_for()
    steps.by(checked, "share").get_by_role("link").click()
    page.wait_for_url("**/budget/*/")
    assert_good(page)
    steps.by(checked, "member-budget").fill("0.25")
    steps.by(checked, "save-member-budget").click()
    page.get_by_text("$0.25 of $0.25").wait_for()
    page.get_by_role("link", name="See the usage").click()
    page.get_by_text("nothing left").wait_for()
    assert_good(page)
