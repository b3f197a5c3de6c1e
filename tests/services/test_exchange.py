"""Asked, sent, came back: parameter by parameter."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from editor.models import EditInput, LedgerEntry, Picture, State
from editor.services.exchange import exchange
from tests.making import (
    make_attempt_row,
    make_edit_row,
    make_paid_row,
    make_provider_row,
    make_result_row,
    make_rows,
)

if TYPE_CHECKING:
    from editor.models import Edit, User
    from tests.conftest import People

PLAN = {
    "size": [1024, 768],
    "fields": {"n": 2, "size": "1024x768", "quality": "auto", "stream": True},
    "changes": [
        ["size", "1000x750", "1024x768", "snapped"],
        ["input_fidelity", "high", None, "unsupported"],
    ],
    "cost": [40_000, 210_000],
}
ASKED = {"n": 2, "size": "1000x750", "quality": "auto", "input_fidelity": "high"}
ACTUAL = {
    "quality": "medium",
    "count": 1,
    "pixels": [[1024, 768]],
    "formats": ["png"],
    "unreadable": 1,
    "revised_prompt": "A calm garden",
}


@pytest.fixture
def result(people: People) -> Picture:
    (original,) = make_rows(people.project, people.olga, 1)
    provider = make_provider_row(name="Atelier", key_encrypted="not to be opened")
    facts: dict[str, Any] = {"state": State.SUCCEEDED, "plan": PLAN, "parameters": ASKED}
    edit = make_paid_row(
        people.project, people.emil, original, provider, actual=ACTUAL, prompt="a garden", **facts
    )
    make_attempt_row(edit, execution="no", error_class="rate_limited", http_status=429)
    made = make_attempt_row(
        edit,
        execution="yes",
        host="api.atelier.test",
        upstream_request_id="req_7",
        usage={"input_tokens": 300, "output_tokens": 1056},
        message="no words of it",
    )
    rows = [
        make_result_row(original, people.emil, "", edit=edit, attempt=made, number=number)
        for number in (1, 2)
    ]
    return rows[1]


def edit_of(picture: Picture) -> Edit:
    assert picture.edit
    return picture.edit


def page(picture: Picture, user: User) -> BeautifulSoup:
    client = Client()
    client.force_login(user)
    response = client.get(f"/p/{picture.project.slug}/v/{picture.public_id}/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(found: BeautifulSoup) -> str:
    return " ".join(found.get_text(" ").split()).replace("\N{MULTIPLICATION SIGN}", "x")


def test_each_parameter_is_told_three_times(result: Picture) -> None:
    found = exchange(edit_of(result))
    assert found
    shown = [
        tuple(part.replace("\N{MULTIPLICATION SIGN}", "x") for part in astuple(line))
        for line in found.lines
    ]
    assert shown == [
        ("Results", "2", "2", "1", ""),
        ("Size", "1000 x 750", "1024 x 768", "1024 x 768", "The nearest that this model draws."),
        ("Quality", "automatic", "automatic", "medium", ""),
        ("Faithfulness", "high", "", "", "This model does not take it."),
        ("File format", "", "", "png", ""),
    ]


def test_our_own_engine_has_nothing_of_the_kind(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    assert exchange(make_edit_row(people.project, people.olga, picture)) is None


def test_the_page_shows_all_of_it(people: People, result: Picture) -> None:
    text = words(page(result, people.olga))
    for fact in [
        "brush-1 · Atelier",
        "2 of 2",
        "Size 1000 x 750 1024 x 768 1024 x 768",
        "The nearest that this model draws.",
        "A calm garden",
        "1 further picture of the answer was unreadable.",
        "1. The provider was busy each time it was asked.",
        "2. It answered.",
        "api.atelier.test",
        "Request id req_7",
        "1356 tokens: 300 in, 1056 out",
        "status 429",
    ]:
        assert fact in text
    assert "Seed" not in text


def test_inputs_are_named_also_when_they_are_gone(people: People, result: Picture) -> None:
    kept, gone = make_rows(people.project, people.olga, 2)
    for number, picture in ((2, kept), (3, gone)):
        EditInput.objects.create(edit=edit_of(result), picture=picture, number=number)
    gone.delete()
    text = words(page(result, people.vito))
    assert f"2. {kept.name}" in text
    assert "3. A picture that was deleted for good" in text


def test_who_may_see_what_it_cost(people: People, result: Picture) -> None:
    edit = edit_of(result)
    LedgerEntry.objects.create(
        project=people.project, edit=edit, attempt=edit.attempts.last(), provider=edit.provider,
        kind="settle", micros=42_000, basis="usage",
    )  # fmt: skip
    assert "$0.04" in words(page(result, people.olga))
    assert "$0.04" in words(page(result, people.emil))
    for user in (people.rita, people.vito):
        assert "$0.04" not in words(page(result, user))
    edit.actor = people.olga
    edit.save()
    assert "$0.04" not in words(page(result, people.emil))


def test_an_unknown_cost_is_not_shown_as_nothing(people: People, result: Picture) -> None:
    text = words(page(result, people.olga))
    assert "$0.00" not in text


def test_the_providers_words_are_for_those_who_edit(people: People, result: Picture) -> None:
    assert "no words of it" in words(page(result, people.emil))
    assert "no words of it" not in words(page(result, people.vito))


def test_it_costs_the_same_with_many_attempts_and_inputs(people: People, result: Picture) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(result, people.olga)
        return len(found)

    edit = edit_of(result)
    few = queries()
    for number, picture in enumerate(make_rows(people.project, people.olga, 15), 2):
        EditInput.objects.create(edit=edit, picture=picture, number=number)
        make_attempt_row(edit, execution="no", error_class="overloaded")
    assert queries() == few
