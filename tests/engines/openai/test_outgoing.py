from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from editor.engines.base import EditRequest
from editor.engines.openai import wire
from editor.engines.openai.outgoing import edit_area, encode, said
from editor.imaging.errors import Rejected
from editor.imaging.mask import coverage_of
from editor.imaging.sandbox.client import Limits as SandboxLimits
from editor.imaging.sandbox.client import Sandbox
from tests.engines.openai.wiring import OWN, TWO, make_model, make_provider
from tests.imaging.make import make_exif, make_file, make_photo, make_picture, make_rgb_profile

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.openai.outgoing import Limits

POLARITIES = ("alpha", "white", "black")


def make_limits(**changes: int | bool) -> Limits:
    limits = {
        "pixels": 1_000_000,
        "bytes": 25_000_000,
        "mask_bytes": 4_000_000,
        "jpeg": False,
        "needs_mask": False,
    }
    return limits | changes  # type: ignore[return-value]


def make_mask(folder: Path, size: tuple[int, int], seed: int = 3) -> Path:
    """Blots and single pixels of every coverage."""
    chance = random.Random(seed)
    mask = Image.new("L", size, 0)
    for _ in range(12):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        mask.paste(chance.randrange(1, 256), (x, y, x + chance.randrange(1, 9), y + 5))
    return make_file(folder / "crop-mask.png", mask)


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def area_of(mask: Image.Image, polarity: str) -> Image.Image:
    """What a service reads in a mask: 255 where it would edit."""
    if polarity == "white":
        return mask
    rest = mask.getchannel("A") if polarity == "alpha" else mask
    return rest.point([255 - value for value in range(256)])


def run(folder: Path, image: Image.Image, **arguments: object) -> dict[str, Image.Image]:
    """Encode, and open all that was written, by name."""
    make_file(folder / "crop.png", image)
    defaults: dict[str, object] = {
        "pictures": [str(folder / "crop.png")],
        "mask": None,
        "size": None,
        "polarity": "alpha",
        "limits": make_limits(),
        "out_dir": str(folder / "outgoing"),
    }
    encode(**(defaults | arguments))  # type: ignore[arg-type]
    return {path.name: opened(path) for path in sorted((folder / "outgoing").iterdir())}


@pytest.mark.parametrize("size", [None, (80, 60), (35, 26)])
@pytest.mark.parametrize("polarity", POLARITIES)
def test_row_54_every_polarity_says_the_same_area_at_the_picture_s_size(
    polarity: str, size: tuple[int, int] | None, tmp_path: Path
) -> None:
    mask = make_mask(tmp_path, (40, 30))
    files = run(tmp_path, make_picture(), mask=str(mask), size=size, polarity=polarity)
    assert files["mask.png"].size == files["image-1.png"].size == (size or (40, 30))
    wanted = edit_area(str(mask), size or (40, 30))
    assert area_of(files["mask.png"], polarity).tobytes() == wanted.tobytes()


@pytest.mark.parametrize("polarity", ["alpha", "white"])
def test_row_54_our_own_reader_of_masks_finds_the_same_area(polarity: str, tmp_path: Path) -> None:
    area = edit_area(str(make_mask(tmp_path, (40, 30))), (40, 30))
    coverage, meant = coverage_of(said(area, polarity))
    assert (coverage.tobytes(), meant) == (area.tobytes(), polarity)


@pytest.mark.parametrize("first", POLARITIES)
@pytest.mark.parametrize("second", POLARITIES)
def test_row_54_from_one_polarity_to_another_and_back(
    first: str, second: str, tmp_path: Path
) -> None:
    area = edit_area(str(make_mask(tmp_path, (40, 30))), (40, 30))
    once = area_of(said(area, first), first)
    again = area_of(said(once, second), second)
    assert again.tobytes() == area.tobytes()


