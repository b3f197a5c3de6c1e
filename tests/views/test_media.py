from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops, ImageCms

from editor.services import pictures
from tests.making import as_bytes, make_door, make_image, make_picture, make_upload, read_stream

if TYPE_CHECKING:
    from django.http import StreamingHttpResponse

    from editor.models import Picture
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


@pytest.mark.parametrize(("wanted", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
def test_other_formats(people: People, picture: Picture, wanted: str, kind: str) -> None:
    with Image.open(
        io.BytesIO(read_stream(get(people, picture, "download", format=wanted)))
    ) as found:
        assert (found.format, found.size) == (kind, (48, 64))


def test_an_unknown_format_is_refused(people: People, picture: Picture) -> None:
    assert get(people, picture, "download", format="gif").status_code == 422


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
