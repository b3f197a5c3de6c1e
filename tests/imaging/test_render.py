from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.imaging import render
from editor.imaging.errors import Rejected
from tests.imaging.make import (
    make_exif,
    make_file,
    make_photo,
    make_picture,
    make_swapped_profile,
)

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.recipe import Patch, Recipe
    from editor.imaging.render import Format

MODES = ["L", "LA", "RGB", "RGBA"]


def make_recipe(base: Path, *patches: Patch, icc: Path | None = None) -> Recipe:
    return {"base": str(base), "icc": str(icc) if icc else None, "patches": list(patches)}


def make_patch(folder: Path, image: Image.Image, alpha: Image.Image, x: int, y: int) -> Patch:
    pixels = make_file(folder / f"pixels-{x}-{y}", image)
    covered = make_file(folder / f"alpha-{x}-{y}", alpha)
    return {"pixels": str(pixels), "alpha": str(covered), "x": x, "y": y}


@pytest.mark.parametrize("mode", MODES)
def test_the_base_alone_is_the_picture(tmp_path: Path, mode: str) -> None:
    image = make_picture(mode)
    shown = render.working(make_recipe(make_file(tmp_path / "a", image)))
    assert (shown.mode, shown.size, shown.tobytes()) == (mode, (40, 30), image.tobytes())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_a_turned_original_is_rendered_upright(tmp_path: Path, kind: str) -> None:
    source = make_file(tmp_path / "a", make_photo(), kind, exif=make_exif(orientation=8))
    with Image.open(source) as image:
        expected = image.transpose(Image.Transpose.ROTATE_90)
    shown = render.working(make_recipe(source))
    assert (shown.size, shown.tobytes()) == ((160, 240), expected.tobytes())
    assert shown.info == {}


@pytest.mark.parametrize("mode", MODES)
def test_patches_replace_whole_pixels_in_their_order(tmp_path: Path, mode: str) -> None:
    base = make_picture(mode)
    first, second = make_picture(mode, (8, 6), seed=2), make_picture(mode, (8, 6), seed=3)
    alpha = make_picture("L", (8, 6), seed=4).point([0] * 128 + [255] * 128)
    recipe = make_recipe(
        make_file(tmp_path / "base", base),
        make_patch(tmp_path, first, alpha, 10, 5),
        make_patch(tmp_path, second, alpha, 13, 7),
    )
    expected = np.asarray(base).copy()
    covered = np.asarray(alpha) == 255
    for image, x, y in ((first, 10, 5), (second, 13, 7)):
        expected[y : y + 6, x : x + 8][covered] = np.asarray(image)[covered]
    assert np.array_equal(np.asarray(render.working(recipe)), expected)


def test_a_patch_of_another_mode_is_a_defect(tmp_path: Path) -> None:
    patch = make_patch(tmp_path, make_picture("RGBA"), Image.new("L", (40, 30), 255), 0, 0)
    with pytest.raises(ValueError, match="mode RGBA for a picture of mode RGB"):
        render.working(make_recipe(make_file(tmp_path / "a", make_picture()), patch))


@pytest.mark.parametrize("mode", MODES)
def test_png_export_is_lossless_and_keeps_the_profile(tmp_path: Path, mode: str) -> None:
    image, icc = make_picture(mode), tmp_path / "icc.bin"
    icc.write_bytes(make_swapped_profile())
    recipe = make_recipe(make_file(tmp_path / "a", image), icc=icc)
    facts = render.export(recipe=recipe, out=str(tmp_path / "out.png"), format="png")
    with Image.open(tmp_path / "out.png") as out:
        assert (out.mode, out.tobytes()) == (mode, image.tobytes())
        assert out.info["icc_profile"] == icc.read_bytes()
    size = (tmp_path / "out.png").stat().st_size
    assert facts == {"width": 40, "height": 30, "mode": mode, "bytes": size}


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "avif"])
@pytest.mark.parametrize("srgb", [False, True])
def test_no_export_carries_metadata(tmp_path: Path, kind: Format, srgb: bool) -> None:
    icc = tmp_path / "icc.bin"
    icc.write_bytes(make_swapped_profile())
    source = make_file(
        tmp_path / "a",
        make_photo(),
        "JPEG",
        exif=make_exif(orientation=3, gps=True),
        comment=b"Canary",
        xmp=b"<x:xmpmeta>Canary</x:xmpmeta>",
        dpi=(123, 123),
    )
    out = tmp_path / "out"
    render.export(recipe=make_recipe(source, icc=icc), out=str(out), format=kind, srgb=srgb)
    assert b"Canary" not in out.read_bytes()
    with Image.open(out) as image:
        assert image.format == kind.upper()
        assert not dict(image.getexif())
        assert not {"xmp", "comment"} & image.info.keys()
        assert image.info.get("dpi") != (123, 123)
        assert ("icc_profile" in image.info) is not srgb


def test_export_in_srgb_converts_by_the_profile(tmp_path: Path) -> None:
    icc = tmp_path / "icc.bin"
    icc.write_bytes(make_swapped_profile())
    source = make_file(tmp_path / "a", Image.new("RGBA", (5, 5), (255, 0, 0, 77)))
    recipe = make_recipe(source, icc=icc)
    render.export(recipe=recipe, out=str(tmp_path / "out"), format="png", srgb=True)
    with Image.open(tmp_path / "out") as image:
        red, _, blue, alpha = np.asarray(image)[2, 2].tolist()
    assert (red < 20, blue > 230, alpha) == (True, True, 77)


