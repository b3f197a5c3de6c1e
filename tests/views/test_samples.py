"""Sample photos for an empty project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from editor.models import Picture
from editor.services import samples

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def post(client: Client, people: People, name: str = "olga") -> Any:
    client.force_login(getattr(people, name))
    return client.post(reverse("samples", args=[people.project.slug]), follow=True)


def test_two_photos_arrive_once(client: Client, people: People) -> None:
    for _time in range(2):
        response = post(client, people)
        assert response.redirect_chain == [(reverse("gallery", args=[people.project.slug]), 302)]
    sizes = set(Picture.objects.values_list("width", "height"))
    assert sizes == {(5312, 2988), (3264, 2448)}
    assert Picture.objects.count() == 2


@pytest.mark.parametrize(("name", "offered"), [("emil", True), ("vito", False)])
def test_they_are_offered_to_makers_of_an_empty_project(
    client: Client, people: People, name: str, *, offered: bool
) -> None:
    client.force_login(getattr(people, name))
    page = client.get(reverse("gallery", args=[people.project.slug])).content.decode()
    assert (reverse("samples", args=[people.project.slug]) in page) == offered


def test_a_full_disk_is_said(client: Client, people: People, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 2**60
    assert "disk is full" in post(client, people).content.decode()
    assert not Picture.objects.exists()


def test_photos_over_the_limits_are_said(client: Client, people: People, settings: Any) -> None:
    settings.MAX_MEGAPIXELS = 1
    assert "megapixels" in post(client, people).content.decode()


def test_every_sample_has_its_licence_beside_it() -> None:
    sources = (samples.FOLDER / "SOURCES.md").read_text()
    names = [path.name for path in samples.FOLDER.glob("*.jpg")]
    assert names
    assert not [name for name in names if name not in sources]
