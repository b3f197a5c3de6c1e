"""One picture with everything known about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Activity, Edit, Mask, Picture, Project, State
from tests.making import make_api_key, make_edit_row, make_project, make_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from django.test import Client

    from editor.models import User
    from tests.conftest import People


def get(client: Client, user: User, picture: Picture) -> BeautifulSoup:
    client.force_login(user)
    response = client.get(f"/p/{picture.project.slug}/v/{picture.public_id}/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(page: BeautifulSoup) -> str:
    """What a page says, on one line, with a plain x for the sign between two sides."""
    return " ".join(page.get_text(" ").split()).replace("\N{MULTIPLICATION SIGN}", "x")


@pytest.fixture
def original(people: People) -> Picture:
    (picture,) = make_rows(people.project, people.olga, 1)
    return picture


@pytest.fixture
def result(people: People, original: Picture) -> Picture:
    now = timezone.now()
    mask = Mask.objects.create(
        project=people.project, width=640, height=480, left=0, top=0, right=10, bottom=10,
        painted=100, sha256="0" * 64, folder="x",
    )  # fmt: skip
    edit = make_edit_row(
        people.project,
        people.olga,
        original,
        state=State.SUCCEEDED,
        prompt="remove this <b> and darken",
        mask=mask,
        instruction={"steps": [{"do": "remove"}, {"do": "brightness", "amount": -0.25}]},
        started_at=now - timedelta(seconds=4.2),
        finished_at=now,
    )
    return Picture.objects.create(
        project=people.project, kind="whole", name="row.jpg", parent=original, root=original,
        edit=edit, width=640, height=480, mode="RGB", folder="x", created_by=people.olga,
        protected_pixels=307100,
    )  # fmt: skip


def make_result(parent: Picture, prompt: str, **fields: object) -> Picture:
    """A result's row alone."""
    user = parent.created_by
    assert user
    edit = make_edit_row(parent.project, user, parent, state=State.SUCCEEDED, prompt=prompt)
    values = {
        "project": parent.project,
        "kind": "whole",
        "name": parent.name,
        "parent": parent,
        "root_id": parent.root_id or parent.pk,
        "edit": edit,
        "width": parent.width,
        "height": parent.height,
        "mode": "RGB",
        "folder": "x",
        "created_by": user,
    }
    return Picture.objects.create(**values | fields)


def test_a_found_subject_is_named_as_what_was_protected(
    client: Client, people: People, result: Picture
) -> None:
    edit = result.edit
    assert edit is not None
    edit.instruction = {"steps": [{"do": "cut_out", "region": "background"}]}
    edit.save()
    text = get(client, people.vito, result).get_text(" ", strip=True)
    assert "307,100 protected pixels, 0 changed" in text
    assert "The subject the engine found was protected." in text
    assert "remove the background" in text


def test_a_subject_without_an_edge_is_what_was_painted(
    client: Client, people: People, result: Picture
) -> None:
    assert result.edit
    result.edit.instruction = {"steps": [{"do": "cut_out", "region": "background"}]}
    result.edit.actual = {"by_mask": True}
    result.edit.save()
    text = words(get(client, people.vito, result))
    assert "no edge around what was painted, so it protected just that" in text
    assert "by_mask" not in text


def test_strangers_get_404(client: Client, people: People, original: Picture) -> None:
    client.force_login(people.sam)
    url = f"/p/{people.project.slug}/v/{original.public_id}/"
    assert client.get(url).status_code == 404
    own = make_project(people.sam, "Own")
    assert client.get(f"/p/{own.slug}/v/{original.public_id}/").status_code == 404


def test_a_result_tells_how_it_came_to_be(client: Client, people: People, result: Picture) -> None:
    text = " ".join(get(client, people.vito, result).text.split())
    for fact in [
        "remove this <b> and darken",
        "remove what is painted, brightness -25 %",
        "Built-in",
        "307,100 protected pixels, 0 changed",
        "4.2 s",
        "480 pixels, 0.31 MP",
        "Olga",
    ]:
        assert fact in text


