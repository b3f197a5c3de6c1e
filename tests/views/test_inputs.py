"""Pictures to choose from for an edit that sees several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from editor.models import Picture
from tests.making import make_project, make_result_row, make_row, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def look(client: Client, people: People, **query: str) -> BeautifulSoup:
    client.force_login(people.emil)
    page = client.get(reverse("inputs", args=[people.project.slug]), query)
    assert page.status_code == 200
    return BeautifulSoup(page.content, "html.parser")


def ids(soup: BeautifulSoup) -> list[str]:
    return [str(item["data-id"]) for item in soup.select("button[data-id]")]


def test_live_pictures_of_the_project_come_newest_first(client: Client, people: People) -> None:
    first, second, gone = make_rows(people.project, people.olga, 3)
    Picture.objects.filter(pk=gone.pk).update(trashed_at=gone.created_at)
    make_row(make_project(people.olga, "Other"), people.olga, "elsewhere.jpg")
    assert ids(look(client, people)) == [second.public_id, first.public_id]


def test_names_and_prompts_are_searched(client: Client, people: People) -> None:
    door = make_row(people.project, people.olga, "door.jpg")
    make_row(people.project, people.olga, "window.jpg")
    painted = make_result_row(door, people.olga, "a blue frame")
    assert ids(look(client, people, q="blue")) == [painted.public_id]
    assert ids(look(client, people, q="WINDOW DOOR")) == []


def test_nothing_found_quotes_the_words(client: Client, people: People) -> None:
    assert "“<b>roses” " not in look(client, people, q="<b>roses").decode()
    assert "<b>roses" in look(client, people, q="<b>roses").text


def test_an_empty_project_says_what_to_do(client: Client, people: People) -> None:
    assert "Add some" in look(client, people).text


def test_more_come_page_by_page(client: Client, people: People) -> None:
    made = make_rows(people.project, people.olga, 61)
    page = look(client, people, q="row")
    (more,) = page.select("[data-more]")
    assert len(ids(page)) == 60
    client.force_login(people.emil)
    url = reverse("inputs", args=[people.project.slug]) + str(more["data-more"])
    rest = BeautifulSoup(client.get(url).content, "html.parser")
    assert ids(rest) == [made[0].public_id]
    assert not rest.select("[data-more]")


@pytest.mark.parametrize("count", [10, 60])
def test_queries_do_not_grow(
    client: Client, people: People, count: int, django_assert_max_num_queries: Any
) -> None:
    make_rows(people.project, people.olga, count)
    client.force_login(people.emil)
    with django_assert_max_num_queries(5):
        client.get(reverse("inputs", args=[people.project.slug]))
