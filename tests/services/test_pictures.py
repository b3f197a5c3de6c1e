from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone
from PIL import Image

from editor.models import Picture, Project
from editor.services import media, pictures
from editor.services.pictures import UploadRefused
from tests.making import (
    as_bytes,
    make_door,
    make_edit_row,
    make_image,
    make_picture,
    make_project,
    make_upload,
    make_user,
)

if TYPE_CHECKING:
    from pathlib import Path

    from editor.access.fetch import Door
    from tests.conftest import People


@pytest.fixture
def door(people: People) -> Door:
    return make_door(people.project, people.olga)


def leftovers(data_dir: Path) -> list[Path]:
    return [*data_dir.glob("scratch/*"), *data_dir.glob("pictures/*/*")]


def test_the_bytes_are_kept_untouched(door: Door) -> None:
    data = as_bytes(make_image(90, 60), "JPEG", quality=80)
    picture = pictures.upload(door=door, file=make_upload(data, "a.jpg")).picture
    assert media.path(picture.original_file).read_bytes() == data
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert (picture.width, picture.height, picture.mode) == (90, 60, "RGB")
    assert picture.size_bytes == len(data)


@pytest.mark.parametrize("size", [320, 1280])
def test_previews_fit_and_are_never_enlarged(door: Door, size: int) -> None:
    data = as_bytes(make_image(700, 500), "PNG")
    picture = pictures.upload(door=door, file=make_upload(data)).picture
    with Image.open(media.path(f"{picture.folder}/{size}.webp")) as preview:
        assert preview.width == min(size, 700)


def test_the_same_file_twice_is_one_picture(door: Door, data_dir: Path) -> None:
    data = as_bytes(make_image())
    first = pictures.upload(door=door, file=make_upload(data, "a.png"))
    again = pictures.upload(door=door, file=make_upload(data, "b.png"))
    assert (first.created, again.created) == (True, False)
    assert first.picture == again.picture
    assert len(list(data_dir.glob("pictures/*/*"))) == 1


def test_another_project_keeps_its_own(door: Door, people: People) -> None:
    data = as_bytes(make_image())
    other = make_door(make_project(people.olga, "Other"), people.olga)
    first = pictures.upload(door=door, file=make_upload(data))
    assert pictures.upload(door=other, file=make_upload(data)).picture != first.picture


@pytest.mark.django_db(transaction=True)
def test_a_race_of_one_file_makes_one_picture(data_dir: Path) -> None:
    """Each upload finds no row at first; all but one find out only when they write theirs."""
    olga = make_user()
    door = make_door(make_project(olga), olga)
    data = as_bytes(make_image(400, 300))

    def send(_number: int) -> int:
        try:
            return pictures.upload(door=door, file=make_upload(data)).picture.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(send, range(4)))
    assert len(found) == Picture.objects.count() == 1
    assert len(list(data_dir.glob("pictures/*/*"))) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "not_a_picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, None),
        (b"GIF89a" + b"\0" * 50, "format_unsupported"),
        (as_bytes(make_image(50, 40), "JPEG")[:-200], None),
    ],
)
def test_a_refusal_is_clear_and_leaves_nothing(
    door: Door, data: bytes, code: str | None, data_dir: Path
) -> None:
    with pytest.raises(UploadRefused) as refused:
        pictures.upload(door=door, file=make_upload(data))
    assert code in {None, refused.value.code}
    assert len(refused.value.message) > 20
    assert "{" not in refused.value.message
    assert not Picture.objects.exists()
    assert leftovers(data_dir) == []


def test_too_many_pixels_are_refused_with_the_limit(door: Door, settings: Any) -> None:
    settings.MAX_MEGAPIXELS = 1
    with pytest.raises(UploadRefused, match="1"):
        pictures.upload(door=door, file=make_upload(as_bytes(Image.new("RGB", (1200, 1000)))))


def test_too_many_bytes_are_refused_with_the_limit(door: Door, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES, settings.MAX_UPLOAD_MB = 1000, 1
    with pytest.raises(UploadRefused) as refused:
        pictures.upload(door=door, file=make_upload())
    assert refused.value.code == "too_large"


def test_a_full_disk_is_said_before_anything_is_written(
    door: Door, settings: Any, data_dir: Path
) -> None:
    settings.MIN_FREE_BYTES = 2**62
    with pytest.raises(media.DiskFull):
        pictures.upload(door=door, file=make_upload())
    assert leftovers(data_dir) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\photos\\me.png", "me.png"),
        ("a\x00b\r\nc\u202e.png", "abc.png"),
        ("", "Untitled"),
        ("x" * 300, "x" * 200),
        ("🌊 é.png", "🌊 é.png"),
    ],
)
def test_names_are_text_and_never_paths(given: str, kept: str) -> None:
    assert pictures.clean_name(given) == kept


def test_what_was_converted_is_stated(door: Door) -> None:
    data = as_bytes(make_image().convert("CMYK"), "JPEG")
    uploaded = pictures.upload(door=door, file=make_upload(data, "print.jpg"))
    assert any("CMYK" in text for text in uploaded.notices)
    assert uploaded.picture.has_master


@pytest.mark.parametrize("what", ["archived", "deleted"])
def test_what_became_of_the_project_meanwhile_counts(door: Door, data_dir: Path, what: str) -> None:
    """Looking at a file takes a while; the door was opened before."""
    Project.objects.update(**{f"{what}_at": timezone.now()})
    with pytest.raises(PermissionDenied if what == "archived" else Http404):
        pictures.upload(door=door, file=make_upload())
    assert not Picture.objects.exists()
    assert leftovers(data_dir) == []


def test_a_renamed_picture_and_its_edits_are_found_by_the_new_name(people: People) -> None:
    picture = make_picture(people.project, people.olga)
    edit = make_edit_row(people.project, people.olga, picture, prompt="Brighter")
    pictures.rename(picture=picture, actor=people.olga, name="Pond 7")
    picture.refresh_from_db()
    edit.refresh_from_db()
    assert (picture.search, picture.name_key) == ("pond 7", "pond 0000000007")
    assert edit.search == "pond 7\nbrighter"
