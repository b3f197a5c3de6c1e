"""The page about the programming interface: this server's address, this project's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.making import make_provider_row

if TYPE_CHECKING:
    from django.test import Client

    from editor.models import User
    from tests.conftest import People

SNIPPETS = ("curl", "python", "node", "environment")
NASTY = "<b>'\"&amp;" + "x" * 90


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.BASE_URL = "https://pictures.example.org"


def page(client: Client, people: People, user: User) -> BeautifulSoup:
    client.force_login(user)
    answer = client.get(f"/p/{people.project.slug}/api/")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def words(page: BeautifulSoup, name: str) -> str:
    found = page.select_one(f"[data-testid={name}]")
    assert found
    return found.get_text()


def names(page: BeautifulSoup) -> list[list[str]]:
    rows = page.select("[data-testid=model]")
    return [[code.get_text() for code in row.select("code")] for row in rows]


def test_everything_has_the_servers_address(client: Client, people: People) -> None:
    found = page(client, people, people.vito)
    assert words(found, "base-url") == "https://pictures.example.org/v1"
    for name in SNIPPETS:
        assert "https://pictures.example.org/v1" in words(found, name)
    assert found.select('a[href="https://pictures.example.org/v1/openapi.json"]')


def test_without_a_provider_everything_means_the_builtin_engine(
    client: Client, people: People
) -> None:
    found = page(client, people, people.emil)
    ((*short, own),) = names(found)
    assert own == "builtin"
    assert {"default", "gpt-image-2", "dall-e-2"} <= set(short)
    assert 'model="builtin"' in words(found, "python")


def test_the_default_comes_first_and_is_in_the_examples(client: Client, people: People) -> None:
    row = make_provider_row(people.project, offered=["gpt-image-2", "brush-1"], preset="openai")
    found = page(client, people, people.emil)
    first, second, third = names(found)
    assert first == [
        *("default", "gpt-image-1.5", "chatgpt-image-latest", "gpt-image-1-mini", "gpt-image-1"),
        *("dall-e-3", "dall-e-2", "gpt-image-2", f"{row.public_id}:gpt-image-2"),
    ]
    assert second == ["builtin"]
    assert third == ["brush-1", f"{row.public_id}:brush-1"]
    for name in ("curl", "python", "node"):
        assert '"gpt-image-2"' in words(found, name)


def test_names_are_shown_as_they_are(client: Client, people: People) -> None:
    make_provider_row(people.project, name=NASTY[:80], offered=[NASTY])
    found = page(client, people, people.emil)
    assert names(found)[0][-2] == NASTY


def test_no_more_queries_for_more_models(client: Client, people: People) -> None:
    counts = []
    page(client, people, people.emil)
    for count in (1, 6):
        for _number in range(count):
            make_provider_row(people.project, offered=[f"m{each}" for each in range(10)])
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/p/{people.project.slug}/api/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
