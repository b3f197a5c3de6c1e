"""A full disk and no worker: every page still opens, and what cannot be done says so calmly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from editor.models import Edit, Picture
from tests.making import make_edit, make_mask, make_picture, make_upload

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    return make_picture(people.project, people.olga)


@pytest.fixture
def full_disk(picture: Picture, settings: Any) -> None:
    """Full from now on; the picture was there before."""
    settings.MIN_FREE_BYTES = 2**62


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("name", ["projects", "gallery", "canvas", "version", "preview"])
def test_with_a_full_disk_everything_can_be_seen(
    client: Client, people: People, picture: Picture, name: str
) -> None:
    client.force_login(people.olga)
    values = {"slug": people.project.slug, "picture": picture.public_id, "size": 1280}
    needed = {"projects": [], "gallery": ["slug"], "preview": list(values)}
    keys = needed.get(name, ["slug", "picture"])
    page = client.get(reverse(name, kwargs={key: values[key] for key in keys}))
    assert page.status_code == 200


@pytest.mark.parametrize("name", ["download", "full"])
def test_a_full_disk_gives_up_renditions_before_it_refuses_one(
    client: Client, people: People, picture: Picture, settings: Any, name: str
) -> None:
    settings.RENDERS_DIR.mkdir(exist_ok=True)
    old = settings.RENDERS_DIR / "somebody.screen.jpg"
    old.write_bytes(b"made long ago")
    os.utime(old, (0, 0))
    fresh = settings.RENDERS_DIR / ".draft.jpg"
    fresh.write_bytes(b"somebody waits for it")
    settings.MIN_FREE_BYTES = 2**62
    client.force_login(people.olga)
    answer = client.get(reverse(name, args=[people.project.slug, picture.public_id]))
    assert answer.status_code == 507
    assert "disk is full" in answer.content.decode()
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.usefixtures("full_disk")
def test_with_a_full_disk_nothing_is_taken_in(
    client: Client, people: People, picture: Picture, data_dir: Any
) -> None:
    client.force_login(people.olga)
    before = sorted(data_dir.rglob("*"))
    slug, key = people.project.slug, picture.public_id
    upload = client.post(reverse("upload", args=[slug]), {"file": make_upload()})
    mask = make_mask((picture.width, picture.height), (1, 1, 9, 9))
    wish = {"prompt": "blur", "engine": "builtin", "idem": "1", "mask": mask}
    edit = client.post(reverse("canvas", args=[slug, key]), wish)
    for answer in (upload, edit):
        assert answer.status_code == 507
        assert "disk is full" in (text := answer.content.decode())
        assert "error" not in text.lower()
    assert not Edit.objects.exists()
    assert sorted(data_dir.rglob("*")) == before


def test_without_a_worker_an_edit_is_taken_and_says_that_it_waits(
    client: Client, people: People, picture: Picture
) -> None:
    make_edit(people.project, people.olga, picture)
    client.force_login(people.olga)
    for name, args in [("gallery", []), ("canvas", [picture.public_id])]:
        page = client.get(reverse(name, args=[people.project.slug, *args])).content.decode()
        assert "No worker is running. Your edit is kept" in page