def test_an_alpha_mask_is_clear_where_to_edit_and_white_there_too(tmp_path: Path) -> None:
    mask = Image.new("L", (40, 30), 0)
    mask.paste(1, (10, 10, 20, 20))
    path = make_file(tmp_path / "crop-mask.png", mask)
    found = run(tmp_path, make_picture(), mask=str(path))["mask.png"]
    assert found.mode == "RGBA"
    assert found.getpixel((15, 15)) == (255, 255, 255, 0)
    assert found.getpixel((5, 5)) == (0, 0, 0, 255)


@pytest.mark.parametrize("factor", [0.25, 0.37, 1.5])
def test_no_painted_pixel_is_lost_in_scaling(factor: float, tmp_path: Path) -> None:
    size = (round(400 * factor), round(300 * factor))
    chance = random.Random(5)
    for _ in range(40):
        x, y = chance.randrange(400), chance.randrange(300)
        mask = Image.new("L", (400, 300), 0)
        mask.putpixel((x, y), 1)
        area = edit_area(str(make_file(tmp_path / "one.png", mask)), size)
        place = min(size[0] - 1, int((x + 0.5) * factor)), min(size[1] - 1, int((y + 0.5) * factor))
        assert area.getpixel(place) == 255
        assert area.histogram()[255] <= max(4, 4 * factor**2 + 4)


@pytest.mark.parametrize(
    ("mode", "sent"), [("L", "RGB"), ("LA", "RGBA"), ("RGB", "RGB"), ("RGBA", "RGBA")]
)
def test_a_crop_of_any_mode_is_sent_in_colour_with_the_same_pixels(
    mode: str, sent: str, tmp_path: Path
) -> None:
    image = make_picture(mode)
    found = run(tmp_path, image)["image-1.png"]
    assert found.mode == sent
    assert found.convert(mode).tobytes() == image.tobytes()


