from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageOps

from editor.imaging import pixels
from editor.imaging.container import Container, examine
from editor.imaging.errors import MESSAGES, Rejected
from editor.imaging.intake import NOTICES, IntakeFacts, inspect
from tests.imaging.make import (
    PNG,
    make_chunk,
    make_cmyk_profile,
    make_exif,
    make_file,
    make_header,
    make_photo,
    make_picture,
    make_png,
    make_rgb_profile,
    make_swapped_profile,
)

if TYPE_CHECKING:
    from collections.abc import Callable

type Intake = Callable[[Path], IntakeFacts]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def take(out: Path) -> Intake:
    return lambda source: inspect(source=str(source), out_dir=str(out), max_pixels=1_000_000)


def same(first: Image.Image, second: Image.Image) -> bool:
    return (first.mode, first.size, first.tobytes()) == (second.mode, second.size, second.tobytes())


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_png_of_a_working_mode_needs_no_master(
    take: Intake, out: Path, tmp_path: Path, mode: str
) -> None:
    facts = take(make_file(tmp_path / "a", make_picture(mode)))
    assert facts == {
        "format": "png",
        "width": 40,
        "height": 30,
        "mode": mode,
        "notices": [],
        "master": None,
        "icc": None,
        "has_gps": False,
        "previews": {"1280.webp": [40, 30], "320.webp": [40, 30]},
    }
    assert sorted(path.name for path in out.iterdir()) == ["1280.webp", "320.webp"]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "PNG"])
def test_every_format_is_taken_under_any_name(take: Intake, tmp_path: Path, kind: str) -> None:
    facts = take(make_file(tmp_path / "picture.gif", make_photo(), kind))
    assert (facts["format"], facts["width"], facts["height"]) == (kind.lower(), 240, 160)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(
    take: Intake, out: Path, tmp_path: Path, kind: str, orientation: int
) -> None:
    source = make_file(tmp_path / "a", make_photo(), kind, exif=make_exif(orientation=orientation))
    facts = take(source)
    with Image.open(source) as image:
        upright = ImageOps.exif_transpose(image)
    assert (facts["width"], facts["height"]) == upright.size
    assert ("orientation_applied" in facts["notices"]) == (orientation != 1)
    assert facts["master"] is None
    with Image.open(out / "1280.webp") as preview:
        difference = ImageChops.difference(preview.convert("RGB"), upright.convert("RGB"))
    # WebP is lossy; a wrong turn of this picture differs by far more.
    assert np.asarray(difference).mean() < 4


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(
    take: Intake, tmp_path: Path, orientation: int
) -> None:
    exif = make_exif(orientation=orientation)
    facts = take(make_file(tmp_path / "a", make_photo(), "JPEG", exif=exif))
    assert (facts["width"], facts["height"], facts["notices"]) == (240, 160, [])


