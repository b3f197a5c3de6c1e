"""Many pictures as one ZIP."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from PIL import Image

from editor.models import Picture
from editor.services import exports, media
from tests.making import as_bytes, make_edit_row, make_image, make_picture, make_row

if TYPE_CHECKING:
    from tests.conftest import People


def opened(pictures: list[Picture], *, originals: bool = False) -> zipfile.ZipFile:
    body = b"".join(exports.archive(pictures, originals=originals))
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    return archive


def make_jpeg(people: People, seed: int) -> Picture:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    body = as_bytes(make_image(seed=seed), "JPEG", exif=exif)
    return make_picture(people.project, people.olga, body)


def test_pictures_are_png_with_their_own_pixels_and_nothing_else(people: People) -> None:
    pictures = [make_jpeg(people, seed) for seed in (1, 2)]
    with opened(pictures) as archive:
        assert archive.namelist() == ["photo.png", "photo (2).png"]
        for picture, name in zip(pictures, archive.namelist(), strict=True):
            body = archive.read(name)
            assert b"secret" not in body
            shown = Image.open(io.BytesIO(body))
            source = Image.open(media.path(picture.original_file))
            assert shown.tobytes() == source.tobytes()


def test_originals_are_the_bytes_that_came(people: People) -> None:
    picture = make_jpeg(people, 3)
    with opened([picture], originals=True) as archive:
        assert archive.namelist() == ["photo.jpg"]
        assert archive.read("photo.jpg") == media.path(picture.original_file).read_bytes()


def test_a_broken_picture_does_not_spoil_the_rest(people: People) -> None:
    good = make_jpeg(people, 4)
    lost = make_row(people.project, people.olga, "lost é.jpg")
    last = make_jpeg(people, 5)
    for originals in (False, True):
        with opened([good, lost, last], originals=originals) as archive:
            *pictures, note = archive.namelist()
            assert len(pictures) == 2
            assert note == "Missing pictures.txt"
            assert "lost é.jpg" in archive.read(note).decode()


def test_a_picture_purged_meanwhile_does_not_spoil_the_rest(people: People) -> None:
    original = make_picture(people.project, people.olga)
    edit = make_edit_row(people.project, people.olga, original)
    orphan = Picture(
        project=people.project, kind="patch", name="gone.png", parent_id=0, root_id=0,
        edit=edit, width=8, height=8, mode="RGB", folder="xx/none",
    )  # fmt: skip
    with opened([orphan, original]) as archive:
        assert archive.namelist() == ["photo.png", "Missing pictures.txt"]


def test_it_is_made_while_it_is_read(people: People, settings: Any) -> None:
    """Nothing is rendered before somebody asks for it, and one at a time."""
    pictures = [make_jpeg(people, seed) for seed in (6, 7, 8)]
    parts = exports.archive(pictures, originals=False)
    assert list(settings.RENDERS_DIR.iterdir()) == []
    next(parts)
    assert len(list(settings.RENDERS_DIR.glob("*.png"))) == 1
    parts.close()


def test_nothing_readable_is_an_archive_that_says_so(people: People) -> None:
    with opened([make_row(people.project, people.olga, "lost")]) as archive:
        assert archive.namelist() == ["Missing pictures.txt"]
