"""Has anything changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.access.roles import ROLES_FOR, Action
from editor.models import Picture, Project, Role, State, Worker
from tests.making import make_edit_row, make_result_row, make_row, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def ask(client: Client, people: People, since: str, query: str = "view=gallery") -> Any:
    client.force_login(people.vito)
    url = f"/p/{people.project.slug}/pulse?since={since}&{query}"
    return client.get(url, headers={"HX-Request": "true"})


def cursor(people: People, *, alive: int = 0) -> str:
    return f"{Project.objects.get(pk=people.project.pk).pulse}.{alive}"


def touch(row: Any, **fields: object) -> None:
    """Change a row as the pipeline does: with the project's next pulse."""
    type(row)._default_manager.filter(pk=row.pk).update(
        pulse=Project.objects.bump(row.project_id), **fields
    )


def cards(response: Any, selector: str) -> list[str]:
    found = BeautifulSoup(response.content, "html.parser").select(selector)
    return [str(card["id"]) for card in found]


def test_strangers_get_404_and_visitors_the_login(client: Client, people: People) -> None:
    url = f"/p/{people.project.slug}/pulse?since=0.0&view=gallery"
    assert client.get(url).status_code == 302
    client.force_login(people.sam)
    assert client.get(url).status_code == 404


def test_nothing_new_is_204_for_one_query_and_the_session(client: Client, people: People) -> None:
    client.force_login(people.vito)
    url = f"/p/{people.project.slug}/pulse?since={cursor(people)}&view=gallery"
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 204
    sql = [query["sql"] for query in queries]
    assert len([s for s in sql if "django_session" not in s and 'FROM "editor_user"' not in s]) == 1


def test_strangers_learn_nothing_from_a_cursor_that_is_right(
    client: Client, people: People
) -> None:
    """The short answer is for members of projects that are there; all members may look."""
    assert ROLES_FOR[Action.VIEW] == frozenset(Role)
    url = f"/p/{people.project.slug}/pulse?since={cursor(people)}&view=gallery"
    client.force_login(people.sam)
    assert client.get(url).status_code == 404
    client.force_login(people.olga)
    Project.objects.update(deleted_at=timezone.now())
    assert client.get(url).status_code == 404


def test_only_what_changed_is_sent(client: Client, people: People) -> None:
    pictures = make_rows(people.project, people.olga, 3)
    running = make_edit_row(people.project, people.olga, pictures[0], state=State.AWAITING)
    make_edit_row(people.project, people.olga, pictures[1], state=State.AWAITING)
    since = cursor(people)
    touch(running, progress=50)
    touch(pictures[2])
    response = ask(client, people, since)
    assert response.status_code == 200
    assert cards(response, "[data-testid=edit-card]") == [f"edit-{running.public_id}"]
    assert cards(response, "[data-into='#gallery-grid'] > [data-testid=picture-card]") == [
        f"picture-{pictures[2].public_id}"
    ]
    assert response.headers["X-Pulse"] == cursor(people)
    assert response.headers["X-Pulse-Open"] == "2"
    assert ask(client, people, response.headers["X-Pulse"]).status_code == 204


def test_a_settled_card_names_its_result(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state=State.RECEIVED)
    since = cursor(people)
    result = Picture.objects.create(
        project=people.project, kind="whole", parent=picture, root=picture, edit=edit,
        width=4, height=4, mode="RGB", folder="x", name="x",
    )  # fmt: skip
    touch(edit, state=State.SUCCEEDED, finished_at=timezone.now())
    response = ask(client, people, since)
    (card,) = BeautifulSoup(response.content, "html.parser").select("[data-testid=edit-card]")
    assert card["data-state"] == "succeeded"
    assert card["data-result-id"] == result.public_id
    assert response.headers["X-Pulse-Open"] == "0"


def test_open_cards_are_sent_when_the_workers_come_or_go(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture, state=State.AWAITING)
    make_edit_row(people.project, people.olga, picture, state=State.FAILED)
    since = cursor(people, alive=0)
    Worker.objects.create(name="w", slots=1)
    response = ask(client, people, since)
    assert cards(response, "article") == [f"edit-{edit.public_id}"]
    assert response.headers["X-Pulse"] == cursor(people, alive=1)


