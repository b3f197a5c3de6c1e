"""The disk is full while somebody uploads, looks and downloads: told in words, nothing half kept."""

from __future__ import annotations

import io
import os
import zipfile
from http import HTTPStatus
from shutil import disk_usage
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from editor.models import Picture
from editor.services import exports, media
from tests.faults.test_disk_full import small_disk
from tests.making import as_bytes, make_image, make_picture, make_upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

__all__ = ["small_disk"]
pytestmark = pytest.mark.django_db(transaction=True)

# Noise cannot be compressed: 0.4 MB, which Django keeps in memory, and 1.6 MB, which it does not.
SMALL, LARGE = (420, 420), (840, 840)
# What is left: nothing; less than the file; the file, but no previews.
ROOMS = {"none": 0, "half": 200_000, "no_previews": 420_000}


def fill(disk: Path, left: int) -> Path:
    """Take all room but so much; the file that does it can be removed again."""
    plug = disk / "plug"
    with plug.open("wb") as file:
        while (more := disk_usage(disk).free - left) > 0:
            file.write(b"x" * min(more, 65536))
            file.flush()
    return plug


def kept(disk: Path) -> set[Path]:
    """What lies there; the empty files that makers of one render take turns by are no loss."""
    files = {path for path in disk.rglob("*") if path.is_file() and path.name != "plug"}
    return {path for path in files if path.parent.name != ".locks" or path.stat().st_size}


def visit(people: People) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(people.olga)
    return client


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("room", ROOMS)
def test_an_upload(people: People, small_disk: Path, room: str, size: tuple[int, int]) -> None:
    client, path = visit(people), reverse("upload", args=[people.project.slug])
    data = as_bytes(make_image(*size))
    before = kept(small_disk)
    plug = fill(small_disk, ROOMS[room])
    refused = client.post(path, {"file": make_upload(data)})
    assert refused.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "disk is full" in refused.content.decode()
    assert kept(small_disk) == before
    assert not Picture.objects.exists()
    plug.unlink()
    assert client.post(path, {"file": make_upload(data)}).status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("left", [0, 20_000])
@pytest.mark.parametrize("name", ["full", "download"])
def test_a_picture_to_see_or_to_keep(
    people: People, small_disk: Path, name: str, left: int
) -> None:
    picture = make_picture(people.project, people.olga, as_bytes(make_image(*SMALL)))
    client, path = visit(people), reverse(name, args=[people.project.slug, picture.public_id])
    before = kept(small_disk)
    plug = fill(small_disk, left)
    refused = client.get(path)
    assert refused.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "disk is full" in refused.content.decode()
    assert kept(small_disk) == before
    plug.unlink()
    assert client.get(path).status_code == HTTPStatus.OK


def test_an_archive_names_what_is_missing(people: People, small_disk: Path) -> None:
    picture = make_picture(people.project, people.olga, as_bytes(make_image(*SMALL)))
    before = kept(small_disk)
    plug = fill(small_disk, 0)
    assert named([picture]) == ["Missing pictures.txt"]
    assert kept(small_disk) == before
    plug.unlink()
    assert named([picture]) == ["photo.png"]


def named(pictures: list[Picture]) -> list[str]:
    data = b"".join(exports.archive(pictures, originals=False))
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


@pytest.mark.parametrize("left", [0, 200_000, 420_000])
def test_files_that_are_put_where_they_stay(small_disk: Path, left: int) -> None:
    """The first does not fit, or the second; with room for both they are whole."""
    files = [("one.jpg", os.urandom(300_000)), ("two.png", os.urandom(300_000))]
    before = kept(small_disk)
    plug = fill(small_disk, left)
    with pytest.raises(media.DiskFull):
        media.put_each(files)
    assert kept(small_disk) == before
    assert not list((small_disk / "pictures").glob("*/*"))
    plug.unlink()
    put = [
        media.path(name) / file
        for name, (file, _data) in zip(media.put_each(files).names, files, strict=True)
    ]
    assert [path.read_bytes() for path in put] == [data for _file, data in files]