def test_the_figures_of_an_edit_are_told(client: Client, people: People, result: Picture) -> None:
    assert result.edit
    result.edit.focus = {"box": [0, 0, 100, 60]}
    result.edit.seed = 1234
    result.edit.actual = {
        "seconds": 3.9,
        "seed": 77,
        "filled": {"search": 2},
        "tiles": 4,
        "steps": [],
    }
    result.edit.save()
    text = words(get(client, people.vito, result))
    for fact in [
        "< 0.1 % of the picture, within 10 x 10 pixels",
        "The engine saw 100 x 60 pixels at 0, 0",
        "Seed 77",
        "Reported by the engine tiles: 4",
    ]:
        assert fact in text
    assert "Really done" not in text


def test_what_was_really_done_is_told_when_it_differs(
    client: Client, people: People, result: Picture
) -> None:
    assert result.edit
    result.edit.actual = {"steps": [{"do": "fill"}]}
    result.edit.save()
    text = words(get(client, people.vito, result))
    assert "Really done fill what is painted" in text


def test_the_family_is_a_tree_with_this_one_marked(
    client: Client, people: People, result: Picture
) -> None:
    assert result.parent is not None
    for picture in (result, result.parent):
        page = get(client, people.vito, picture)
        links = page.select(".tree a")
        assert [a["data-picture-id"] for a in links] == [
            result.parent.public_id,
            result.public_id,
        ]
        (current,) = page.select(".tree a[aria-current=page]")
        assert current["data-picture-id"] == picture.public_id
        assert page.select_one(f".tree .tree a[data-picture-id='{result.public_id}']")


def test_results_are_compared_with_what_was_before_and_beside(
    client: Client, people: People, result: Picture
) -> None:
    original = result.parent
    assert original is not None
    sibling, thrown, grandchild = (
        make_result(original, "blur"),
        make_result(original, "thrown away", trashed_at=timezone.now()),
        make_result(result, "sepia"),
    )
    options = get(client, people.vito, grandchild).select("[data-testid=compare] option")
    assert [o["value"] for o in options] == [result.public_id, original.public_id]
    options = get(client, people.vito, result).select("[data-testid=compare] option")
    assert [(o["value"], o["data-label"]) for o in options] == [
        (original.public_id, "Before"),
        (sibling.public_id, "Other result"),
    ]
    assert thrown.public_id not in str(options)
    page = get(client, people.vito, original)
    assert not page.select("[data-testid=compare], [data-testid=divider]")


def test_what_a_role_may_not_do_is_not_shown(
    client: Client, people: People, result: Picture
) -> None:
    for user, may in [(people.olga, True), (people.emil, True), (people.rita, False)]:
        page = get(client, user, result)
        assert bool(page.select("[data-testid=same-mask]")) == may
        assert bool(page.select("[data-testid=rename]")) == may
        assert ("Continue from here" in page.text) == may
        assert page.select("[data-testid=show-mask], [data-testid=download]")


def test_the_same_mask_is_asked_for_on_the_parents_canvas(
    client: Client, people: People, result: Picture
) -> None:
    assert result.parent
    assert result.edit
    (link,) = get(client, people.emil, result).select("[data-testid=same-mask]")
    canvas = f"/p/{people.project.slug}/canvas/{result.parent.public_id}/"
    assert link["href"] == f"{canvas}?from={result.edit.public_id}"


def test_a_version_in_the_trash_says_so_and_is_not_edited(
    client: Client, people: People, result: Picture
) -> None:
    Picture.objects.filter(pk=result.pk).update(trashed_at=timezone.now())
    page = get(client, people.olga, result)
    assert page.select_one("[data-testid=trashed]")
    assert page.select_one("[data-testid=download]")
    names = ("open-canvas", "same-mask", "rename")
    assert not page.select(", ".join(f"[data-testid={name}]" for name in names))


