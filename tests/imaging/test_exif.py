"""What of an original's EXIF goes along with an export, read back with Pillow and byte by byte."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from editor.imaging import exif, render
from tests.imaging.make import make_chunk, make_file, make_photo, make_rgb_profile

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.render import Format

KINDS = ["png", "jpeg", "webp", "avif"]
SIZE = (240, 160)
Tag, Gps = ExifTags.Base, ExifTags.GPS


def make_block(order: str = "<", *, thumbnail: bytes = b"") -> bytes:
    """EXIF as a camera writes it: turned, with maker notes, place and an embedded preview."""
    found = Image.Exif()
    found.endian = order
    found[Tag.Make], found[Tag.Model] = "Canary Works", "Canary 3000"
    found[Tag.Orientation] = 6
    found[Tag.Software] = "Firmware 1.2"
    found[Tag.Artist], found[Tag.Copyright] = "Olga", "(c) Olga"
    found[Tag.ImageWidth], found[Tag.ImageLength] = 4000, 3000
    shot = found.get_ifd(ExifTags.IFD.Exif)
    shot[Tag.DateTimeOriginal] = "2026:05:01 12:00:00"
    shot[Tag.ExposureTime] = 0.004
    shot[Tag.ISOSpeedRatings] = 400
    shot[Tag.ExifImageWidth], shot[Tag.ExifImageHeight] = 4000, 3000
    shot[Tag.MakerNote] = b"Secret maker note" * 10
    shot[Tag.ImageUniqueID] = "0123456789abcdef" * 2
    place = found.get_ifd(ExifTags.IFD.GPSInfo)
    place[Gps.GPSLatitudeRef], place[Gps.GPSLatitude] = "N", (48.0, 8.0, 15.5)
    block = found.tobytes()
    return with_thumbnail(block, order, thumbnail) if thumbnail else block


def with_thumbnail(block: bytes, order: str, picture: bytes) -> bytes:
    """The block with a second directory that points at an embedded JPEG (TIFF tags 0x0201, 0x0202)."""
    data = bytearray(block.removeprefix(exif.PREFIX))
    (top,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, top)
    at = len(data)
    struct.pack_into(order + "I", data, top + 2 + 12 * count, at)
    entries = [(0x0201, 4, 1, at + 30), (0x0202, 4, 1, len(picture))]
    data += struct.pack(order + "H", len(entries))
    data += b"".join(struct.pack(order + "HHII", *entry) for entry in entries) + bytes(4)
    return exif.PREFIX + bytes(data) + picture


def make_original(folder: Path, kind: str = "JPEG", block: bytes | None = None) -> Path:
    found = make_block() if block is None else block
    return make_file(folder / "original", make_photo(size=SIZE), kind, exif=found)


def exported(folder: Path, original: Path, kind: Format, *, place: bool, **options: Any) -> Path:
    out = folder / f"out.{kind}"
    render.export(
        recipe={"base": str(original), "icc": None, "patches": []},
        out=str(out),
        format=kind,
        exif_of={"file": str(original), "place": place},
        **options,
    )
    return out


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", KINDS)
def test_camera_data_goes_along_upright_and_in_the_new_size(
    tmp_path: Path, kind: Format, order: str
) -> None:
    original = make_original(tmp_path, block=make_block(order))
    with Image.open(exported(tmp_path, original, kind, place=False, max_side=120)) as image:
        assert (image.format, image.size) == (kind.upper(), (80, 120))
        found = image.getexif()
    assert (found[Tag.Model], found[Tag.Artist], found[Tag.Copyright]) == (
        "Canary 3000",
        "Olga",
        "(c) Olga",
    )
    assert found.get(Tag.Orientation, 1) == 1
    assert found[Tag.Software] == "Pentimento"
    shot = found.get_ifd(ExifTags.IFD.Exif)
    assert (shot[Tag.ExifImageWidth], shot[Tag.ExifImageHeight]) == (80, 120)
    assert shot[Tag.DateTimeOriginal] == "2026:05:01 12:00:00"
    assert (float(shot[Tag.ExposureTime]), shot[Tag.ISOSpeedRatings]) == (0.004, 400)
    assert not {Tag.ImageWidth, Tag.ImageLength, Tag.Orientation} & found.keys()
    assert not {Tag.MakerNote, Tag.ImageUniqueID} & shot.keys()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [False, True])
def test_the_place_goes_along_only_when_it_is_wanted(
    tmp_path: Path, kind: Format, place: bool
) -> None:
    out = exported(tmp_path, make_original(tmp_path), kind, place=place)
    with Image.open(out) as image:
        found = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    if place:
        assert (found[Gps.GPSLatitudeRef], found[Gps.GPSLatitude]) == ("N", (48.0, 8.0, 15.5))
    else:
        assert found == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["<", ">"])
def test_neither_the_embedded_preview_nor_maker_notes_nor_other_blocks_go_along(
    tmp_path: Path, kind: Format, order: str
) -> None:
    preview = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(preview, "JPEG", comment=b"Unedited preview")
    block = make_block(order, thumbnail=preview.getvalue())
    original = make_file(
        tmp_path / "original",
        make_photo(size=SIZE),
        "JPEG",
        exif=block,
        xmp=b"<x:xmpmeta>Secret place</x:xmpmeta>",
        comment=b"Secret comment",
    )
    assert b"Unedited preview" in original.read_bytes()
    data = exported(tmp_path, original, kind, place=True).read_bytes()
    assert b"Canary 3000" in data
    for secret in (b"Unedited preview", b"Secret", b"0123456789abcdef"):
        assert secret not in data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_it_is_read_from_every_format(tmp_path: Path, kind: str) -> None:
    with Image.open(exported(tmp_path, make_original(tmp_path, kind), "jpeg", place=True)) as image:
        assert image.getexif()[Tag.Model] == "Canary 3000"


def test_exif_behind_the_pixels_of_a_png_is_found(tmp_path: Path) -> None:
    original = make_file(tmp_path / "a", make_photo())
    data = original.read_bytes()
    block = make_chunk(b"eXIf", make_block().removeprefix(exif.PREFIX))
    original.write_bytes(data[:-12] + block + data[-12:])
    with Image.open(exported(tmp_path, original, "png", place=False)) as image:
        image.load()
        assert image.getexif()[Tag.Model] == "Canary 3000"


@pytest.mark.parametrize("kind", KINDS)
def test_the_profile_goes_along_too(tmp_path: Path, kind: Format) -> None:
    icc = tmp_path / "icc.bin"
    icc.write_bytes(make_rgb_profile())
    original = make_original(tmp_path)
    out = tmp_path / "out"
    render.export(
        recipe={"base": str(original), "icc": str(icc), "patches": []},
        out=str(out),
        format=kind,
        exif_of={"file": str(original), "place": False},
    )
    with Image.open(out) as image:
        assert image.info["icc_profile"] == make_rgb_profile()
        assert image.getexif()[Tag.Model] == "Canary 3000"


@pytest.mark.parametrize("kind", KINDS)
def test_an_original_without_exif_gives_a_file_without(tmp_path: Path, kind: Format) -> None:
    original = make_file(tmp_path / "original", make_photo())
    with Image.open(exported(tmp_path, original, kind, place=True)) as image:
        assert not dict(image.getexif())


def test_the_original_may_be_unreadable_by_now(tmp_path: Path) -> None:
    base = make_file(tmp_path / "base", make_photo())
    heic = tmp_path / "original"
    heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(100))
    out = tmp_path / "out"
    render.export(
        recipe={"base": str(base), "icc": None, "patches": []},
        out=str(out),
        format="jpeg",
        exif_of={"file": str(heic), "place": True},
    )
    with Image.open(out) as image:
        assert not dict(image.getexif())


def test_a_block_too_long_for_a_jpeg_gives_up_its_longest_values() -> None:
    found = Image.Exif()
    found[Tag.Model] = "Canary 3000"
    for tag in range(0x9C9B, 0x9CA0):
        found[tag] = bytes(8000)
    shot = found.get_ifd(ExifTags.IFD.Exif)
    for tag in (0x9286, 0x9290, 0x9291, 0x9292):
        shot[tag] = bytes(8000)
    assert len(found.tobytes()) > 65_535
    made = exif.rewritten(found.tobytes(), SIZE, with_place=False)
    assert made is not None
    assert len(made) <= exif.MAX_BLOCK + 100
    read = Image.Exif()
    read.load(made)
    assert read[Tag.Model] == "Canary 3000"


@given(st.data())
def test_no_block_however_broken_is_more_than_dropped(data: st.DataObject) -> None:
    good = make_block().removeprefix(exif.PREFIX)
    hurt = bytearray(good)
    for at in data.draw(st.lists(st.integers(4, len(good) - 1), max_size=12)):
        hurt[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(good)))
    made = exif.rewritten(bytes(hurt[:cut]), SIZE, with_place=True)
    assert made is None or len(made) <= exif.MAX_BLOCK + 100
    if made is not None:
        read = Image.Exif()
        read.load(made)
        shot = read.get_ifd(ExifTags.IFD.Exif)
        assert (shot[Tag.ExifImageWidth], shot[Tag.ExifImageHeight]) == SIZE
        assert not {Tag.MakerNote} & shot.keys()


@given(st.binary(max_size=300))
def test_what_is_no_exif_is_none(data: bytes) -> None:
    if data[:4] not in exif.ORDERS:
        assert exif.rewritten(data, SIZE, with_place=True) is None


@pytest.mark.parametrize("kind", KINDS)
def test_another_program_finds_no_fault(tmp_path: Path, kind: Format) -> None:
    """exiftool where it is installed; elsewhere the directories themselves are looked at."""
    out = exported(tmp_path, make_original(tmp_path), kind, place=True)
    if program := shutil.which("exiftool"):
        said = subprocess.run(
            [program, "-validate", "-warning", "-a", out], check=True, capture_output=True
        )
        assert b"Warning" not in said.stdout
    block = exif.block(out)
    assert block is not None
    data = block.removeprefix(exif.PREFIX)
    top = exif.read(data, 8, "<")
    assert list(top) == sorted(top)
    assert list(exif.below(data, top, exif.GPS_AT, "<")) == [Gps.GPSLatitudeRef, Gps.GPSLatitude]
