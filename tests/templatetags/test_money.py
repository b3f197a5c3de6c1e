"""Costs as templates show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from editor.engines.costs import CostRange
from editor.models import Edit
from editor.pipeline import ledger
from editor.services.usage import Tally
from editor.templatetags import money
from tests.making import make_priced_row, make_provider_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


def test_amounts() -> None:
    assert money.dollars(40_000) == "$0.04"
    assert money.span(CostRange(40_000, 210_000)) == "$0.04\u20130.21"


def test_what_was_paid_is_a_dash_where_nobody_knows() -> None:
    assert money.paid(Tally()) == "$0.00"
    assert money.paid(Tally(unknown=1)) == "\u2013"
    assert money.paid(Tally(counted=40_000, unknown=1)) == "$0.04"


def test_the_cost_of_many_edits_is_one_query(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    provider = make_provider_row()
    for _number in range(5):
        ledger.reserve(make_priced_row(picture, people.emil, provider, 42_000))
    with CaptureQueriesContext(connection) as found:
        texts = [money.cost(edit).text for edit in Edit.objects.prefetch_related("ledger")]
    assert texts == ["up to $0.04"] * 5
    assert len(found) == 2


def test_the_component_says_how_it_is_known(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_priced_row(picture, people.emil, make_provider_row(), 42_000)
    ledger.reserve(edit)
    html = render_to_string("components/cost.html", {"spent": money.cost(edit)})
    assert 'class="cost cost--reserved"' in html
    assert 'title="Set aside until the provider has answered."' in html
    assert ">up to $0.04<" in html
