"""The star on one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.models import Favourite
from tests.making import make_row

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

HTMX = {"HX-Request": "true"}


def test_a_star_is_put_on_and_taken_off_and_twice_is_once(client: Client, people: People) -> None:
    picture = make_row(people.project, people.olga, "a")
    url = f"/p/{people.project.slug}/v/{picture.public_id}/favourite/"
    client.force_login(people.vito)
    for liked, stars in [("1", 1), ("1", 1), ("0", 0), ("0", 0)]:
        assert client.post(url, {"liked": liked}, headers=HTMX).status_code == 204
        assert Favourite.objects.filter(user=people.vito, picture=picture).count() == stars


def test_without_script_the_picture_is_shown_again(client: Client, people: People) -> None:
    picture = make_row(people.project, people.olga, "a")
    client.force_login(people.vito)
    path = f"/p/{people.project.slug}/v/{picture.public_id}/"
    response = client.post(f"{path}favourite/", {"liked": "1"})
    assert response.headers["Location"] == path


def test_nonsense_is_refused(client: Client, people: People) -> None:
    picture = make_row(people.project, people.olga, "a")
    client.force_login(people.vito)
    url = f"/p/{people.project.slug}/v/{picture.public_id}/favourite/"
    for fields in ({}, {"liked": "2"}, {"liked": ""}):
        assert client.post(url, fields).status_code == 422


def test_stars_are_private(client: Client, people: People) -> None:
    picture = make_row(people.project, people.olga, "a")
    Favourite.objects.create(user=people.olga, picture=picture)
    gallery = f"/p/{people.project.slug}/"
    for user, pressed in [(people.olga, b'aria-pressed="true"'), (people.emil, b"")]:
        client.force_login(user)
        body = client.get(gallery).content
        card = body[body.index(b"<favourite-button") : body.index(b"</favourite-button>")]
        assert (b'aria-pressed="true"' in card) == bool(pressed)