def test_the_canvas_hears_of_its_own_family_only(client: Client, people: People) -> None:
    mine, other = make_rows(people.project, people.olga, 2)
    since = cursor(people)
    edits = [make_edit_row(people.project, people.olga, row) for row in (mine, other)]
    for row in (*edits, mine, other):
        touch(row)
    response = ask(client, people, since, f"view=canvas&picture={mine.public_id}")
    assert cards(response, "article") == [f"edit-{edits[0].public_id}"]
    assert response.headers["X-Pulse-Open"] == "1"


def test_more_than_one_answer_tells_is_said(client: Client, people: People) -> None:
    rows = make_rows(people.project, people.olga, 61)
    since = cursor(people)
    touch(rows[0])
    assert "X-Pulse-Cut" not in ask(client, people, since).headers
    Picture.objects.update(pulse=Project.objects.get(pk=people.project.pk).pulse)
    answer = ask(client, people, since)
    assert answer.headers["X-Pulse-Cut"] == "1"
    assert len(cards(answer, "[data-testid=picture-card]")) == 60


def test_deleted_pictures_are_told_and_restored_ones_come_back(
    client: Client, people: People
) -> None:
    gone, back = make_rows(people.project, people.olga, 2)
    since = cursor(people)
    touch(gone, trashed_at=timezone.now())
    touch(back)
    response = ask(client, people, since)
    found = BeautifulSoup(response.content, "html.parser")
    assert [str(tag["data-gone"]) for tag in found.select("[data-gone]")] == [
        f"picture-{gone.public_id}"
    ]
    assert cards(response, "[data-testid=picture-card]") == [f"picture-{back.public_id}"]
    client.force_login(people.olga)
    url = f"/p/{people.project.slug}/pulse?since={since}&view=gallery&show=trash"
    trash = BeautifulSoup(client.get(url).content, "html.parser")
    assert [str(tag["data-gone"]) for tag in trash.select("[data-gone]")] == [
        f"picture-{back.public_id}"
    ]
    assert [str(card["id"]) for card in trash.select("article")] == [f"picture-{gone.public_id}"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"original", "result", "running", "failed"}),
        ("&show=originals", {"original"}),
        ("&show=results", {"result"}),
        ("&show=running", {"running", "failed"}),
        ("&show=failed", {"failed"}),
        ("&q=darker", {"result"}),
        ("&show=mine", set()),
        ("&show=elsewhere&sort=nowhere", {"original", "result", "running", "failed"}),
    ],
)
def test_only_what_belongs_to_the_page_is_sent(
    client: Client, people: People, query: str, shown: set[str]
) -> None:
    original = make_row(people.project, people.olga, "a")
    rows: dict[str, Any] = {
        "original": original,
        "result": make_result_row(original, people.olga, "darker"),
        "running": make_edit_row(people.project, people.olga, original, state=State.AWAITING),
        "failed": make_edit_row(people.project, people.olga, original, state=State.FAILED),
    }
    since = cursor(people)
    for row in rows.values():
        touch(row)
    response = ask(client, people, since, f"view=gallery{query}")
    found = {card.split("-")[1] for card in cards(response, "article")}
    assert found == {rows[name].public_id for name in shown}
    for card in BeautifulSoup(response.content, "html.parser").select("[data-into] article"):
        assert card["data-place"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "since=&view=gallery",
        "since=1&view=gallery",
        "since=1.2&view=gallery",
        "since=-1.0&view=gallery",
        "since=1.0.0&view=gallery",
        "since=٣.0&view=gallery",
        "since=99999999999999999999.0&view=gallery",
        "since=0.0&view=elsewhere",
        "since=0.0&view=canvas",
    ],
)
def test_nonsense_is_400(client: Client, people: People, query: str) -> None:
    client.force_login(people.vito)
    assert client.get(f"/p/{people.project.slug}/pulse?{query}").status_code == 400


def test_another_projects_picture_is_404(client: Client, people: People) -> None:
    response = ask(client, people, "0.1", "view=canvas&picture=somebodyelses")
    assert response.status_code == 404


def test_the_number_of_queries_does_not_grow(client: Client, people: People) -> None:
    client.force_login(people.vito)
    counts = []
    for more in (5, 40):
        since = cursor(people)
        for picture in make_rows(people.project, people.olga, more):
            touch(picture)
            touch(make_edit_row(people.project, people.olga, picture))
        url = f"/p/{people.project.slug}/pulse?since={since}&view=gallery"
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
