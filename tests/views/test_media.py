from __future__ import annotations

import base64
import hashlib
import io
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops, ImageCms

from editor.services import pictures, renders
from tests.imaging.make import make_bomb_1_bit
from tests.layers import make_chain
from tests.making import (
    as_bytes,
    make_attempt_row,
    make_door,
    make_edit,
    make_edit_row,
    make_image,
    make_picture,
    make_rows,
    make_upload,
    read_stream,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import StreamingHttpResponse

    from editor.models import Edit, Picture
    from tests.conftest import People


def get(people: People, picture: Picture, name: str, **query: str) -> StreamingHttpResponse:
    client = Client()
    client.force_login(people.olga)
    args: list[object] = [people.project.slug, picture.public_id]
    if name == "preview":
        args.append(320)
    return client.get(reverse(name, args=args), query)  # type: ignore[return-value]


@cache
def photo_with_metadata() -> bytes:
    """A JPEG that says where it was taken and carries a profile and a comment."""
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return as_bytes(
        make_image(64, 48), "JPEG", exif=exif, icc_profile=profile, comment="<script>", quality=95
    )


@pytest.fixture
def picture(people: People) -> Picture:
    door = make_door(people.project, people.olga)
    upload = make_upload(photo_with_metadata(), "holiday.jpg", "image/jpeg")
    return pictures.upload(door=door, file=upload).picture


def test_the_download_is_lossless_upright_and_says_nothing(
    people: People, picture: Picture
) -> None:
    response = get(people, picture, "download")
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'attachment; filename="holiday.png"'
    data = read_stream(response)
    assert b"Secret" not in data
    assert b"script" not in data
    with (
        Image.open(io.BytesIO(data)) as found,
        Image.open(io.BytesIO(photo_with_metadata())) as old,
    ):
        upright = old.transpose(Image.Transpose.ROTATE_270)
        assert found.size == (48, 64)
        assert ImageChops.difference(found, upright).getbbox() is None
        assert found.info["icc_profile"] == old.info["icc_profile"]
        assert not found.getexif()


@pytest.mark.parametrize(
    ("wanted", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG"), ("avif", "AVIF")]
)
def test_other_formats(people: People, picture: Picture, wanted: str, kind: str) -> None:
    with Image.open(
        io.BytesIO(read_stream(get(people, picture, "download", format=wanted)))
    ) as found:
        assert (found.format, found.size) == (kind, (48, 64))


@pytest.mark.parametrize(
    ("query", "size", "name"),
    [
        ({"size": ""}, (48, 64), "holiday.png"),
        ({"size": "32"}, (24, 32), "holiday 24x32.png"),
        ({"size": "own", "side": "33"}, (25, 33), "holiday 25x33.png"),
        ({"size": "own", "side": "1"}, (1, 1), "holiday 1x1.png"),
        ({"size": "4096"}, (48, 64), "holiday.png"),
        ({"size": "percent", "percent": "50"}, (24, 32), "holiday 24x32.png"),
        ({"size": "percent", "percent": "100"}, (48, 64), "holiday.png"),
        ({"size": "percent", "percent": "1"}, (1, 1), "holiday 1x1.png"),
        ({"size": "", "percent": "10"}, (48, 64), "holiday.png"),
        # A figure left over from a choice that was taken back.
        ({"size": "", "side": "10"}, (48, 64), "holiday.png"),
    ],
)
def test_a_chosen_size_is_kept_to_and_told_by_the_name(
    people: People, picture: Picture, query: dict[str, str], size: tuple[int, int], name: str
) -> None:
    response = get(people, picture, "download", **query)
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    with Image.open(io.BytesIO(read_stream(response))) as found:
        assert found.size == size


def test_quality_makes_a_difference_and_is_part_of_the_cached_name(
    people: People, picture: Picture, data_dir: Path
) -> None:
    sizes = [
        len(read_stream(get(people, picture, "download", format="jpeg", quality=quality)))
        for quality in ("10", "", "95", "10")
    ]
    assert sizes[0] == sizes[3] < sizes[1] == sizes[2]
    assert len(list((data_dir / "renders").glob("*.jpg"))) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"format": "gif"},
        {"size": "huge"},
        {"size": "own"},
        {"size": "own", "side": "0"},
        {"size": "own", "side": "12.5"},
        {"size": "own", "side": "1000000000"},
        {"size": "percent"},
        {"size": "percent", "percent": "0"},
        {"size": "percent", "percent": "101"},
        {"size": "percent", "percent": "1.5"},
        {"quality": "0"},
        {"quality": "101"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_words(
    people: People, picture: Picture, query: dict[str, str]
) -> None:
    response = get(people, picture, "download", **query)
    assert response.status_code == 422
    assert getattr(response, "content", b"").endswith(b".")


def exif_of(response: StreamingHttpResponse) -> Image.Exif:
    with Image.open(io.BytesIO(read_stream(response))) as found:
        return found.getexif()


@pytest.mark.parametrize("wanted", ["png", "jpeg", "webp", "avif"])
def test_camera_data_goes_along_when_it_is_wanted_and_the_place_when_that_is_too(
    people: People, picture: Picture, wanted: str
) -> None:
    for query, has_exif, has_place in (
        ({}, False, False),
        # The place alone is nothing that the form can ask for.
        ({"place": "1"}, False, False),
        ({"exif": "1"}, True, False),
        ({"exif": "1", "place": "1"}, True, True),
    ):
        found = exif_of(get(people, picture, "download", format=wanted, **query))
        assert (found.get(0x010F) == "Secret Camera") == has_exif
        assert bool(found.get_ifd(0x8825)) == has_place
        assert found.get(0x0112, 1) == 1


def test_a_result_keeps_what_the_camera_wrote_into_the_original(
    people: People, picture: Picture
) -> None:
    result = make_chain(picture, people.olga, 2)[-1]
    found = exif_of(get(people, result, "download", format="jpeg", exif="1"))
    assert found[0x010F] == "Secret Camera"
    assert not found.get_ifd(0x8825)


@pytest.mark.parametrize(
    ("user", "status"),
    [("olga", 200), ("emil", 200), ("rita", 403), ("vito", 403), ("sam", 404)],
)
def test_camera_data_is_for_those_who_may_have_the_original(
    people: People, picture: Picture, user: str, status: int
) -> None:
    """Also when the file is made already: the cache is asked after the door."""
    exif_of(get(people, picture, "download", exif="1", place="1"))
    client = Client()
    client.force_login(getattr(people, user))
    path = reverse("download", args=[people.project.slug, picture.public_id])
    assert client.get(path, {"exif": "1"}).status_code == status
    assert client.get(path, {"exif": "1", "place": "1"}).status_code == status


def test_what_is_transparent_stands_on_white_in_a_jpeg(people: People) -> None:
    clear = as_bytes(Image.new("RGBA", (20, 10), (200, 0, 0, 0)))
    picture = make_picture(people.project, people.olga, clear)
    data = read_stream(get(people, picture, "download", format="jpeg"))
    with Image.open(io.BytesIO(data)) as found:
        assert found.getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Version 1.2", "Version 1.2.png"),
        ("pond.JPEG", "pond.png"),
        (".jpg", ".jpg.png"),
        ("a/b\\c", "a/b\\c.png"),
    ],
)
def test_only_the_ending_of_a_picture_file_is_replaced(
    people: People, picture: Picture, name: str, expected: str
) -> None:
    picture.name = name
    picture.save()
    assert renders.file_name(picture, "png", None) == expected
    assert get(people, picture, "download")["Content-Disposition"].startswith("attachment")


