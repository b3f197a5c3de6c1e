"""A budget stops what it has no room for, and says what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from editor.models import ApiKey, Edit, LedgerEntry, Membership, Project, Provider, User
from editor.models.ledger import today
from editor.pipeline import ledger
from editor.services import budget_texts, budgets
from editor.services.months import Month
from tests.making import make_api_key, make_priced_row, make_project, make_provider_row, make_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import People

    type Ask = Callable[[User, int | None], Edit]


@pytest.fixture
def provider(people: People) -> Provider:
    return make_provider_row()


@pytest.fixture
def ask(people: People, provider: Provider) -> Ask:
    (picture,) = make_rows(people.project, people.olga, 1)

    def reserve(user: User, micros: int | None) -> Edit:
        edit = make_priced_row(picture, user, provider, micros)
        ledger.reserve(edit)
        return edit

    return reserve


def limit(people: People, cap: int | None, member_cap: int | None = None) -> None:
    Project.objects.filter(pk=people.project.pk).update(
        budget_micros=cap, member_budget_micros=member_cap
    )


def test_without_a_budget_everything_goes(people: People, ask: Ask) -> None:
    ask(people.emil, 10**12)
    ask(people.emil, None)


def test_the_projects_budget_is_one_for_all(people: People, ask: Ask) -> None:
    limit(people, 1_000_000)
    ask(people.olga, 600_000)
    with pytest.raises(budgets.OverBudget) as refused:
        ask(people.emil, 400_001)
    assert refused.value.budget.left == 400_000
    ask(people.emil, 400_000)
    with pytest.raises(budgets.OverBudget):
        ask(people.olga, 1)


def test_each_member_has_a_budget_of_their_own(people: People, ask: Ask) -> None:
    limit(people, None, 500_000)
    ask(people.emil, 500_000)
    with pytest.raises(budgets.OverBudget) as refused:
        ask(people.emil, 1)
    assert refused.value.budget.whose == budgets.Whose.MEMBER
    ask(people.olga, 500_000)


@pytest.mark.parametrize(("own", "allowed"), [(900_000, True), (100_000, False), (0, False)])
def test_a_members_own_figure_counts_before_that_of_all(
    people: People, ask: Ask, own: int, allowed: bool
) -> None:
    limit(people, None, 500_000)
    Membership.objects.filter(user=people.emil).update(budget_micros=own)
    if allowed:
        ask(people.emil, 900_000)
    else:
        with pytest.raises(budgets.OverBudget):
            ask(people.emil, 100_001)


def test_zero_lets_nothing_be_spent_but_what_costs_nothing_goes(people: People, ask: Ask) -> None:
    limit(people, 0)
    ask(people.emil, 0)
    with pytest.raises(budgets.OverBudget):
        ask(people.emil, 1)


def test_an_unknown_price_and_a_budget_do_not_go_together(people: People, ask: Ask) -> None:
    limit(people, 10**9)
    with pytest.raises(budgets.PriceUnknown) as refused:
        ask(people.emil, None)
    assert "enter the model\u2019s price" in budget_texts.refusal(refused.value, people.emil)


def test_last_month_is_over(people: People, ask: Ask) -> None:
    limit(people, 1_000_000)
    ask(people.emil, 1_000_000)
    LedgerEntry.objects.update(day=today().replace(day=1) - timedelta(days=1))
    ask(people.emil, 1_000_000)


def test_other_projects_do_not_count(people: People, ask: Ask, provider: Provider) -> None:
    limit(people, 1_000_000)
    elsewhere = Project.objects.create(name="Other", created_by=people.olga)
    (picture,) = make_rows(elsewhere, people.emil, 1)
    ledger.reserve(make_priced_row(picture, people.emil, provider, 5_000_000))
    ask(people.emil, 1_000_000)


def test_the_text_says_what_is_needed_left_and_until_when(people: People, ask: Ask) -> None:
    limit(people, 20_000_000)
    ask(people.olga, 19_876_543)
    with pytest.raises(budgets.OverBudget) as refused:
        ask(people.emil, 210_400)
    month = Month.current()
    text = budget_texts.refusal(refused.value, people.emil)
    assert text == (
        f"This edit may cost up to $0.22; $0.12 of the project\u2019s $20.00 for "
        f"{month.first:%B} are left. An owner can raise the budget, or wait until "
        f"{month.next.first:%B} 1."
    )


def test_waiting_is_not_advised_where_it_cannot_help(people: People, ask: Ask) -> None:
    limit(people, None, 100_000)
    with pytest.raises(budgets.OverBudget) as refused:
        ask(people.emil, 210_000)
    own = budget_texts.refusal(refused.value, people.emil)
    assert own.endswith("are left. An owner can raise the budget.")
    assert "of your $0.10" in own
    assert "of the member\u2019s $0.10" in budget_texts.refusal(refused.value, people.olga)


def test_the_studios_budget_for_a_provider_is_one_for_all_projects(
    people: People, provider: Provider, ask: Ask
) -> None:
    Provider.objects.update(budget_micros=1_000_000)
    ask(people.emil, 400_000)
    elsewhere = make_project(people.olga, "Elsewhere")
    (picture,) = make_rows(elsewhere, people.olga, 1)
    ledger.reserve(make_priced_row(picture, people.olga, provider, 500_000))
    with pytest.raises(budgets.OverBudget) as refused:
        ask(people.emil, 100_001)
    text = budget_texts.refusal(refused.value, people.emil)
    assert text.startswith(
        "The studio\u2019s budget for Atelier has no room this month for an edit that may cost"
    )
    assert "Ask an administrator" in text
    ask(people.emil, 100_000)


def test_the_studios_budget_needs_a_price_and_binds_its_provider_only(
    people: People, provider: Provider, ask: Ask
) -> None:
    Provider.objects.update(budget_micros=0)
    with pytest.raises(budgets.PriceUnknown) as refused:
        ask(people.emil, None)
    text = budget_texts.refusal(refused.value, people.emil)
    assert "the studio has a budget for Atelier. Ask an administrator" in text
    (picture,) = make_rows(people.project, people.olga, 1)
    other = make_provider_row(name="Relay")
    ledger.reserve(make_priced_row(picture, people.emil, other, 10**9))


@pytest.fixture
def ask_with(people: People, provider: Provider) -> Callable[[ApiKey, int | None], Edit]:
    (picture,) = make_rows(people.project, people.olga, 1)

    def reserve(key: ApiKey, micros: int | None) -> Edit:
        edit = make_priced_row(picture, key.user, provider, micros, api_key=key)
        ledger.reserve(edit)
        return edit

    return reserve


def test_a_keys_budget_binds_what_is_asked_with_it(
    people: People, ask: Ask, ask_with: Callable[[ApiKey, int | None], Edit]
) -> None:
    key, _ = make_api_key(people.project, people.emil, budget_micros=1_000_000)
    other, _ = make_api_key(people.project, people.emil, budget_micros=500_000)
    free, _ = make_api_key(people.project, people.emil)
    ask_with(key, 600_000)
    with pytest.raises(budgets.OverBudget) as refused:
        ask_with(key, 400_001)
    assert (refused.value.budget.whose, refused.value.budget.left) == (budgets.Whose.KEY, 400_000)
    ask_with(other, 500_000)
    ask_with(free, 10**9)
    ask(people.emil, 10**9)
    ask_with(key, 400_000)
    with pytest.raises(budgets.OverBudget):
        ask_with(key, 1)
    assert budgets.spent_with([key.pk, other.pk, 10**9], Month.current()) == {
        key.pk: 1_000_000,
        other.pk: 500_000,
    }


def test_what_is_given_back_is_the_keys_again(
    people: People, ask_with: Callable[[ApiKey, int | None], Edit]
) -> None:
    key, _ = make_api_key(people.project, people.emil, budget_micros=1_000_000)
    ledger.release(ask_with(key, 1_000_000))
    ask_with(key, 1_000_000)
    LedgerEntry.objects.update(day=today().replace(day=1) - timedelta(days=1))
    ask_with(key, 1_000_000)
    assert set(LedgerEntry.objects.values_list("api_key", flat=True)) == {key.pk}


def test_a_key_may_spend_no_more_than_its_project_and_its_member(
    people: People, ask_with: Callable[[ApiKey, int | None], Edit]
) -> None:
    key, _ = make_api_key(people.project, people.emil, budget_micros=10**9)
    limit(people, 10**9, 100_000)
    with pytest.raises(budgets.OverBudget) as refused:
        ask_with(key, 100_001)
    assert refused.value.budget.whose == budgets.Whose.MEMBER


def test_the_text_about_a_key_says_what_helps(
    people: People, ask_with: Callable[[ApiKey, int | None], Edit]
) -> None:
    key, _ = make_api_key(people.project, people.emil, budget_micros=1_000_000)
    ask_with(key, 900_000)
    month = Month.current()
    with pytest.raises(budgets.OverBudget) as refused:
        ask_with(key, 210_000)
    assert budget_texts.refusal(refused.value, people.emil) == (
        f"This edit may cost up to $0.21; $0.10 of the API key\u2019s $1.00 for {month.first:%B} "
        f"are left. Use a key with a larger budget, or wait until {month.next.first:%B} 1."
    )
    with pytest.raises(budgets.OverBudget) as refused:
        ask_with(key, 2_000_000)
    text = budget_texts.refusal(refused.value, people.emil)
    assert text.endswith("are left. Use a key with a larger budget.")
    with pytest.raises(budgets.PriceUnknown) as unpriced:
        ask_with(key, None)
    assert "the API key has a budget" in budget_texts.refusal(unpriced.value, people.emil)


def test_what_keys_spent_is_found_by_an_index(people: People) -> None:
    key, _ = make_api_key(people.project, people.emil)
    rows = LedgerEntry.objects.filter(api_key__in=[key.pk], day__gte=Month.current().first)
    assert "ledger_by_key" in rows.explain()