@pytest.mark.parametrize(("mode", "colour"), [("RGBA", (0, 0, 0, 51)), ("LA", (0, 51))])
def test_jpeg_has_a_white_ground(tmp_path: Path, mode: str, colour: tuple[int, ...]) -> None:
    source = make_file(tmp_path / "a", Image.new(mode, (16, 16), colour))
    render.export(recipe=make_recipe(source), out=str(tmp_path / "out"), format="jpeg")
    with Image.open(tmp_path / "out") as image:
        assert image.mode == mode.removesuffix("A")
        assert np.unique(np.asarray(image)).tolist() == [204]


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif"])
def test_quality_counts(tmp_path: Path, kind: Format) -> None:
    recipe = make_recipe(make_file(tmp_path / "a", make_picture(size=(200, 200))))
    sizes = [
        render.export(recipe=recipe, out=str(tmp_path / "out"), format=kind, quality=quality)[
            "bytes"
        ]
        for quality in (20, 60, 95)
    ]
    assert sizes == sorted(set(sizes))


def test_export_can_be_smaller_but_not_larger(tmp_path: Path) -> None:
    recipe = make_recipe(make_file(tmp_path / "a", make_photo()))
    sizes = [
        render.export(recipe=recipe, out=str(tmp_path / "out"), format="webp", max_side=side)
        for side in (60, 1000)
    ]
    assert [(facts["width"], facts["height"]) for facts in sizes] == [(60, 40), (240, 160)]


def test_a_side_too_long_for_the_format_is_refused(tmp_path: Path) -> None:
    recipe = make_recipe(make_file(tmp_path / "a", Image.new("L", (16_384, 1))))
    with pytest.raises(Rejected, match="WEBP files cannot be longer than 16383 pixels"):
        render.export(recipe=recipe, out=str(tmp_path / "out"), format="webp")
    assert not (tmp_path / "out").exists()


def test_previews_show_the_patches(tmp_path: Path) -> None:
    white = Image.new("RGB", (20, 20), "white")
    patch = make_patch(tmp_path, white, Image.new("L", (20, 20), 255), 0, 0)
    recipe = make_recipe(make_file(tmp_path / "a", Image.new("RGB", (40, 20))), patch)
    written = render.previews(recipe=recipe, out_dir=str(tmp_path))
    assert written == {"1280.webp": [40, 20], "320.webp": [40, 20]}
    with Image.open(tmp_path / "320.webp") as preview:
        pixels = np.asarray(preview.convert("L"))
    assert (pixels[10, 5] > 245, pixels[10, 35] < 10) == (True, True)


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "folder" / "out"
    out.parent.mkdir()
    out.write_bytes(b"old")
    recipe = make_recipe(make_file(tmp_path / "a", make_photo()))
    with pytest.raises(ValueError, match="quality"):
        render.export(recipe=recipe, out=str(out), format="avif", quality=1000)
    assert out.read_bytes() == b"old"
    assert list(out.parent.iterdir()) == [out]


def make_export(folder: Path, image: Image.Image, cover: tuple[int, int]) -> Image.Image:
    out = folder / "out.png"
    facts = render.export(
        recipe=make_recipe(make_file(folder / "a", image)), out=str(out), format="png", cover=cover
    )
    assert (facts["width"], facts["height"]) == cover
    with Image.open(out) as made:
        made.load()
    return made


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(20, 15), (20, 20), (7, 30), (80, 10), (1, 1), (400, 300)])
def test_covering_is_just_the_size_asked_for(
    tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    made = make_export(tmp_path, make_picture(mode), size)
    assert (made.size, made.mode) == (size, mode)


@pytest.mark.parametrize(
    ("size", "kept"),
    [((20, 20), (5, 0, 35, 30)), ((10, 30), (15, 0, 25, 30)), ((40, 10), (0, 10, 40, 20))],
)
def test_covering_scales_as_little_as_it_can_and_keeps_the_middle(
    tmp_path: Path, size: tuple[int, int], kept: tuple[int, int, int, int]
) -> None:
    image = make_picture("RGB")
    expected = image.resize(size, Image.Resampling.LANCZOS, box=kept)
    made = make_export(tmp_path, image, size)
    assert np.abs(np.asarray(made, int) - np.asarray(expected, int)).max() <= 1


def test_covering_its_own_size_changes_nothing(tmp_path: Path) -> None:
    image = make_picture("RGBA")
    assert make_export(tmp_path, image, image.size).tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_what_is_transparent_does_not_shine_into_what_is_covered(tmp_path: Path, mode: str) -> None:
    """White lies under the transparent half, and black beside it."""
    image = Image.new("RGBA", (40, 30), (255, 255, 255, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 30))
    made = np.asarray(make_export(tmp_path, image.convert(mode), (20, 15)).convert("RGBA"))
    seen = made[..., 3] > 0
    assert seen.any()
    assert made[seen][:, :3].max() == 0