def test_nothing_but_pixels_is_sent(tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    make_photo().save(other, exif=make_exif(gps=True), icc_profile=make_rgb_profile())
    make_file(
        tmp_path / "first.png", make_photo(), exif=make_exif(), icc_profile=make_rgb_profile()
    )
    files = run(tmp_path, make_photo(), pictures=[str(tmp_path / "first.png"), str(other)])
    assert len(files) == 2
    for image in files.values():
        image.load()
        assert not image.info
        assert not image.getexif()


def test_the_crop_is_scaled_and_further_pictures_only_where_they_are_too_large(
    tmp_path: Path,
) -> None:
    small = make_file(tmp_path / "small.png", make_photo(size=(60, 40)))
    large = make_file(tmp_path / "large.png", make_photo(size=(600, 400)))
    files = run(
        tmp_path,
        make_photo(),
        pictures=[str(tmp_path / "crop.png"), str(small), str(large)],
        size=(320, 208),
        limits=make_limits(pixels=15_000),
    )
    assert [files[f"image-{n}.png"].size for n in (1, 2, 3)] == [(320, 208), (60, 40), (150, 100)]


def test_a_service_that_wants_a_mask_gets_one_that_marks_all(tmp_path: Path) -> None:
    files = run(tmp_path, make_photo(), polarity="white", limits=make_limits(needs_mask=True))
    assert files["mask.png"].getextrema() == (255, 255)


def test_a_picture_that_compresses_well_only_with_effort_still_goes_as_png(tmp_path: Path) -> None:
    tiles = make_picture(size=(64, 64))
    image = Image.new("RGB", (640, 640))
    for place in range(0, 640, 64):
        for top in range(0, 640, 64):
            image.paste(tiles, (place, top))
    found = run(tmp_path, image, limits=make_limits(bytes=400_000))
    assert found["image-1.png"].convert("RGB").tobytes() == image.tobytes()


def test_too_many_bytes_go_as_jpeg_where_the_service_takes_it(tmp_path: Path) -> None:
    image = make_photo("RGBA", (300, 200))
    noise = Image.merge("RGBA", (*make_picture(size=(300, 200)).split(), image.getchannel("A")))
    files = run(tmp_path, noise, limits=make_limits(bytes=150_000, jpeg=True))
    assert list(files) == ["image-1.jpg"]
    assert (files["image-1.jpg"].format, files["image-1.jpg"].size) == ("JPEG", (300, 200))


@pytest.mark.parametrize("jpeg", [False, True])
def test_too_many_bytes_are_refused_with_what_to_do(tmp_path: Path, *, jpeg: bool) -> None:
    with pytest.raises(Rejected, match="smaller") as refusal:
        run(tmp_path, make_picture(size=(300, 200)), limits=make_limits(bytes=9_000, jpeg=jpeg))
    assert refusal.value.code == "too_large_to_send"
    assert [path.name for path in (tmp_path / "outgoing").iterdir()] == []


def test_a_crop_that_is_as_it_is_sent_is_copied_not_coded_again(tmp_path: Path) -> None:
    source = tmp_path / "crop.png"
    run(tmp_path, make_picture(), size=(40, 30))
    assert (tmp_path / "outgoing" / "image-1.png").read_bytes() == source.read_bytes()
    run(tmp_path, make_picture("L"), size=(40, 30))
    assert (tmp_path / "outgoing" / "image-1.png").read_bytes() != source.read_bytes()


def make_request(folder: Path, *, inputs: int = 1) -> EditRequest:
    for number in range(inputs):
        make_file(folder / f"input-{number}.png", make_photo(size=(60, 40)))
    return EditRequest(
        image=make_file(folder / "crop.png", make_photo()),
        mask=make_mask(folder, (240, 160)),
        prompt="A red hat",
        instruction={},
        seed=7,
        work=folder,
        inputs=tuple(folder / f"input-{number}.png" for number in range(inputs)),
        size=(1248, 832),
    )


def test_the_job_runs_in_a_child_and_says_what_it_made(tmp_path: Path) -> None:
    limits = SandboxLimits(
        cpu_seconds=20, memory_bytes=None, wall_seconds=30, file_bytes=64 * 1024 * 1024
    )
    sandbox = Sandbox(preload=["editor.engines.openai.outgoing"], limits=limits, slots=1)
    call = wire.encoding(make_provider(), make_model(TWO), make_request(tmp_path))
    try:
        files = wire.Files.of(
            sandbox.call("editor.engines.openai.outgoing:encode", **call), tmp_path
        )
    finally:
        sandbox.close()
    assert [opened(one.path).size for one in files.pictures] == [(1248, 832), (60, 40)]
    assert files.mask
    assert opened(files.mask.path).size == (1248, 832)
    assert all(one.path.is_relative_to(tmp_path) for one in files.pictures)


def test_what_a_service_does_not_take_is_not_even_made(tmp_path: Path) -> None:
    request = make_request(tmp_path, inputs=3)
    call = wire.encoding(make_provider("xai"), make_model(OWN), request)
    assert call["mask"] is None
    first, second, *_ = request.inputs
    assert call["pictures"] == [str(request.image), str(first), str(second)]
    alone = wire.encoding(make_provider("localai"), make_model(OWN), request)
    assert alone["pictures"] == [str(request.image)]
    assert (alone["polarity"], alone["mask"]) == ("white", str(request.mask))


def test_a_second_run_replaces_the_files_of_the_first(tmp_path: Path) -> None:
    run(tmp_path, make_picture())
    files = run(tmp_path, make_picture(seed=2))
    assert files["image-1.png"].tobytes() == make_picture(seed=2).tobytes()


def test_a_child_cannot_have_other_files_sent(tmp_path: Path) -> None:
    other = tmp_path / "secrets"
    work = tmp_path / "work"
    made = {"pictures": [{"path": str(work / ".." / "secrets"), "mime": "image/png"}], "mask": None}
    other.write_text("secret")
    with pytest.raises(ValueError, match="did not make"):
        wire.Files.of(made, work)
