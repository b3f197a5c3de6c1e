"""What is answered while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editor.models import Activity, Edit

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def ask(client: Client, people: People, prompt: str, **more: str) -> Any:
    client.force_login(people.emil)
    url = reverse("understand", args=[people.project.slug])
    return client.post(url, {"prompt": prompt, "engine": "builtin"} | more)


def line(client: Client, people: People, prompt: str, **more: str) -> Tag:
    response = ask(client, people, prompt, **more)
    assert response.status_code == 200
    found = BeautifulSoup(response.content, "html.parser").select_one("[data-understanding]")
    assert found is not None
    return found


def test_it_says_what_would_be_done(client: Client, people: People) -> None:
    found = line(client, people, "a bit brighter and blur by 30 %")
    assert found.text == "Understood: brightness +12 %, blur 30 %"
    assert not found.has_attr("data-refused")
    assert not found.has_attr("data-background")


def test_a_background_is_told_apart(client: Client, people: People) -> None:
    found = line(client, people, "blur the background", mask="on")
    assert found.text == "Understood: blur 50 %, background only"
    assert found.has_attr("data-background")


def test_a_background_without_a_subject_asks_for_one(client: Client, people: People) -> None:
    found = line(client, people, "remove the background")
    assert "Paint roughly over the subject first" in found.text
    assert found.has_attr("data-refused")
    assert found.has_attr("data-background")


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("add a dragon", "Not understood: “add a dragon”."),
        ("remove this", "Paint over what you mean first."),
        ("blur 500 %", "“blur 500 %”: a percentage must be above 0 and at most 100."),
        ("brighter and darker", "“darker” takes back what comes before it."),
        ("<b>%(part)s", "Not understood: “< b > % part s”."),
    ],
)
def test_a_refusal_is_one_short_line(
    client: Client, people: People, prompt: str, words: str
) -> None:
    found = line(client, people, prompt)
    assert found.text.startswith(words)
    assert found.has_attr("data-refused")


@pytest.mark.parametrize("wrong", [{"prompt": ""}, {"engine": "nobody"}, {"prompt": "x" * 32_001}])
def test_what_is_no_question_gets_no_answer(
    client: Client, people: People, wrong: dict[str, str]
) -> None:
    response = ask(client, people, **{"prompt": "blur"} | wrong)
    assert (response.status_code, response.content.strip()) == (422, b"")


def test_nothing_is_kept_and_little_is_asked_of_the_database(
    client: Client, people: People
) -> None:
    client.force_login(people.emil)
    before = Activity.objects.count()
    url = reverse("understand", args=[people.project.slug])
    with CaptureQueriesContext(connection) as queries:
        client.post(url, {"prompt": "warmer", "engine": "builtin"})
    # The session, the person, the door.
    assert len(queries) <= 3
    assert (Activity.objects.count(), Edit.objects.count()) == (before, 0)