@pytest.mark.parametrize(("name", "may"), [("olga", True), ("emil", False), ("vito", False)])
def test_only_who_may_delete_or_restore_it_is_offered_that(
    client: Client, people: People, result: Picture, name: str, *, may: bool
) -> None:
    """Olga made it: an editor deletes own pictures only."""
    user = getattr(people, name)
    assert bool(get(client, user, result).select("[data-testid=delete-picture]")) == may
    Picture.objects.filter(pk=result.pk).update(trashed_at=timezone.now())
    page = get(client, user, result)
    assert bool(page.select("[data-testid=restore]")) == may
    assert not page.select("[data-testid=delete-picture]")


def test_the_page_deletes_and_restores(client: Client, people: People, result: Picture) -> None:
    for testid, words_after in [
        ("delete-picture", "restored from the trash"),
        ("restore", "restored"),
    ]:
        page = get(client, people.olga, result)
        button = page.select_one(f"[data-testid={testid}]")
        assert button
        form = button.find_parent("form")
        assert form
        field = form.select_one("[name=ids]")
        assert field
        answer = client.post(str(form["action"]), {"ids": field["value"]}, follow=True)
        assert words_after in answer.content.decode()


def test_the_star_is_the_readers_own(client: Client, people: People, result: Picture) -> None:
    star = {"liked": "1"}
    client.force_login(people.vito)
    client.post(f"/p/{people.project.slug}/v/{result.public_id}/favourite/", star)
    pressed = "favourite-button button[aria-pressed=true]"
    assert get(client, people.vito, result).select(pressed)
    assert not get(client, people.olga, result).select(pressed)


def test_a_version_whose_parent_is_in_the_trash_still_tells_all(
    client: Client, people: People, result: Picture
) -> None:
    assert result.parent
    Picture.objects.filter(pk=result.parent.pk).update(trashed_at=timezone.now())
    page = get(client, people.olga, result)
    assert page.select_one(".tree .badge--warn")
    assert page.select_one("[data-testid=open-canvas]")
    assert not page.select("[data-testid=same-mask]")


def test_the_number_of_queries_does_not_grow_with_the_family(
    client: Client,
    people: People,
    result: Picture,
    django_assert_num_queries: Callable[[int], AbstractContextManager[None]],
) -> None:
    def make(count: int) -> None:
        for number in range(count):
            make_result(result, f"try {number}", created_by=[people.olga, people.emil][number % 2])

    client.force_login(people.vito)
    url = f"/p/{people.project.slug}/v/{result.public_id}/"
    make(10)
    with CaptureQueriesContext(connection) as few:
        assert client.get(url, {"versions": "all"}).status_code == 200
    make(50)
    with django_assert_num_queries(len(few)):
        page = client.get(url, {"versions": "all"}).content.decode()
    assert page.count("tree__link") == 62
    assert client.get(url).content.decode().count("tree__link") < 20


def test_edits_of_the_family_are_seen_on_their_way(
    client: Client, people: People, result: Picture
) -> None:
    (beside,) = make_rows(people.project, people.olga, 1)
    own = make_edit_row(people.project, people.olga, result)
    make_edit_row(people.project, people.olga, beside)
    page = get(client, people.vito, result)
    cards = page.select("#version-edits [data-testid=edit-card]")
    assert [card["data-edit-id"] for card in cards] == [own.public_id]
    poller = page.select_one("pulse-poller")
    assert poller
    assert poller["open"] == "1"
    client.force_login(people.vito)
    assert client.get(f"{poller['url']}&since=9.1").status_code == 200


