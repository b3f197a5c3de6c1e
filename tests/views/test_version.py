"""One picture with everything known about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from editor.models import Mask, Picture, State
from tests.making import make_edit_row, make_project, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from editor.models import User
    from tests.conftest import People


def get(client: Client, user: User, picture: Picture) -> BeautifulSoup:
    client.force_login(user)
    response = client.get(f"/p/{picture.project.slug}/v/{picture.public_id}/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


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


def test_a_found_subject_is_named_as_what_was_protected(
    client: Client, people: People, result: Picture
) -> None:
    edit = result.edit
    assert edit is not None
    edit.instruction = {"steps": [{"do": "cut_out", "region": "background"}]}
    edit.save()
    text = get(client, people.vito, result).get_text(" ", strip=True)
    assert "The subject the engine found was protected: 0 of 307,100 pixels changed" in text
    assert "remove the background" in text


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
        "0 of 307,100 protected pixels changed",
        "4.2 s",
        "480 pixels, 0.31 MP",
        "Olga",
    ]:
        assert fact in text


def test_parent_and_children_are_linked(client: Client, people: People, result: Picture) -> None:
    assert result.parent is not None
    for picture, relative in [(result, result.parent), (result.parent, result)]:
        page = get(client, people.vito, picture)
        (card,) = page.select("[data-testid=picture-card]")
        assert card["data-picture-id"] == relative.public_id


def test_compare_is_there_for_results_only(client: Client, people: People, result: Picture) -> None:
    assert result.parent is not None
    assert get(client, people.vito, result).select("[data-testid=compare]")
    assert not get(client, people.vito, result.parent).select("[data-testid=compare]")


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


def test_notices_are_in_words(client: Client, people: People, original: Picture) -> None:
    Picture.objects.update(notices=["converted_from_cmyk"])
    assert "CMYK" in get(client, people.vito, original).text
