"""What is done to several pictures at once."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.models import Activity, Favourite, Picture, State
from editor.services import media
from tests.making import (
    make_edit_row,
    make_picture,
    make_result_row,
    make_row,
    make_rows,
    read_stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.test import Client

    from editor.models import User
    from tests.conftest import People

HTMX = {"HX-Request": "true"}


def send(
    client: Client, people: People, user: User, act: str, pictures: Iterable[Picture], **more: str
) -> Any:
    client.force_login(user)
    fields = {"ids": " ".join(picture.public_id for picture in pictures), **more}
    return client.post(f"/p/{people.project.slug}/pictures/{act}/", fields, headers=HTMX)


def trashed() -> set[str]:
    return set(Picture.objects.exclude(trashed_at=None).values_list("name", flat=True))


def test_delete_and_restore(client: Client, people: People) -> None:
    rows = [make_row(people.project, people.emil, name) for name in ("a", "b", "c")]
    before = people.project.pulse
    response = send(client, people, people.olga, "delete", rows[:2])
    assert response.json() == {
        "text": "2 pictures deleted.",
        "ids": [row.public_id for row in rows[:2]],
    }
    assert trashed() == {"a", "b"}
    assert {row.trashed_by for row in Picture.objects.filter(name="a")} == {people.olga}
    again = send(client, people, people.olga, "delete", rows[:2])
    assert again.json()["ids"] == []
    response = send(client, people, people.olga, "restore", rows[:1])
    assert response.json()["text"] == "1 picture restored."
    assert trashed() == {"b"}
    people.project.refresh_from_db()
    assert people.project.pulse > before
    kinds = Activity.objects.filter(actor=people.olga, picture__isnull=False).values_list(
        "kind", flat=True
    )
    assert sorted(kinds) == ["picture.restored", "picture.trashed", "picture.trashed"]


def test_an_editor_deletes_own_ones_and_hears_of_the_rest(client: Client, people: People) -> None:
    own = make_row(people.project, people.emil, "own")
    others = [make_row(people.project, people.olga, name) for name in ("x", "y")]
    result = make_result_row(others[0], people.emil, "darker", name="own result")
    response = send(client, people, people.emil, "delete", [own, *others, result])
    text = "2 pictures deleted. 2 were added by somebody else and stay."
    assert response.json()["text"] == text
    assert trashed() == {"own", "own result"}
    assert send(client, people, people.emil, "delete", others).status_code == 403
    assert trashed() == {"own", "own result"}


def test_what_was_made_from_a_deleted_picture_lives_on(client: Client, people: People) -> None:
    parent = make_picture(people.project, people.olga)
    result = make_result_row(parent, people.olga, "x")
    running = make_edit_row(people.project, people.olga, parent, state=State.AWAITING)
    send(client, people, people.olga, "delete", [parent])
    slug = people.project.slug
    page = client.get(f"/p/{slug}/").content.decode()
    assert f"picture-{parent.public_id}" not in page
    assert f"picture-{result.public_id}" in page
    assert f"edit-{running.public_id}" in page
    assert client.get(f"/p/{slug}/m/{parent.public_id}/320.webp").status_code == 200
    assert client.get(f"/p/{slug}/canvas/{parent.public_id}/").status_code == 404
    strip = client.get(f"/p/{slug}/canvas/{result.public_id}/")
    assert strip.status_code == 200
    assert f'version-item" data-picture-id="{parent.public_id}"' not in strip.content.decode()
    assert "1 picture" in " ".join(client.get("/").content.decode().split())


def test_stars_on_many(client: Client, people: People) -> None:
    rows = [make_row(people.project, people.olga, name) for name in ("a", "b")]
    for liked, text, stars in [
        ("1", "2 favourites added.", 2),
        ("1", "2 favourites added.", 2),
        ("0", "2 favourites removed.", 0),
    ]:
        response = send(client, people, people.rita, "favourite", rows, liked=liked)
        assert response.json()["text"] == text
        assert Favourite.objects.filter(user=people.rita).count() == stars


def test_without_script_the_gallery_tells_what_happened(client: Client, people: People) -> None:
    row = make_row(people.project, people.olga, "a")
    client.force_login(people.olga)
    gallery = f"/p/{people.project.slug}/"
    for act, target in [("delete", gallery), ("restore", f"{gallery}?show=trash")]:
        response = client.post(f"{gallery}pictures/{act}/", {"ids": [row.public_id]}, follow=True)
        assert response.redirect_chain == [(target, 302)]
        assert f"1 picture {act}d." in response.content.decode()


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ("", "Choose at least one picture."),
        ("   ", "Choose at least one picture."),
        ("a/../b", "Reload the page and choose again."),
        (" ".join(f"a{n}" for n in range(2001)), "Choose at most 2000 pictures; 2001 are chosen."),
    ],
)
def test_nonsense_is_refused_in_words(client: Client, people: People, ids: str, words: str) -> None:
    client.force_login(people.olga)
    url = f"/p/{people.project.slug}/pictures/delete/"
    response = client.post(url, {"ids": ids}, headers=HTMX)
    assert (response.status_code, response.content.decode()) == (422, words)
    page = client.post(url, {"ids": ids})
    assert page.status_code == 422
    assert words in page.content.decode()


def test_an_archived_project_keeps_its_pictures(client: Client, people: People) -> None:
    row = make_row(people.project, people.olga, "a")
    people.project.archived_at = people.project.created_at
    people.project.save()
    assert send(client, people, people.olga, "delete", [row]).status_code == 403
    assert send(client, people, people.olga, "favourite", [row], liked="1").status_code == 200
    page = client.get(f"/p/{people.project.slug}/?show=trash&select=1").content.decode()
    assert "delete-selected" not in page
    assert "show=trash" not in page


def test_a_zip_is_sent_with_a_name_and_no_length(client: Client, people: People) -> None:
    picture = make_picture(people.project, people.olga)
    response = send(client, people, people.emil, "export", [picture], kind="original")
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == 'attachment; filename="garden.zip"'
    with zipfile.ZipFile(io.BytesIO(read_stream(response))) as archive:
        assert archive.namelist() == ["photo.png"]
        original = media.path(picture.original_file).read_bytes()
        assert archive.read("photo.png") == original
    record = Activity.objects.get(kind="pictures.exported")
    assert record.detail == {"count": 1, "originals": True}


def test_a_zip_has_a_limit(client: Client, people: People) -> None:
    rows = make_rows(people.project, people.olga, 501)
    response = send(client, people, people.olga, "export", rows)
    assert response.status_code == 422
    assert response.content.decode() == "Choose at most 500 pictures; 501 are chosen."


@pytest.mark.parametrize("act", ["delete", "restore", "favourite"])
def test_the_number_of_queries_does_not_grow(client: Client, people: People, act: str) -> None:
    client.force_login(people.olga)
    counts = []
    for many in (10, 60):
        rows = make_rows(people.project, people.olga, many)
        if act == "restore":
            send(client, people, people.olga, "delete", rows)
        with CaptureQueriesContext(connection) as queries:
            send(client, people, people.olga, act, rows, liked="1")
        counts.append(len(queries))
    assert counts[0] == counts[1]
