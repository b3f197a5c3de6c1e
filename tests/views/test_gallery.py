"""The gallery of a project."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Picture, State, Worker
from tests.making import make_edit_row, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from editor.models import User
    from tests.conftest import People

NO_WORKER = "No worker is running. Your edit is kept and starts as soon as one does."


def get(client: Client, people: People, user: User, query: str = "") -> BeautifulSoup:
    client.force_login(user)
    response = client.get(f"/p/{people.project.slug}/{query}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def ids(page: BeautifulSoup, testid: str, attribute: str) -> list[str]:
    return [str(card[attribute]) for card in page.select(f"[data-testid={testid}]")]


def make_result(people: People, parent: Picture, **fields: Any) -> Picture:
    edit = make_edit_row(
        people.project, people.olga, parent, state=State.SUCCEEDED, prompt="darker & <b>"
    )
    return Picture.objects.create(
        project=people.project,
        kind="whole",
        name=parent.name,
        parent=parent,
        root=parent,
        edit=edit,
        width=parent.width,
        height=parent.height,
        mode="RGB",
        folder=parent.folder,
        **fields,
    )


def test_strangers_get_404_and_visitors_the_login(client: Client, people: People) -> None:
    url = f"/p/{people.project.slug}/"
    assert client.get(url).headers["Location"] == f"/accounts/login/?next={url}"
    client.force_login(people.sam)
    assert client.get(url).status_code == 404


def test_a_card_carries_what_scripts_and_people_need(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    page = get(client, people, people.vito)
    (card,) = page.select("[data-testid=picture-card]")
    slug = people.project.slug
    assert card["data-picture-id"] == picture.public_id
    assert card["id"] == f"picture-{picture.public_id}"
    assert "ratio-27" in card["class"]
    image = card.select_one("img")
    assert image is not None
    assert (image["width"], image["height"], image["loading"]) == ("640", "480", "lazy")
    links = [link["href"] for link in card.select("a")]
    assert links == [
        f"/p/{slug}/v/{picture.public_id}/",
        f"/p/{slug}/canvas/{picture.public_id}/",
    ]
    assert card.select_one("a[data-testid=open-canvas]")


def test_a_result_shows_its_prompt_escaped(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    make_result(people, picture)
    page = get(client, people, people.vito)
    newest = page.select("[data-testid=picture-card]")[0]
    assert "Result" in newest.text
    quote = newest.select_one("q")
    assert quote is not None
    assert quote.text == "darker & <b>"


def test_only_makers_may_upload(client: Client, people: People) -> None:
    for user, allowed in [
        (people.olga, True),
        (people.emil, True),
        (people.rita, False),
        (people.vito, False),
    ]:
        page = get(client, people, user)
        assert bool(page.select("[data-testid=upload-input]")) == allowed
        assert ("Drop your pictures here" in page.text) == allowed


def test_pages_by_keyset_without_gap_or_double(client: Client, people: People) -> None:
    rows = make_rows(people.project, people.olga, 130)
    # All of one moment: the key must not rest on the time alone.
    Picture.objects.update(created_at=timezone.now())
    seen: list[str] = []
    query = ""
    for expected in (60, 60, 10):
        page = get(client, people, people.vito, query)
        shown = ids(page, "picture-card", "data-picture-id")
        assert len(shown) == expected
        seen += shown
        link = page.select_one("a[rel=next]")
        query = str(link["href"]).rsplit("/", 1)[1] if link else ""
    assert query == ""
    assert seen == [row.public_id for row in reversed(rows)]


def test_another_projects_picture_is_no_cursor(client: Client, people: People) -> None:
    make_rows(people.project, people.olga, 2)
    page = get(client, people, people.vito, "?after=somebodyelses")
    assert len(ids(page, "picture-card", "data-picture-id")) == 2


def test_running_and_lately_failed_edits_come_first(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    now = timezone.now()
    shown = [
        make_edit_row(people.project, people.olga, picture, state=state, finished_at=end)
        for state, end in [
            (State.QUEUED, None),
            (State.AWAITING, None),
            (State.FAILED, now - timedelta(hours=1)),
            (State.UNKNOWN, None),
        ]
    ]
    for state, end in [
        (State.SUCCEEDED, now),
        (State.CANCELED, now),
        (State.FAILED, now - timedelta(hours=25)),
    ]:
        make_edit_row(people.project, people.olga, picture, state=state, finished_at=end)
    page = get(client, people, people.vito)
    assert ids(page, "edit-card", "data-edit-id") == [e.public_id for e in reversed(shown)]
    states = ids(page, "edit-card", "data-state")
    assert states == ["unknown", "failed", "awaiting", "queued"]
    assert not get(client, people, people.vito, f"?after={picture.public_id}").select(
        "[data-testid=edit-card]"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "queued"}, "Waiting (1 ahead)"),
        ({"state": "claimed"}, "Starting…"),
        ({"state": "awaiting"}, "Editing…"),
        ({"state": "received"}, "Saving result…"),
        ({"state": "awaiting", "cancel_requested_at": timezone.now()}, "Cancelling…"),
        ({"state": "failed", "finished_at": timezone.now(), "error_message": "No <i>"}, "No <i>"),
    ],
)
def test_a_card_says_its_state_in_words(
    client: Client, people: People, fields: dict[str, object], words: str
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    before = timezone.now() - timedelta(minutes=2)
    make_edit_row(people.project, people.olga, picture, next_run_at=before)
    fields = {"next_run_at": timezone.now(), "started_at": before, **fields}
    edit = make_edit_row(people.project, people.olga, picture, **fields)
    Worker.objects.create(name="w", slots=1)
    card = get(client, people, people.olga).select_one(f"#edit-{edit.public_id}")
    assert card is not None
    assert words in " ".join(card.text.split())
    assert NO_WORKER not in card.text
    clock = card.select_one("elapsed-time")
    assert clock is None or 120 <= int(str(clock["seconds"])) < 180


def test_says_so_when_no_worker_is_alive(client: Client, people: People, settings: Any) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    make_edit_row(people.project, people.olga, picture, next_run_at=timezone.now())
    silent = timezone.now() - timedelta(seconds=settings.WORKER_SILENT_SECONDS + 1)
    Worker.objects.create(name="w", slots=1, seen_at=silent)
    assert NO_WORKER in get(client, people, people.olga).text


def test_cancel_is_offered_to_owners_and_the_author(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    of_emil = make_edit_row(people.project, people.emil, picture)
    of_olga = make_edit_row(people.project, people.olga, picture)
    for user, allowed in [
        (people.olga, [of_olga, of_emil]),
        (people.emil, [of_emil]),
        (people.rita, []),
        (people.vito, []),
    ]:
        page = get(client, people, user)
        offered = [str(form["action"]) for form in page.select("[data-live] form")]
        assert offered == [
            f"/p/{people.project.slug}/edits/{edit.public_id}/cancel/" for edit in allowed
        ]


def test_filters_say_which_is_current_and_keep_words_and_order(
    client: Client, people: People
) -> None:
    make_rows(people.project, people.olga, 1)
    page = get(client, people, people.olga, "?show=mine&sort=name&q=row")
    (current,) = page.select(".filters [aria-current=page]")
    assert current.text == "Mine"
    links = {link.text: str(link["href"]) for link in page.select(".filters a")}
    assert set(links) == {
        *("All", "Originals", "Results", "Favourites", "Mine", "Running", "Failed", "Trash")
    }
    assert links["Results"].endswith("?show=results&sort=name&q=row")
    assert links["All"].endswith("/?sort=name&q=row")
    assert [str(option["value"]) for option in page.select("option[selected]")] == ["name"]
    viewer = get(client, people, people.vito)
    assert "Trash" not in [link.text for link in viewer.select(".filters a")]


@pytest.mark.parametrize(
    "query",
    [
        "?show=elsewhere",
        "?sort=;drop",
        "?show=results&sort=name&after=%00",
        "?q=%00",
        "?after=a%20b",
        "?after=" + "x" * 500,
        "?q=" + "x" * 5000,
        "?show[]=1&select=no",
        "?show=trash&q=%ED%A0%80",
    ],
)
def test_nonsense_in_the_address_is_no_error(client: Client, people: People, query: str) -> None:
    make_rows(people.project, people.olga, 1)
    for user in (people.olga, people.vito):
        get(client, people, user, query)


def test_a_viewer_sees_no_trash_even_when_asked_for(client: Client, people: People) -> None:
    (gone, _) = make_rows(people.project, people.olga, 2)
    Picture.objects.filter(pk=gone.pk).update(trashed_at=timezone.now())
    page = get(client, people, people.vito, "?show=trash")
    assert f"picture-{gone.public_id}" not in str(page)
    trash = get(client, people, people.olga, "?show=trash")
    assert ids(trash, "picture-card", "data-picture-id") == [gone.public_id]
    assert "Until" in trash.select("[data-testid=picture-card]")[0].text


def test_each_empty_view_says_what_would_be_there(client: Client, people: People) -> None:
    for query, words in [
        ("?q=aard%20%3Cb%3E", "Nothing found for “aard <b>”"),
        ("?show=results", "No results yet"),
        ("?show=favourites", "No favourites yet"),
        ("?show=mine", "Nothing of yours yet"),
        ("?show=running", "No edit is running"),
        ("?show=failed", "No edit has failed"),
        ("?show=trash", "The trash is empty"),
        ("?after=x", "Nothing more"),
    ]:
        (heading,) = get(client, people, people.olga, query).select(".gallery-empty h2")
        assert heading.text == words


def test_the_next_page_alone_is_cards_and_a_link(client: Client, people: People) -> None:
    rows = make_rows(people.project, people.olga, 121)
    client.force_login(people.vito)
    url = f"/p/{people.project.slug}/?sort=oldest&after={rows[59].public_id}"
    response = client.get(url, headers={"HX-Request": "true"})
    assert "HX-Request" in response.headers["Vary"]
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select("html") == []
    shown = [str(card["data-picture-id"]) for card in page.select("[data-cards] > article")]
    assert shown == [row.public_id for row in rows[60:120]]
    (link,) = page.select("a[rel=next]")
    assert str(link["href"]).endswith(f"/?sort=oldest&after={rows[119].public_id}")


def test_what_a_role_may_not_do_is_not_shown(client: Client, people: People) -> None:
    make_rows(people.project, people.olga, 1)
    acts = ("export", "favourite-selected", "delete-selected")
    for user, expected in [
        (people.olga, set(acts)),
        (people.emil, set(acts)),
        (people.rita, {"favourite-selected"}),
        (people.vito, {"favourite-selected"}),
    ]:
        page = get(client, people, user, "?select=1")
        assert {act for act in acts if page.select(f"[data-testid={act}]")} == expected
        assert page.select("picture-selection[data-selecting]")
        may = [card for card in page.select("article") if card.has_attr("data-may-trash")]
        assert bool(may) == (user == people.olga)


@pytest.mark.parametrize(
    "query",
    [
        *("", "?show=originals", "?show=results", "?show=favourites", "?show=mine&sort=name"),
        *("?show=running", "?show=failed", "?show=trash", "?sort=largest", "?q=row"),
    ],
)
def test_no_list_asks_more_for_more(client: Client, people: People, query: str) -> None:
    client.force_login(people.olga)
    counts = []
    for more in (10, 50):
        now = timezone.now()
        for picture in make_rows(people.project, people.olga, more):
            make_edit_row(people.project, people.olga, picture, state=State.FAILED)
            make_edit_row(people.project, people.olga, picture)
            make_result(people, picture)
            make_result(people, picture, trashed_at=now)
            picture.favourites.create(user=people.olga)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/p/{people.project.slug}/{query}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_the_number_of_queries_does_not_grow(client: Client, people: People) -> None:
    client.force_login(people.olga)
    counts = []
    for more in (10, 50):
        for picture in make_rows(people.project, people.olga, more):
            make_edit_row(people.project, people.olga, picture)
            make_result(people, picture)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/p/{people.project.slug}/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
