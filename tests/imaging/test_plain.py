"""What can be handed on without being opened, told from its bytes."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from editor.imaging import container, metadata, plain
from tests.imaging.make import (
    PNG,
    make_chunk,
    make_cmyk_profile,
    make_exif,
    make_header,
    make_mutation,
    make_photo,
    make_picture,
    make_png,
    make_rgb_profile,
    make_scan_bomb,
)

SIZE = (40, 30)
CANARY = b"Canary 3000"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Canary 3000</x:xmpmeta>"


def as_bytes(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def said() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", "Canary 3000")
    info.add_text("Author", "Canary 3000", zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add(b"pHYs", struct.pack(">IIB", 7, 7, 1))
    info.add(b"caNa", CANARY)
    return info


def comment(text: bytes = b"Canary 3000") -> bytes:
    return b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text


def app(number: int, body: bytes) -> bytes:
    return bytes([0xFF, 0xE0 + number]) + struct.pack(">H", len(body) + 2) + body


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


EXIF, PROFILE = make_exif(gps=True), make_rgb_profile()
BARE = as_bytes(make_photo(size=SIZE), "JPEG")
TOLD_JPEG = as_bytes(
    make_photo(size=SIZE), "JPEG", exif=EXIF, icc_profile=PROFILE, xmp=XMP, comment=CANARY
)
TOLD_PNG = as_bytes(make_picture(size=SIZE), exif=EXIF, icc_profile=PROFILE, pnginfo=said())
PLAIN = {
    "bare jpeg": (BARE, "jpeg", "RGB"),
    "jpeg": (TOLD_JPEG, "jpeg", "RGB"),
    "progressive": (
        as_bytes(make_photo(size=SIZE), "JPEG", progressive=True, exif=EXIF),
        "jpeg",
        "RGB",
    ),
    "restarts": (
        as_bytes(make_photo(size=SIZE), "JPEG", restart_marker_blocks=1, subsampling=0),
        "jpeg",
        "RGB",
    ),
    "two pictures": (TOLD_JPEG + BARE, "jpeg", "RGB"),
    "preview inside": (with_segments(BARE, app(4, b"JPEG\0" + BARE)), "jpeg", "RGB"),
    "png": (TOLD_PNG, "png", "RGB"),
    "transparent": (as_bytes(make_picture("RGBA", SIZE), pnginfo=said()), "png", "RGBA"),
    "something behind": (TOLD_PNG + CANARY + BARE, "png", "RGB"),
}
ROWS = b"".join(b"\0" + bytes(120) for _row in range(30))
NOT_PLAIN = {
    "empty": b"",
    "text": b"a picture",
    "palette": as_bytes(make_photo(size=SIZE).quantize(16)),
    "grey": as_bytes(make_picture("L", SIZE)),
    "grey jpeg": as_bytes(make_photo("L", SIZE), "JPEG"),
    "cmyk": as_bytes(
        make_photo(size=SIZE).convert("CMYK"), "JPEG", icc_profile=make_cmyk_profile()
    ),
    "16 bits": as_bytes(Image.new("I;16", SIZE)),
    "webp": as_bytes(make_photo(size=SIZE), "WEBP"),
    "gif": as_bytes(make_photo(size=SIZE), "GIF"),
    "turned jpeg": as_bytes(make_photo(size=SIZE), "JPEG", exif=make_exif(orientation=6)),
    "turned png": as_bytes(make_picture(size=SIZE), exif=make_exif(orientation=3)),
    "clear colour": make_png(make_header(*SIZE), ROWS, before=make_chunk(b"tRNS", bytes(6))),
    "moving": as_bytes(
        make_picture(size=SIZE), save_all=True, append_images=[make_picture(size=SIZE, seed=2)]
    ),
    "wrong sum": TOLD_PNG[:20] + b"\1" + TOLD_PNG[21:],
    "cut png": TOLD_PNG[:-20],
    "cut jpeg": TOLD_JPEG[:-20],
    "no frame": b"\xff\xd8" + comment() + b"\xff\xd9",
    "half a size": make_png(make_header(*SIZE, bits=16), ROWS),
    "text that is exif": make_png(
        make_header(*SIZE), ROWS, before=make_chunk(b"tEXt", b"exif\0MM\0*")
    ),
}


def stripped(data: bytes, folder: Path) -> bytes | None:
    """What would be sent of a file, if it may be."""
    found = plain.examine(data)
    if found is None:
        return None
    (folder / "came").write_bytes(data)
    target = folder / "sent"
    target.unlink(missing_ok=True)
    plain.strip(folder / "came", found, target)
    return target.read_bytes()


def opened(data: bytes) -> Image.Image | None:
    """The picture, if it is whole."""
    with suppress(Exception), Image.open(BytesIO(data)) as image:
        image.load()
        return image.copy()
    return None


@pytest.mark.parametrize(("data", "kind", "mode"), PLAIN.values(), ids=PLAIN)
def test_plain_pictures_are_told_and_lose_all_but_their_pixels(
    data: bytes, kind: str, mode: str, tmp_path: Path
) -> None:
    found = plain.examine(data)
    assert found is not None
    assert (found.format, (found.width, found.height), found.mode) == (kind, SIZE, mode)
    sent = stripped(data, tmp_path)
    assert sent is not None
    with Image.open(BytesIO(sent)) as one, Image.open(BytesIO(data)) as other:
        assert one.tobytes() == other.tobytes()
        assert set(one.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"} | {
            "progressive",
            "progression",
        }
        assert getattr(one, "n_frames", 1) == 1
    for word in (b"Canary", b"Exif", b"GPS", b"ICC_PROFILE", b"iCCP", b"eXIf", b"MPF", b"adobe:"):
        assert word not in sent
    assert (tmp_path / "came").read_bytes() == data
    # Once more there is nothing to lose; then it is the same file, not a copy.
    again = plain.examine(sent)
    assert again is not None
    assert again.spans == ((0, len(sent)),)
    assert stripped(sent, tmp_path) == sent
    assert (tmp_path / "sent").stat().st_ino == (tmp_path / "came").stat().st_ino


@pytest.mark.parametrize("data", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_all_else_is_for_the_sandbox(data: bytes) -> None:
    assert plain.examine(data) is None


def test_each_chunk_that_makes_no_pixels_is_left_out(tmp_path: Path) -> None:
    sent = stripped(TOLD_PNG, tmp_path)
    assert sent
    names, at = [], len(PNG)
    while at < len(sent):
        (length,) = struct.unpack_from(">I", sent, at)
        names.append(sent[at + 4 : at + 8])
        at += 12 + length
    assert (names[0], set(names[1:-1]), names[-1]) == (b"IHDR", {b"IDAT"}, b"IEND")


def test_a_camera_that_notes_upright_is_plain() -> None:
    for order in (b"II*\0", b"MM\0*"):
        short = "<" if order[:1] == b"I" else ">"
        entry = struct.pack(short + "HHHIHxx", 1, 0x0112, 3, 1, 1)
        block = b"Exif\0\0" + order + struct.pack(short + "I", 8) + entry
        assert plain.examine(with_segments(BARE, app(1, block)))
        turned = block.replace(
            struct.pack(short + "HIH", 3, 1, 1), struct.pack(short + "HIH", 3, 1, 8)
        )
        assert turned != block
        assert plain.examine(with_segments(BARE, app(1, turned))) is None


@pytest.mark.parametrize(
    ("filler", "few", "many"),
    [
        (comment(b""), 9_000, container.MAX_MARKERS + 1),
        (app(5, b""), 9_000, container.MAX_MARKERS + 1),
        # Tables are kept, so there are as many pieces.
        (b"\xff\xdd\0\x04\0\0", 9_000, container.MAX_MARKERS + 1),
    ],
    ids=["comments", "notes", "tables"],
)
def test_a_file_of_nothing_but_markers_is_given_up(filler: bytes, few: int, many: int) -> None:
    assert plain.examine(with_segments(BARE, filler * few))
    assert plain.examine(with_segments(BARE, filler * many)) is None


def test_so_many_scans_and_no_more() -> None:
    assert plain.examine(make_scan_bomb(20))
    assert plain.examine(make_scan_bomb(container.MAX_SCANS + 1)) is None


def test_so_many_chunks_and_no_more() -> None:
    more = make_chunk(b"caNa") * container.MAX_CHUNKS
    assert plain.examine(make_png(make_header(*SIZE), ROWS, after=more)) is None


FILES = [*(data for data, _kind, _mode in PLAIN.values()), *NOT_PLAIN.values()]
HURT = st.builds(
    make_mutation, st.sampled_from([one for one in FILES if one]), st.integers(0, 10**6)
)
ANY = st.binary(max_size=400)
HEADED = st.builds(
    bytes.__add__, st.sampled_from([PNG, b"\xff\xd8", BARE[:-2], TOLD_PNG[:60]]), ANY
)
SEGMENTS = st.lists(
    st.one_of(
        st.builds(app, st.integers(0, 15), st.binary(max_size=60)),
        st.builds(app, st.just(1), st.builds(b"Exif\0\0MM\0*".__add__, st.binary(max_size=60))),
        st.builds(app, st.just(14), st.builds(b"Adobe".__add__, st.binary(max_size=9))),
        st.builds(comment, st.binary(max_size=60)),
    ),
    max_size=5,
)
LADEN = st.builds(lambda parts: with_segments(BARE, *parts), SEGMENTS)


@settings(max_examples=400)
@given(data=st.one_of(ANY, HEADED, HURT, LADEN))
@example(data=TOLD_JPEG + TOLD_JPEG)
def test_whatever_comes_is_no_plain_picture_or_the_same_without_its_words(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        found, sent = plain.examine(data), stripped(data, Path(folder))
    if found is None or sent is None:
        return
    before, after = opened(data), opened(sent)
    assert len(sent) <= len(data)
    if before is None:
        return
    assert after is not None
    assert before.size == after.size == (found.width, found.height)
    assert (before.mode, before.tobytes()) == (after.mode, after.tobytes())
    assert before.mode == found.mode
    assert metadata.orientation_of(metadata.exif_of(before)) == 1


def sized(width: int, height: int) -> bytes:
    """A PNG whose head names these sides; the rest is that of a small one."""
    data = as_bytes(Image.new("RGB", (2, 2)))
    head = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (2**31, 10), (2**32 - 1, 0)])
def test_a_picture_has_sides(size: tuple[int, int]) -> None:
    assert plain.examine(sized(2, 2))
    assert plain.examine(sized(*size)) is None


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


@pytest.mark.parametrize(
    "hidden",
    [
        segment(0xE0, b"JFXX\0\x10" + b"Canary thumbnail"),
        segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\1" + b"Canary"),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + b"Canary"),
        segment(0xEF, b"Canary"),
    ],
    ids=["JFXX", "JFIF with a thumbnail", "Adobe and more", "APP15"],
)
def test_no_segment_takes_anything_along(hidden: bytes, tmp_path: Path) -> None:
    data = with_segments(as_bytes(Image.new("RGB", (32, 24), "teal"), "JPEG"), hidden)
    sent = stripped(data, tmp_path)
    assert sent is not None
    assert b"Canary" not in sent
    assert opened(sent)


def test_a_segment_that_nobody_knows_is_not_plain() -> None:
    data = as_bytes(Image.new("RGB", (32, 24), "teal"), "JPEG")
    assert plain.examine(data)
    assert plain.examine(with_segments(data, segment(0xF0, b"Canary"))) is None