def test_the_mask_of_an_edit_is_the_file_that_is_kept(people: People, picture: Picture) -> None:
    edit = make_edit(people.project, people.olga, picture, box=(8, 9, 24, 30))
    assert edit.mask
    client = Client()
    client.force_login(people.vito)
    response = client.get(reverse("edit_mask", args=[people.project.slug, edit.public_id]))
    data = read_stream(response)
    assert hashlib.sha256(data).hexdigest() == edit.mask.sha256
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in response["Cache-Control"]
    with Image.open(io.BytesIO(data)) as found:
        assert (found.mode, found.size) == ("L", (16, 21))


def test_an_edit_of_the_whole_picture_has_no_mask(people: People, picture: Picture) -> None:
    edit = make_edit(people.project, people.olga, picture, box=None)
    client = Client()
    client.force_login(people.olga)
    path = reverse("edit_mask", args=[people.project.slug, edit.public_id])
    assert client.get(path).status_code == 404


def test_the_original_comes_back_to_the_byte(people: People, picture: Picture) -> None:
    response = get(people, picture, "original")
    assert read_stream(response) == photo_with_metadata()
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["preview", "full", "download", "original"])
def test_pictures_can_do_nothing_in_a_browser(people: People, picture: Picture, name: str) -> None:
    response = get(people, picture, name)
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Content-Type"].startswith("image/")
    read_stream(response)


@pytest.mark.parametrize("name", ["preview", "full"])
def test_what_is_shown_carries_no_metadata(people: People, picture: Picture, name: str) -> None:
    with Image.open(io.BytesIO(read_stream(get(people, picture, name)))) as found:
        assert not found.getexif()
        assert "icc_profile" not in found.info
    assert get(people, picture, name)["Cache-Control"].startswith("private")


def test_an_unknown_preview_size_is_not_found(people: People, picture: Picture) -> None:
    client = Client()
    client.force_login(people.olga)
    path = reverse("preview", args=[people.project.slug, picture.public_id, 999])
    assert client.get(path).status_code == 404