def test_broken_exif_does_not_cost_the_picture(take: Intake, tmp_path: Path) -> None:
    facts = take(make_file(tmp_path / "a", make_photo(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff"))
    assert (facts["width"], facts["has_gps"]) == (240, False)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("gps", [True, False])
def test_a_place_in_exif_is_noticed(take: Intake, tmp_path: Path, kind: str, gps: bool) -> None:
    facts = take(make_file(tmp_path / "a", make_photo(), kind, exif=make_exif(gps=gps)))
    assert facts["has_gps"] is gps


def test_a_place_in_xmp_is_noticed(take: Intake, tmp_path: Path) -> None:
    xmp = b"<x:xmpmeta><rdf:Description exif:GPSLatitude='1,2N'/></x:xmpmeta>"
    assert take(make_file(tmp_path / "a", make_photo(), "JPEG", xmp=xmp))["has_gps"] is True


@pytest.mark.parametrize("profiled", [True, False])
def test_cmyk_becomes_srgb_by_its_profile(
    take: Intake, out: Path, tmp_path: Path, profiled: bool
) -> None:
    profile = make_cmyk_profile() if profiled else None
    facts = take(make_file(tmp_path / "a", make_photo("CMYK"), "JPEG", icc_profile=profile))
    assert (facts["mode"], facts["icc"]) == ("RGB", None)
    assert facts["notices"] == ["converted_from_cmyk"]
    with Image.open(out / "master.png") as master:
        colours = master.getcolors(1 << 20) or []
    # The profile made for this test takes everything for one light green.
    assert (len(colours) == 1) is profiled
    if profiled:
        red, green, blue = np.asarray(colours[0][1])
        assert green > red > blue


def test_a_broken_cmyk_profile_is_said_and_replaced(take: Intake, tmp_path: Path) -> None:
    source = make_file(tmp_path / "a", make_photo("CMYK"), "JPEG", icc_profile=b"rubbish" * 30)
    assert take(source)["notices"] == ["converted_from_cmyk", "profile_unreadable"]


def test_16_bit_grey_keeps_its_high_byte(take: Intake, out: Path, tmp_path: Path) -> None:
    values = np.array([[0, 255, 256, 300, 32768, 65279, 65280, 65535]], dtype=np.uint16)
    facts = take(make_file(tmp_path / "a", Image.fromarray(values)))
    assert (facts["mode"], facts["notices"]) == ("L", ["converted_from_16_bit"])
    with Image.open(out / "master.png") as master:
        assert np.asarray(master).tolist() == [[0, 0, 1, 1, 128, 254, 255, 255]]


def test_16_bit_rgb_is_said_but_needs_no_master(take: Intake, tmp_path: Path) -> None:
    row = b"\0" + bytes(range(12))
    (tmp_path / "a").write_bytes(make_png(make_header(2, 1, bits=16), row))
    facts = take(tmp_path / "a")
    assert (facts["mode"], facts["master"]) == ("RGB", None)
    assert facts["notices"] == ["converted_from_16_bit"]


def test_the_depth_of_an_avif_is_read(tmp_path: Path) -> None:
    source = make_file(tmp_path / "a", make_photo(), "AVIF")
    assert examine(source) == Container("avif", 8)
    data = bytearray(source.read_bytes())
    data[data.index(b"av1C") + 6] |= 0x40
    source.write_bytes(data)
    assert examine(source) == Container("avif", 10)


@pytest.mark.parametrize(
    ("transparency", "mode", "first"),
    [(None, "RGB", (10, 20, 30)), (b"\x40", "RGBA", (10, 20, 30, 64))],
)
def test_a_palette_becomes_colours(
    take: Intake,
    out: Path,
    tmp_path: Path,
    transparency: bytes | None,
    mode: str,
    first: tuple[int, ...],
) -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.putpixel((3, 3), 1)
    facts = take(make_file(tmp_path / "a", image, transparency=transparency))
    assert (facts["mode"], facts["notices"]) == (mode, ["converted_from_palette"])
    with Image.open(out / "master.png") as master:
        assert master.getpixel((0, 0)) == first
        assert master.getpixel((3, 3)) == (200, 100, 0, 255)[: len(mode)]


def test_black_and_white_becomes_grey(take: Intake, out: Path, tmp_path: Path) -> None:
    image = Image.new("1", (9, 2), 0)
    image.putpixel((8, 1), 1)
    facts = take(make_file(tmp_path / "a", image))
    assert (facts["mode"], facts["master"], facts["notices"]) == ("L", "master.png", [])
    with Image.open(out / "master.png") as master:
        assert (master.getpixel((0, 0)), master.getpixel((8, 1))) == (0, 255)


@pytest.mark.parametrize(
    ("bits", "colour", "row", "key", "mode", "expected"),
    [
        (8, 0, bytes([7, 8]), bytes([0, 7]), "LA", [(7, 0), (8, 255)]),
        (4, 0, bytes([0x5F]), bytes([0, 5]), "LA", [(85, 0), (255, 255)]),
        (1, 0, bytes([0x40]), bytes([0, 1]), "LA", [(0, 255), (255, 0)]),
        (16, 0, bytes([1, 2, 1, 3]), bytes([1, 2]), "LA", [(1, 0), (1, 255)]),
        (8, 2, bytes([1, 2, 3, 4, 5, 6]), bytes([0, 4, 0, 5, 0, 6]), "RGBA",
         [(1, 2, 3, 255), (4, 5, 6, 0)]),
        (16, 2, bytes([1, 0, 2, 0, 3, 0, 9, 0, 9, 0, 9, 0]), bytes([9, 0, 9, 0, 9, 0]), "RGBA",
         [(1, 2, 3, 255), (9, 9, 9, 0)]),
    ],
)  # fmt: skip
def test_a_transparent_colour_becomes_alpha(  # noqa: PLR0913 - a table's row
    tmp_path: Path, *, bits: int, colour: int, row: bytes, key: bytes, mode: str, expected: object
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    data = make_png(make_header(2, 1, bits, colour), b"\0" + row, before=make_chunk(b"tRNS", key))
    (tmp_path / "a").write_bytes(data)
    facts = inspect(source=str(tmp_path / "a"), out_dir=str(out), max_pixels=100)
    assert (facts["mode"], facts["master"]) == (mode, "master.png")
    with Image.open(out / "master.png") as master:
        assert [master.getpixel((x, 0)) for x in range(2)] == expected


def test_a_phones_mpo_is_its_first_picture(take: Intake, tmp_path: Path) -> None:
    source = make_file(
        tmp_path / "a",
        make_photo(),
        "MPO",
        save_all=True,
        append_images=[make_photo(size=(64, 48))],
    )
    facts = take(source)
    assert (facts["format"], facts["width"]) == ("jpeg", 240)
    assert facts["notices"] == ["first_frame_only"]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_animations_are_refused(take: Intake, tmp_path: Path, kind: str) -> None:
    frames = [make_picture(seed=seed) for seed in range(3)]
    source = make_file(tmp_path / "a", frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(Rejected) as caught:
        take(source)
    assert (caught.value.code, caught.value.params) == ("animated", {"frames": 3})


def test_heic_is_refused_with_the_fix_where_the_extra_is_missing(
    take: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixels, "can_read_heic", lambda: False)
    (tmp_path / "a").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100)
    with pytest.raises(Rejected, match=r"as JPEG.*PENTIMENTO_EXTRAS=heic") as caught:
        take(tmp_path / "a")
    assert caught.value.code == "heic_unsupported"


def test_the_profile_is_kept_and_previews_are_srgb(take: Intake, out: Path, tmp_path: Path) -> None:
    profile = make_swapped_profile()
    source = make_file(tmp_path / "a", Image.new("RGB", (50, 50), (255, 0, 0)), icc_profile=profile)
    facts = take(source)
    assert (facts["icc"], facts["notices"]) == ("icc.bin", [])
    assert (out / "icc.bin").read_bytes() == profile
    with Image.open(out / "320.webp") as preview:
        red, _, blue = np.asarray(preview.convert("RGB"))[25, 25].tolist()
        assert "icc_profile" not in preview.info
    assert (red < 20, blue > 230) == (True, True)


def test_previews_of_pictures_with_alpha_and_profile_keep_alpha(
    take: Intake, out: Path, tmp_path: Path
) -> None:
    image = Image.new("RGBA", (50, 50), (255, 0, 0, 100))
    take(make_file(tmp_path / "a", image, icc_profile=make_swapped_profile()))
    with Image.open(out / "1280.webp") as preview:
        red, _, blue, alpha = np.asarray(preview)[25, 25].tolist()
    assert (red < 20, blue > 230, alpha) == (True, True, 100)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [("RGB", b"rubbish" * 30), ("L", make_rgb_profile()), ("RGB", make_cmyk_profile())],
)
def test_a_profile_that_does_not_fit_is_dropped_and_said(
    take: Intake, tmp_path: Path, mode: str, profile: bytes
) -> None:
    facts = take(make_file(tmp_path / "a", make_photo(mode), "JPEG", icc_profile=profile))
    assert (facts["icc"], facts["notices"]) == (None, ["profile_unreadable"])


@pytest.mark.parametrize(
    ("size", "large", "small"),
    [
        ((3000, 1500), [1280, 640], [320, 160]),
        ((1, 4000), [1, 1280], [1, 320]),
        ((100, 80), [100, 80], [100, 80]),
        ((1280, 1280), [1280, 1280], [320, 320]),
    ],
)
def test_previews_fit_and_are_never_enlarged(
    tmp_path: Path, size: tuple[int, int], large: list[int], small: list[int]
) -> None:
    source = make_file(tmp_path / "a", Image.new("L", size), "JPEG")
    facts = inspect(source=str(source), out_dir=str(tmp_path), max_pixels=5_000_000)
    assert facts["previews"] == {"1280.webp": large, "320.webp": small}
    for name, wanted in facts["previews"].items():
        with Image.open(tmp_path / name) as preview:
            assert list(preview.size) == wanted


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_without_previews_the_same_is_found(
    tmp_path: Path, out: Path, mode: str, kind: str
) -> None:
    """A JPEG is decoded at a fraction then."""
    if mode == "CMYK" and kind != "JPEG":
        mode = "RGBA"
    source = make_file(tmp_path / "a", make_photo("RGB", (900, 701)).convert(mode), kind)
    wishes = {"source": str(source), "out_dir": str(out), "max_pixels": 1_000_000}
    facts, bare = (inspect(**wishes, previews=previews) for previews in (True, False))  # type: ignore[arg-type]
    assert bare == {**facts, "previews": {}}
    assert (bare["width"], bare["height"]) == (900, 701)


def test_without_previews_a_cut_tail_is_found_all_the_same(tmp_path: Path, out: Path) -> None:
    source = make_file(tmp_path / "a", make_photo("RGB", (900, 701)), "JPEG", quality=95)
    source.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(Rejected) as refusal:
        inspect(source=str(source), out_dir=str(out), max_pixels=1_000_000, previews=False)
    assert refusal.value.code == "truncated"


def test_nothing_of_the_metadata_gets_into_what_is_written(
    take: Intake, out: Path, tmp_path: Path
) -> None:
    xmp = b"<x:xmpmeta>Canary 3000</x:xmpmeta>"
    image = make_photo("RGB").quantize(16)
    exif = make_exif(gps=True)
    take(make_file(tmp_path / "a", image, exif=exif, xmp=xmp, comment=b"Canary 3000"))
    names = sorted(path.name for path in out.iterdir())
    assert names == ["1280.webp", "320.webp", "master.png"]
    for path in out.iterdir():
        assert b"Canary" not in path.read_bytes()
        with Image.open(path) as written:
            assert not dict(written.getexif())


def test_the_master_is_upright_and_has_the_working_pixels(
    take: Intake, out: Path, tmp_path: Path
) -> None:
    image = make_picture("RGB").quantize(64)
    source = make_file(tmp_path / "a", image, exif=make_exif(orientation=6))
    take(source)
    with Image.open(out / "master.png") as master:
        assert same(master, image.convert("RGB").transpose(Image.Transpose.ROTATE_270))


def test_texts_of_several_megabytes_are_fine(take: Intake, tmp_path: Path) -> None:
    text = make_chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * (5 << 20)))
    data = PNG + make_header(1, 1, 8, 0) + text + make_png(b"", b"\0\0")[8:]
    (tmp_path / "a").write_bytes(data)
    assert take(tmp_path / "a")["mode"] == "L"


def test_every_message_can_be_filled_and_every_notice_is_a_sentence() -> None:
    params = dict.fromkeys(
        [
            "frames",
            "found",
            "megapixels",
            "scans",
            "limit",
            "mode",
            "mask_width",
            "mask_height",
            "width",
            "height",
            "format",
            "megabytes",
        ],
        1,
    )
    for code in MESSAGES:
        assert "{" not in str(Rejected(code, params))
    assert all(text.endswith(".") for text in [*MESSAGES.values(), *NOTICES.values()])
