"""Which files are carried, what of them leaves, and what becomes of those that turn out broken."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from editor.models import Edit, Mask
from editor.services import media
from tests.api.lodged import Looker, all_done, asked, strays, the_edit
from tests.api.studio import Painter, connect, painted, picture, within
from tests.imaging.make import make_exif, make_rgb_profile
from tests.making import as_bytes, make_image
from tests.pipeline.paid_engine import ESTIMATE
from tests.pipeline.test_paid import sums

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.calling import Caller, Came
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
PHOTO = make_image(80, 60)
TURNED = as_bytes(make_image(60, 80), "JPEG", exif=make_exif(orientation=6))
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Canary</x:xmpmeta>"
PAGES = ("gallery", "version", "canvas", "original", "preview", "full")
SHOWN = dict.fromkeys(PAGES, 200) | {"edit_mask": 404}
CANARIES = (b"Canary", b"Exif", b"GPS", b"ICC", b"sRGB", b"xmp", b"MPF", b"iCCP", b"eXIf", b"tEXt")


def photo(**how: Any) -> bytes:
    """A JPEG that tells a lot, with a second picture behind it."""
    exif = make_exif(gps=True)
    told: dict[str, Any] = {
        "exif": exif,
        "icc_profile": make_rgb_profile(),
        "xmp": XMP,
        "comment": b"Canary",
    }
    second = as_bytes(make_image(80, 60, seed=5), "JPEG", exif=exif)
    return as_bytes(PHOTO, "JPEG", quality=90, **told, **how) + second


def drawing() -> bytes:
    """A PNG that tells a lot, also behind its end."""
    said = PngInfo()
    said.add_text("Comment", "Canary")
    said.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=False)
    told: dict[str, Any] = {
        "exif": make_exif(gps=True),
        "icc_profile": make_rgb_profile(),
        "pnginfo": said,
    }
    return as_bytes(PHOTO, **told) + b"Canary"


def albums() -> bytes:
    buffer = io.BytesIO()
    other = make_image(80, 60, seed=3)
    PHOTO.save(buffer, "MPO", save_all=True, append_images=[other], exif=make_exif(gps=True))
    return buffer.getvalue()


def landed(caller: Caller, body: tuple[bytes, str], engine: Painter) -> Came:
    async def script() -> Came:
        came = await caller.edit(body)
        await all_done()
        return came

    return within(script, engine)


@pytest.mark.parametrize(
    "image",
    [
        as_bytes(PHOTO, "JPEG"),
        as_bytes(PHOTO, "JPEG", progressive=True),
        as_bytes(make_image(80, 60, "RGBA")),
    ],
    ids=["jpeg", "progressive", "transparent"],
)
def test_what_services_read_as_we_do_is_carried(
    people: People, caller: Caller, image: bytes
) -> None:
    connect(people)
    engine = Looker()
    assert landed(caller, asked(image), engine).status == 200
    edit = the_edit()
    assert (engine.carried, edit.picture.notices, engine.files[0][0]) == (1, [], image)
    assert edit.picture.mode == ("RGBA" if image.startswith(b"\x89PNG") else "RGB")


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        (as_bytes(PHOTO.quantize(16)), None),
        (as_bytes(make_image(80, 60, "L")), b""),
        (as_bytes(PHOTO, "WEBP"), b""),
        (TURNED, b""),
        (as_bytes(PHOTO.convert("CMYK"), "JPEG"), b""),
        (as_bytes(Image.new("I;16", (80, 60), 900)), b""),
        (picture(), as_bytes(Image.open(io.BytesIO(painted())).convert("LA"))),
    ],
    ids=["palette", "grey", "webp", "turned", "cmyk", "16 bits", "grey mask"],
)
def test_what_has_to_be_opened_first_goes_the_usual_way(
    people: People, caller: Caller, image: bytes, mask: bytes | None, data_dir: Path
) -> None:
    connect(people)
    engine = Looker()
    came = landed(caller, asked(image, mask), engine)
    assert came.status == 200, came.body
    assert (the_edit().is_over, engine.carried, len(engine.executed)) == (True, 0, 1)
    assert strays(data_dir) == set()


@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (as_bytes(make_image(80, 60)), "mask_no_alpha"),
        (painted(size=(40, 30), box=(2, 2, 9, 9)), "mask_size"),
        (b"no picture", "invalid_mask"),
    ],
    ids=["no alpha", "another size", "no picture"],
)
def test_masks_are_refused_as_ever(
    people: People, caller: Caller, mask: bytes, code: str, data_dir: Path
) -> None:
    connect(people)
    told = []
    for protect in ("off", "strict"):
        engine = Looker()
        told.append(landed(caller, asked(None, mask, protect=protect), engine).told)
        assert engine.asked == []
    assert told[0] == told[1]
    assert told[0][0] == 400, code
    assert (Edit.objects.count(), Mask.objects.count(), strays(data_dir)) == (0, 0, set())


@pytest.mark.parametrize(
    "more",
    [{"protect": "strict"}, {"stream": "true"}, {"second": "yes"}],
    ids=["protected", "stream", "two pictures"],
)
def test_other_calls_go_the_usual_way(people: People, caller: Caller, more: dict[str, str]) -> None:
    connect(people)
    engine = Looker()
    second = [("image", picture(9), "b.png", "image/png")] if more.pop("second", "") else []
    came = landed(caller, asked(None, b"", *second, **more), engine)
    assert came.status == 200, came.body
    the_edit()
    assert (engine.carried, len(engine.executed)) == (0, 1)


def test_an_engine_that_takes_nothing_as_it_came_gets_it_the_usual_way(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people)
    engine = Looker(forwards=False)
    assert landed(caller, asked(), engine).status == 200
    the_edit()
    assert (engine.carried, len(engine.executed), strays(data_dir)) == (0, 1, set())


def test_our_own_engine_is_asked_by_a_worker(caller: Caller, data_dir: Path) -> None:
    async def script() -> Came:
        return await caller.edit(asked())

    assert within(script).status == 200
    edit = Edit.objects.select_related("picture").get()
    assert (edit.provider, edit.picture.is_unread, strays(data_dir)) == (None, False, set())


@pytest.mark.parametrize(
    ("make", "has_icc", "has_gps"),
    [(photo, True, True), (drawing, True, True), (albums, False, True)],
    ids=["jpeg", "png", "several"],
)
def test_what_a_file_tells_is_kept_and_does_not_leave(
    people: People, caller: Caller, make: Any, *, has_icc: bool, has_gps: bool
) -> None:
    connect(people)
    engine, sent = Looker(), make()
    assert sum(canary in sent for canary in CANARIES) >= 3
    assert landed(caller, asked(sent), engine).status == 200
    edit = the_edit()
    assert engine.carried == 1
    left = engine.files[0][0]
    assert [canary for canary in CANARIES if canary in left] == []
    assert sent.startswith(left[:2])
    with Image.open(io.BytesIO(left)) as alone, Image.open(io.BytesIO(sent)) as whole:
        assert getattr(alone, "n_frames", 1) == 1
        assert not dict(alone.getexif())
        assert ImageChops.difference(alone.convert("RGB"), whole.convert("RGB")).getbbox() is None
    assert media.path(edit.picture.original_file).read_bytes() == sent
    assert (edit.picture.has_icc, edit.picture.has_gps) == (has_icc, has_gps)


def test_a_masks_own_words_do_not_leave_either(people: People, caller: Caller) -> None:
    connect(people)
    said = PngInfo()
    said.add_text("Comment", "Canary")
    with Image.open(io.BytesIO(painted())) as mask:
        talking = as_bytes(mask, pnginfo=said, exif=make_exif(gps=True))
    assert b"Canary" in talking
    engine = Looker()
    assert landed(caller, asked(None, talking), engine).status == 200
    assert b"Canary" not in engine.files[0][1]
    assert the_edit().mask.painted == 400  # type: ignore[union-attr]


def torn() -> bytes:
    """A JPEG whose pixels cannot be told: its tables are nonsense."""
    whole = as_bytes(make_image(80, 60, seed=4), "JPEG")
    at = whole.index(b"\xff\xc4") + 5
    return whole[:at] + b"\xff" * 16 + whole[at + 16 :]


def rotten() -> bytes:
    """A PNG whose chunks are sound, and whose pixels are none."""
    header = struct.pack(">IIBBBBB", 80, 60, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", b"these are no pixels at all"), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("make", [torn, rotten], ids=["jpeg", "png"])
def test_a_picture_that_turns_out_broken_is_said_to_be(
    people: People, caller: Caller, make: Any, data_dir: Path
) -> None:
    connect(people)
    engine, sent = Looker(), make()
    came = landed(caller, asked(sent), engine)
    assert (came.status, engine.carried) == (200, 1)
    edit = the_edit()
    assert (edit.picture.notices, edit.picture.mode, edit.mask) == (["broken"], "RGB", None)
    assert media.path(edit.picture.original_file).read_bytes() == sent
    assert (edit.results.count(), Mask.objects.count(), strays(data_dir)) == (1, 0, set())
    assert sums(edit) == {"open": 0, "settled": ESTIMATE}
    assert seen(people, edit) == SHOWN | {"preview": 404, "full": 404}


def test_a_mask_that_marks_nothing_is_none(people: People, caller: Caller, data_dir: Path) -> None:
    connect(people)
    engine = Looker()
    empty = as_bytes(Image.new("RGBA", (80, 60), (0, 0, 0, 255)))
    came = landed(caller, asked(None, empty), engine)
    assert (came.status, engine.carried) == (200, 1)
    edit = the_edit()
    assert (edit.mask, edit.picture.notices, Mask.objects.count()) == (None, [], 0)
    assert strays(data_dir) == set()


def test_pages_of_what_is_unread_show_it_as_it_is(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker(hold_back=True)

    def look() -> dict[str, int]:
        edit = Edit.objects.select_related("picture").get()
        assert edit.picture.is_unread
        return seen(people, edit)

    async def script() -> dict[str, int]:
        call = asyncio.create_task(caller.edit(asked()))
        await engine.started.wait()
        told = await sync_to_async(look)()
        engine.release.set()
        assert (await call).status == 200
        return told

    assert within(script, engine) == SHOWN


def seen(people: People, edit: Edit) -> dict[str, int]:
    """What a member is answered who looks at the edit's picture, and asks for its mask."""
    browser = Client()
    browser.force_login(people.emil)
    slug, picture = people.project.slug, edit.picture.public_id
    addresses: dict[str, list[Any]] = {
        "gallery": [slug],
        "version": [slug, picture],
        "canvas": [slug, picture],
        "original": [slug, picture],
        "preview": [slug, picture, 320],
        "full": [slug, picture],
        "edit_mask": [slug, edit.public_id],
    }
    return {
        name: browser.get(reverse(name, args=args)).status_code for name, args in addresses.items()
    }