def test_a_picture_is_renamed_by_makers(client: Client, people: People, original: Picture) -> None:
    client.force_login(people.emil)
    page = f"/p/{people.project.slug}/v/{original.public_id}/"
    response = client.post(f"{page}rename/", {"name": "  The \x07 pond at noon "})
    assert response.headers["Location"] == page
    original.refresh_from_db()
    assert original.name == "The  pond at noon"
    activity = Activity.objects.get(kind="picture.renamed")
    assert (activity.actor, activity.picture, activity.detail) == (people.emil, original, {})
    client.post(f"{page}rename/", {"name": original.name})
    assert Activity.objects.filter(kind="picture.renamed").count() == 1


@pytest.mark.parametrize("name", ["", "  ", "\x07\u200e", "x" * 201])
def test_a_name_that_cannot_be_shown_is_refused_on_the_page(
    client: Client, people: People, original: Picture, name: str
) -> None:
    client.force_login(people.olga)
    url = f"/p/{people.project.slug}/v/{original.public_id}/rename/"
    response = client.post(url, {"name": name})
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one("details[open] input[name=name][aria-invalid=true][autofocus]")
    original.refresh_from_db()
    assert original.name.startswith("row ")


@pytest.mark.parametrize(("state", "expected"), [("archived", 403), ("trashed", 404)])
def test_what_rests_keeps_its_name(
    client: Client, people: People, original: Picture, state: str, expected: int
) -> None:
    now = timezone.now()
    if state == "archived":
        Project.objects.filter(pk=people.project.pk).update(archived_at=now)
    else:
        Picture.objects.filter(pk=original.pk).update(trashed_at=now)
    client.force_login(people.olga)
    url = f"/p/{people.project.slug}/v/{original.public_id}/rename/"
    assert client.post(url, {"name": "Other"}).status_code == expected


def test_the_download_form_offers_sizes_that_are_smaller(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    Picture.objects.filter(pk=picture.pk).update(width=3000, height=17_000, mode="RGBA")
    page = get(client, people.vito, picture)
    values = [box["value"] for box in page.select("input[name=size]")]
    assert values == ["", "4096", "2048", "1024", "own", "percent"]
    text = words(page)
    assert "2048 px 361 x 2048" in text
    assert "WebP holds 16383 pixels a side at most" in text
    assert "JPEG holds" not in text
    assert "JPEG knows no transparency" in text


def test_the_original_bytes_are_offered_to_makers(client: Client, people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    Picture.objects.update(has_gps=True)
    for user, offered in [
        (people.olga, True),
        (people.emil, True),
        (people.rita, False),
        (people.vito, False),
    ]:
        page = get(client, user, picture)
        assert ("Download original" in page.text) == offered
        assert ("where the photo was taken" in page.text) == offered
        assert page.select_one("[data-testid=download]")
        assert page.select_one("[data-testid=open-canvas]")


def test_camera_data_is_offered_to_makers_and_the_place_where_there_is_one(
    client: Client, people: People, original: Picture, result: Picture
) -> None:
    """A result asks the file that it began as."""
    for has_gps in (False, True):
        Picture.objects.filter(pk=original.pk).update(has_gps=has_gps)
        for user, offered in ((people.olga, True), (people.emil, True), (people.vito, False)):
            for picture in (original, result):
                page = get(client, user, picture)
                boxes = page.select("[data-testid=download-exif], [data-testid=download-place]")
                assert [box["name"] for box in boxes] == ["exif", "place"][: offered + has_gps] * (
                    offered
                )
                assert not any(box.has_attr("checked") for box in boxes)


def test_notices_are_in_words(client: Client, people: People, original: Picture) -> None:
    Picture.objects.update(notices=["converted_from_cmyk"])
    assert "CMYK" in get(client, people.vito, original).text


def test_what_a_program_asked_for_names_its_key(
    client: Client, people: People, result: Picture
) -> None:
    assert "By a program" not in words(get(client, people.rita, result))
    key, _ = make_api_key(people.project, people.olga, name="<Build> server")
    Edit.objects.update(api_key=key)
    assert "By a program with the API key “<Build> server”" in words(
        get(client, people.rita, result)
    )