def test_a_transparent_picture_stays_so_on_screen(people: People) -> None:
    picture = make_picture(people.project, people.olga, as_bytes(make_image(20, 10, "RGBA")))
    response = get(people, picture, "full")
    assert response["Content-Type"] == "image/webp"
    with Image.open(io.BytesIO(read_stream(response))) as found:
        assert found.mode == "RGBA"


def test_a_format_that_cannot_hold_the_picture_is_refused_with_the_limit(people: People) -> None:
    picture = make_picture(people.project, people.olga, as_bytes(make_image(16_384, 2)))
    response = get(people, picture, "download", format="webp")
    assert response.status_code == 422
    assert b"16383 pixels" in getattr(response, "content", b"")


@pytest.mark.parametrize("name", ["download", "full"])
def test_a_full_disk_is_told_and_what_is_made_already_still_comes(
    people: People, picture: Picture, settings: Any, name: str
) -> None:
    settings.MIN_FREE_BYTES = 2**62
    refused = get(people, picture, name)
    assert refused.status_code == 507
    assert b"disk is full" in getattr(refused, "content", b"")
    settings.MIN_FREE_BYTES = 0
    assert get(people, picture, name).status_code == 200
    settings.MIN_FREE_BYTES = 2**62
    assert get(people, picture, name).status_code == 200


def partial(people: People, edit: Edit, user: str = "vito") -> StreamingHttpResponse:
    client = Client()
    client.force_login(getattr(people, user))
    path = reverse("edit_partial", args=[people.project.slug, edit.public_id])
    return client.get(path)  # type: ignore[return-value]


@pytest.fixture
def edit(people: People) -> Edit:
    (row,) = make_rows(people.project, people.olga, 1)
    return make_edit_row(people.project, people.olga, row, state="awaiting")


@cache
def unfinished(kind: str = "PNG") -> bytes:
    """A preview larger than any that is shown; made when a test asks for it."""
    return as_bytes(make_image(1600, 800), kind)


def in_text() -> str:
    return base64.b64encode(unfinished()).decode()


@pytest.mark.parametrize(
    "make",
    [
        unfinished,
        lambda: base64.encodebytes(unfinished()),
        lambda: f"data:image/png;base64,{in_text()}".encode(),
        lambda: json.dumps({"type": "partial_image", "b64_json": in_text()}).encode(),
        lambda: unfinished("JPEG"),
        lambda: unfinished("WEBP"),
    ],
    ids=["png", "base64", "data-url", "event", "jpeg", "webp"],
)
def test_an_unfinished_preview_is_made_small_and_safe(
    people: People, edit: Edit, make: Callable[[], bytes]
) -> None:
    make_attempt_row(edit, partial=make())
    response = partial(people, edit)
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "private" in response["Cache-Control"]
    with Image.open(io.BytesIO(read_stream(response))) as image:
        assert (image.format, image.size) == ("WEBP", (1280, 640))


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<script>",
        as_bytes(make_image(), "GIF"),
        b'{"b64_json": 7}',
        b'{"b64_json": "' + base64.b64encode(b"GIF89a") + b'"}',
        b"[" * 100_000,
        b"{" * 100_000,
        make_bomb_1_bit,
        as_bytes(make_image())[:200],
        b" ",
    ],
    ids=["svg", "html", "gif", "number", "gif64", "deep", "deeper", "bomb", "cut", "blank"],
)
def test_what_is_no_preview_is_not_there(
    people: People, edit: Edit, data: bytes | Callable[[], bytes]
) -> None:
    make_attempt_row(edit, partial=data() if callable(data) else data)
    assert partial(people, edit).status_code == 404


def test_the_newest_preview_is_the_one(people: People, edit: Edit) -> None:
    assert partial(people, edit).status_code == 404
    make_attempt_row(edit, partial=as_bytes(make_image(80, 60)))
    make_attempt_row(edit, partial=as_bytes(make_image(60, 80)))
    with Image.open(io.BytesIO(read_stream(partial(people, edit)))) as image:
        assert image.size == (60, 80)


def test_a_preview_lies_in_the_spool_or_nowhere(people: People, edit: Edit, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes(unfinished())
    make_attempt_row(edit, partial_file="../elsewhere.png")
    assert partial(people, edit).status_code == 404


def test_a_preview_is_opened_once(people: People, edit: Edit, settings: Any) -> None:
    attempt = make_attempt_row(edit, partial=unfinished())
    first = read_stream(partial(people, edit))
    (kept,) = settings.RENDERS_DIR.glob("*.webp")
    kept.write_bytes(b"as it was kept")
    assert read_stream(partial(people, edit)) == b"as it was kept" != first
    (settings.SPOOL_DIR / attempt.partial_file).unlink()
    assert partial(people, edit).status_code == 404
