"""One file comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from editor.models import Picture
from editor.services import media
from tests.making import as_bytes, make_image, make_upload

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from editor.models import User
    from tests.conftest import People


def send(client: Client, people: People, user: User, *files: SimpleUploadedFile) -> Any:
    client.force_login(user)
    return client.post(f"/p/{people.project.slug}/upload/", {"file": list(files)})


@pytest.mark.parametrize("name", ["olga", "emil"])
def test_makers_add_a_picture_and_get_its_card(client: Client, people: People, name: str) -> None:
    response = send(client, people, getattr(people, name), make_upload())
    picture = Picture.objects.get()
    assert response.status_code == 201
    assert f'data-picture-id="{picture.public_id}"' in response.content.decode()


@pytest.mark.parametrize(("name", "status"), [("rita", 403), ("vito", 403), ("sam", 404)])
def test_others_may_not(client: Client, people: People, name: str, status: int) -> None:
    assert send(client, people, getattr(people, name), make_upload()).status_code == status
    assert not Picture.objects.exists()


def test_rejects_get(client: Client, people: People) -> None:
    client.force_login(people.olga)
    assert client.get(f"/p/{people.project.slug}/upload/").status_code == 405


def test_the_same_file_twice_is_one_picture(client: Client, people: People) -> None:
    data = as_bytes(make_image())
    send(client, people, people.olga, make_upload(data))
    again = send(client, people, people.emil, make_upload(data, name="other.png"))
    assert again.status_code == 200
    assert "Already in this project" in again.content.decode()
    assert Picture.objects.count() == 1


def test_what_was_converted_is_said(client: Client, people: People) -> None:
    data = as_bytes(make_image().convert("CMYK"), "JPEG")
    response = send(client, people, people.olga, make_upload(data, "print.jpg", "image/jpeg"))
    assert "CMYK" in response.content.decode()


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_bad_file_is_422_and_leaves_nothing(
    client: Client, people: People, data_dir: Path, data: bytes
) -> None:
    response = send(client, people, people.olga, make_upload(data))
    assert response.status_code == 422
    assert "data-upload-notes" in response.content.decode()
    assert not Picture.objects.exists()
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_too_large_is_413_with_a_message(client: Client, people: People, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    response = send(client, people, people.olga, make_upload())
    assert response.status_code == 413
    assert "larger than" in response.content.decode()


@pytest.mark.parametrize("count", [0, 2])
def test_takes_exactly_one_file(client: Client, people: People, count: int) -> None:
    files = [make_upload() for _number in range(count)]
    response = send(client, people, people.olga, *files)
    assert response.status_code == 422
    assert not Picture.objects.exists()


def test_a_full_disk_is_507(client: Client, people: People, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 2**62
    with pytest.raises(media.DiskFull), media.scratch():
        pass
    response = send(client, people, people.olga, make_upload())
    assert response.status_code == 507
    assert "disk is full" in response.content.decode()


def test_a_refusal_by_role_is_one_line_for_scripts(client: Client, people: People) -> None:
    client.force_login(people.vito)
    response = client.post(f"/p/{people.project.slug}/upload/", {}, headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"Your role in this project does not allow that." in response.content


def test_what_was_deleted_and_is_added_again_comes_back(client: Client, people: People) -> None:
    data = as_bytes(make_image())
    send(client, people, people.olga, make_upload(data))
    Picture.objects.update(trashed_at=timezone.now(), trashed_by=people.olga)
    again = send(client, people, people.emil, make_upload(data, name="other.png"))
    picture = Picture.objects.get()
    assert picture.trashed_at is None
    assert "Restored from the trash" in again.content.decode()
    assert f'data-picture-id="{picture.public_id}"' in again.content.decode()


@pytest.mark.parametrize(
    ("query", "is_there"),
    [("?show=originals&sort=name", True), ("?show=results", False), ("?q=seaside", False)],
)
def test_the_card_comes_only_where_it_belongs(
    client: Client, people: People, query: str, is_there: bool
) -> None:
    client.force_login(people.olga)
    url = f"/p/{people.project.slug}/upload/{query}"
    response = client.post(url, {"file": [make_upload()]})
    assert response.status_code == 201
    body = response.content.decode()
    picture = Picture.objects.get()
    assert (f'data-picture-id="{picture.public_id}"' in body) == is_there
    assert ("It does not belong to what is shown here." in body) != is_there
    assert is_there or f"/v/{picture.public_id}/" in body
