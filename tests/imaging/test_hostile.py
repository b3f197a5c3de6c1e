"""Files made to hurt; each through the sandbox, as in real life."""

from __future__ import annotations

import zlib
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from editor.imaging.intake import INTAKE_LIMITS
from editor.imaging.sandbox.client import JobCrashed, JobRejected, Sandbox
from tests.imaging.make import (
    PNG,
    make_bomb_1_bit,
    make_chunk,
    make_header,
    make_mutation,
    make_photo,
    make_picture,
    make_png,
    make_scan_bomb,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PIL import Image

    from editor.imaging.sandbox.wire import JSON

MAX_PIXELS = 80_000_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(preload=["editor.imaging.intake"], limits=INTAKE_LIMITS, slots=2)
    yield box
    box.close()


def offer(sandbox: Sandbox, folder: Path, data: bytes) -> dict[str, JSON] | str:
    """The facts, or the code of the refusal; any other end fails the test."""
    (folder / "source").write_bytes(data)
    (folder / "out").mkdir(exist_ok=True)
    try:
        return sandbox.call(
            "editor.imaging.intake:inspect",
            source=str(folder / "source"),
            out_dir=str(folder / "out"),
            max_pixels=MAX_PIXELS,
        )
    except JobRejected as refusal:
        assert not list((folder / "out").iterdir())
        return refusal.code


def encoded(kind: str, image: Image.Image | None = None) -> bytes:
    buffer = BytesIO()
    (image or make_photo()).save(buffer, kind)
    return buffer.getvalue()


def with_chunk(chunk: bytes) -> bytes:
    return make_png(make_header(1, 1, 8, 0), b"\0\0", before=chunk)


def with_much_text(kind: bytes) -> bytes:
    return with_chunk(make_chunk(kind, b"k\0\0" + zlib.compress(bytes(64 << 20))))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (make_bomb_1_bit, "too_many_pixels"),
        (make_png(make_header(2**31 - 1, 2**31 - 1), b"\0"), "too_many_pixels"),
        (make_png(make_header(8001, 10_000, 8, 0), b"\0"), "too_many_pixels"),
        (make_scan_bomb(101), "too_many_scans"),
        (make_scan_bomb(10_000), "too_many_scans"),
        (b"\xff\xd8\xff\xe0\0\x02" + b"\xff\x01" * 500_000, "damaged"),
        (PNG + make_header(1, 1, 8, 0) + make_chunk(b"tEXt") * 300_000, "damaged"),
        (partial(with_much_text, b"zTXt"), "damaged"),
        (partial(with_much_text, b"iCCP"), "damaged"),
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "not_a_picture"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format_unsupported"),
        (b"%PDF-1.7\n", "format_unsupported"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_a_picture"),
        (encoded("GIF"), "format_unsupported"),
        (encoded("BMP"), "format_unsupported"),
        (encoded("TIFF"), "format_unsupported"),
        (encoded("JPEG2000"), "format_unsupported"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "format_unsupported"),
        (b"\xff\xd8\xff", "damaged"),
        (PNG, "truncated"),
        (PNG + make_chunk(b"IEND"), "damaged"),
        (b"RIFF\x04\0\0\0WEBP", "damaged"),
        (make_png(make_header(0, 5), b"\0"), "damaged"),
        (make_png(make_header(5, 5), b"\0"), "truncated"),
    ],
)  # fmt: skip
def test_bombs_and_strangers_are_refused(
    sandbox: Sandbox, tmp_path: Path, data: bytes | Callable[[], bytes], code: str
) -> None:
    assert offer(sandbox, tmp_path, data() if callable(data) else data) == code


@pytest.mark.parametrize("percent", range(10, 100, 10))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_cut_files_are_refused(sandbox: Sandbox, tmp_path: Path, kind: str, percent: int) -> None:
    whole = encoded(kind, make_picture(size=(120, 90)))
    cut = whole[: len(whole) * percent // 100]
    assert offer(sandbox, tmp_path, cut) in {"truncated", "damaged"}


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"quality": 20}])
def test_a_large_jpeg_cut_near_its_end_is_refused(
    sandbox: Sandbox, tmp_path: Path, options: dict[str, int]
) -> None:
    buffer = BytesIO()
    make_picture(size=(3000, 2000)).save(buffer, "JPEG", **options)
    whole = buffer.getvalue()
    assert isinstance(offer(sandbox, tmp_path, whole), dict)
    (tmp_path / "again").mkdir()
    assert offer(sandbox, tmp_path / "again", whole[: -len(whole) // 100]) == "truncated"


def test_a_png_without_its_last_chunk_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    assert offer(sandbox, tmp_path, encoded("PNG")[:-12]) == "truncated"


def test_a_png_with_one_wrong_bit_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    data = bytearray(encoded("PNG", make_picture()))
    data[len(data) // 2] ^= 1
    assert offer(sandbox, tmp_path, bytes(data)) == "damaged"


def test_what_hangs_behind_a_picture_goes_nowhere(sandbox: Sandbox, tmp_path: Path) -> None:
    data = encoded("PNG", make_photo().quantize(8)) + b"<script>canary</script>"
    facts = offer(sandbox, tmp_path, data)
    assert isinstance(facts, dict)
    assert facts["master"] == "master.png"
    for path in (tmp_path / "out").iterdir():
        assert b"canary" not in path.read_bytes()


def test_100_scans_are_still_taken(sandbox: Sandbox, tmp_path: Path) -> None:
    few = make_scan_bomb(1).count(b"\xff\xda")
    assert isinstance(offer(sandbox, tmp_path, make_scan_bomb(101 - few)), dict)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_hundred_mutations_end_in_facts_or_refusals(
    sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    image = make_photo("RGB").resize((90, 60))
    image.paste(make_picture(size=(45, 30)))
    whole = encoded(kind, image)
    ends: set[str] = set()
    for seed in range(100):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            answer = offer(sandbox, folder, make_mutation(whole, seed))
        except JobCrashed as crash:
            answer = crash.kind
        ends.add("taken" if isinstance(answer, dict) else answer)
    # A decoder that dies or a defect of ours would be "signal" or "exception".
    assert ends <= {"taken", "truncated", "damaged", "too_many_pixels", "not_a_picture", "animated",
                    "memory"}  # fmt: skip
    assert "damaged" in ends
