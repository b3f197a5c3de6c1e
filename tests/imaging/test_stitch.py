from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.imaging import mirror, stitch
from editor.imaging.errors import Rejected
from editor.imaging.recipe import working
from tests.imaging.make import make_bomb_1_bit, make_exif, make_file, make_photo, make_picture

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.recipe import Patch, Recipe

MODES = ["L", "LA", "RGB", "RGBA"]
# A picture of 60 x 50, its crop, and the mask inside it.
SIZE = (60, 50)
CROP = [10, 5, 50, 45]
MASK = [20, 15, 37, 41]


def make_mask(folder: Path, image: Image.Image | None = None) -> str:
    """Coverage of all kinds in the mask's box."""
    width, height = MASK[2] - MASK[0], MASK[3] - MASK[1]
    if image is None:
        image = make_picture("L", (width, height), seed=9)
        image.paste(0, (0, 0, 5, 5))
        image.paste(255, (5, 5, 12, 12))
    return str(make_file(folder / "mask.png", image))


def make_scene(folder: Path, mode: str) -> tuple[Recipe, Image.Image]:
    """A parent picture, its crop saved as the pipeline does."""
    image = make_picture(mode, SIZE)
    parent: Recipe = {
        "base": str(make_file(folder / "parent.png", image)),
        "icc": None,
        "patches": [],
    }
    make_file(folder / "crop.png", image.crop((CROP[0], CROP[1], CROP[2], CROP[3])))
    return parent, image


def blend(
    folder: Path, answer: Image.Image, mask: str, mask_box: list[int] | None = None
) -> tuple[stitch.PatchFacts, Patch]:
    facts = stitch.patch(
        crop=str(folder / "crop.png"),
        answer=str(make_file(folder / "answer.png", answer)),
        mask=mask,
        crop_box=CROP,
        mask_box=mask_box or MASK,
        out_pixels=str(folder / "pixels.png"),
        out_alpha=str(folder / "alpha.png"),
    )
    patch: Patch = {
        "pixels": str(folder / "pixels.png"),
        "alpha": str(folder / "alpha.png"),
        "x": facts["x"],
        "y": facts["y"],
    }
    return facts, patch


def bands(image: Image.Image) -> np.typing.NDArray[np.int64]:
    pixels = np.asarray(image).astype(np.int64)
    return pixels.reshape(*pixels.shape[:2], -1)


@pytest.mark.parametrize("mode", MODES)
def test_patch_and_recipe_give_the_blend_of_the_formula(tmp_path: Path, mode: str) -> None:
    parent, image = make_scene(tmp_path, mode)
    mask = make_mask(tmp_path)
    answer = make_picture(mode, (40, 40), seed=2)
    facts, patch = blend(tmp_path, answer, mask)
    whole = Image.new(mode, SIZE)
    whole.paste(answer, (CROP[0], CROP[1]))
    coverage = Image.new("L", SIZE, 0)
    with Image.open(mask) as opened:
        coverage.paste(opened, (MASK[0], MASK[1]))
    share = bands(coverage)
    exact = (bands(image) * (255 - share) + bands(whole) * share) / 255
    shown = working({**parent, "patches": [patch]})
    assert np.array_equal(bands(shown), np.rint(exact).astype(np.int64))
    painted = int(np.count_nonzero(share))
    assert facts == {
        "x": 20,
        "y": 15,
        "width": 17,
        "height": 26,
        "painted": painted,
        "resized": False,
    }
    with Image.open(tmp_path / "alpha.png") as alpha:
        assert alpha.histogram()[0] + alpha.histogram()[255] == 17 * 26


@pytest.mark.parametrize("mode", MODES)
def test_finish_counts_protected_pixels_and_finds_none_changed(tmp_path: Path, mode: str) -> None:
    parent, _ = make_scene(tmp_path, mode)
    mask = make_mask(tmp_path)
    facts, patch = blend(tmp_path, make_picture(mode, (40, 40), seed=2), mask)
    proof = stitch.finish(
        parent=parent,
        recipe={**parent, "patches": [patch]},
        mask=mask,
        mask_box=MASK,
        out_dir=str(tmp_path),
    )
    assert proof == {
        "protected": 60 * 50 - facts["painted"],
        "changed": 0,
        "width": 60,
        "height": 50,
        "mode": mode,
        "previews": {"1280.webp": [60, 50], "320.webp": [60, 50]},
    }
    assert (tmp_path / "320.webp").exists()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("strip", [1, 7, 512])
def test_finish_sees_every_pixel_that_should_not_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, strip: int
) -> None:
    monkeypatch.setattr(stitch, "STRIP", strip)
    parent, image = make_scene(tmp_path, mode)
    mask = make_mask(tmp_path)
    last = len(image.getbands()) - 1
    pixels = np.asarray(image).copy().reshape(SIZE[1], SIZE[0], -1)
    # The corners, two places beside the mask, one in the mask of coverage 0, one painted.
    for x, y in ((0, 0), (59, 0), (0, 49), (59, 49), (19, 15), (37, 40), (21, 16), (26, 21)):
        pixels[y, x, last] ^= 1
    changed = Image.fromarray(pixels.squeeze())
    recipe: Recipe = {**parent, "base": str(make_file(tmp_path / "b.png", changed))}
    proof = stitch.finish(
        parent=parent, recipe=recipe, mask=mask, mask_box=MASK, out_dir=str(tmp_path)
    )
    assert proof["changed"] == 7


def test_finish_without_a_mask_protects_nothing(tmp_path: Path) -> None:
    parent, _ = make_scene(tmp_path, "RGB")
    proof = stitch.finish(
        parent=parent, recipe=parent, mask=None, mask_box=None, out_dir=str(tmp_path)
    )
    assert (proof["protected"], proof["changed"]) == (0, 0)


@pytest.mark.parametrize("other", [make_picture("RGB", (60, 51)), make_picture("RGBA", SIZE)])
def test_finish_refuses_another_size_or_mode(tmp_path: Path, other: Image.Image) -> None:
    parent, _ = make_scene(tmp_path, "RGB")
    recipe: Recipe = {**parent, "base": str(make_file(tmp_path / "other.png", other))}
    with pytest.raises(ValueError, match="made of RGB"):
        stitch.finish(parent=parent, recipe=recipe, mask=None, mask_box=None, out_dir=str(tmp_path))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("answer", ["L", "RGB", "1", "P", "CMYK", "I;16"])
def test_answers_of_any_mode_fit(tmp_path: Path, mode: str, answer: str) -> None:
    parent, _ = make_scene(tmp_path, mode)
    grey = Image.new("L", (40, 40), 128)
    drawn = grey.convert("RGB").convert(answer) if answer != "I;16" else grey.convert("I;16")
    if answer == "CMYK":
        drawn.save(tmp_path / "answer.jpg")
    else:
        drawn.save(tmp_path / "answer.jpg", "PNG")
    facts = stitch.patch(
        crop=str(tmp_path / "crop.png"),
        answer=str(tmp_path / "answer.jpg"),
        mask=make_mask(tmp_path, Image.new("L", (17, 26), 255)),
        crop_box=CROP,
        mask_box=MASK,
        out_pixels=str(tmp_path / "pixels.png"),
        out_alpha=str(tmp_path / "alpha.png"),
    )
    assert (facts["painted"], facts["resized"]) == (17 * 26, False)
    with Image.open(tmp_path / "pixels.png") as pixels:
        assert pixels.mode == working(parent).mode


def test_a_hole_in_an_answer_shows_the_parent(tmp_path: Path) -> None:
    _, image = make_scene(tmp_path, "RGB")
    mask = make_mask(tmp_path, Image.new("L", (17, 26), 255))
    blend(tmp_path, Image.new("RGBA", (40, 40), (9, 9, 9, 0)), mask)
    with Image.open(tmp_path / "pixels.png") as pixels:
        assert pixels.tobytes() == image.crop((20, 15, 37, 41)).tobytes()


@pytest.mark.parametrize("size", [(20, 20), (80, 80), (41, 39)])
def test_answers_of_another_size_are_resampled_and_said(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    make_scene(tmp_path, "RGB")
    answer = Image.new("RGB", size, (10, 20, 30))
    facts, _ = blend(tmp_path, answer, make_mask(tmp_path, Image.new("L", (17, 26), 255)))
    assert facts["resized"] is True
    with Image.open(tmp_path / "pixels.png") as pixels:
        assert pixels.getcolors() == [(17 * 26, (10, 20, 30))]


@pytest.mark.parametrize("data", [b"", b"<html>", make_bomb_1_bit(10_000)])
def test_an_unreadable_answer_is_refused(tmp_path: Path, data: bytes) -> None:
    parent, _ = make_scene(tmp_path, "RGB")
    (tmp_path / "answer").write_bytes(data)
    with pytest.raises(Rejected) as caught:
        stitch.whole(answer=str(tmp_path / "answer"), parent=parent, out=str(tmp_path / "out"))
    assert caught.value.code == "answer_unreadable"


def test_a_mask_larger_than_the_crop_is_cut_to_it(tmp_path: Path) -> None:
    make_scene(tmp_path, "RGB")
    mask = str(make_file(tmp_path / "mask.png", Image.new("L", SIZE, 255)))
    facts, _ = blend(tmp_path, make_picture("RGB", (40, 40)), mask, [0, 0, 60, 50])
    assert facts == {"x": 10, "y": 5, "width": 40, "height": 40, "painted": 1600, "resized": False}


def test_a_mask_beside_the_crop_is_a_defect(tmp_path: Path) -> None:
    make_scene(tmp_path, "RGB")
    mask = str(make_file(tmp_path / "mask.png", Image.new("L", (5, 5), 255)))
    with pytest.raises(ValueError, match="outside the crop"):
        blend(tmp_path, make_picture("RGB", (40, 40)), mask, [50, 0, 55, 5])


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_answer_takes_the_parents_mode_and_size(tmp_path: Path, mode: str) -> None:
    parent, _ = make_scene(tmp_path, mode)
    answer = make_file(tmp_path / "answer", make_picture(mode, SIZE, seed=5))
    out = tmp_path / "out.png"
    facts = stitch.whole(answer=str(answer), parent=parent, out=str(out))
    assert facts == {"width": 60, "height": 50, "mode": mode, "resized": False}
    assert working({"base": str(out), "icc": None, "patches": []}).tobytes() == (
        make_picture(mode, SIZE, seed=5).tobytes()
    )


def test_what_was_drawn_beyond_the_picture_is_dropped(tmp_path: Path) -> None:
    parent, _ = make_scene(tmp_path, "RGB")
    drawn = make_picture("RGB", (80, 60), seed=5)
    out = tmp_path / "out.png"
    stitch.whole(
        answer=str(make_file(tmp_path / "answer", drawn)),
        parent=parent,
        out=str(out),
        crop_box=[-15, -4, 65, 56],
    )
    result = working({"base": str(out), "icc": None, "patches": []})
    assert result.tobytes() == drawn.crop((15, 4, 75, 54)).tobytes()


def test_a_patch_of_a_crop_that_reaches_beyond_the_picture(tmp_path: Path) -> None:
    parent, image = make_scene(tmp_path, "RGB")
    box = [-6, -4, 34, 36]
    make_file(tmp_path / "crop.png", mirror.cut(image, box))
    drawn = make_picture("RGB", (40, 40), seed=5)
    facts = stitch.patch(
        crop=str(tmp_path / "crop.png"),
        answer=str(make_file(tmp_path / "answer.png", drawn)),
        mask=str(make_file(tmp_path / "mask.png", Image.new("L", (10, 8), 255))),
        crop_box=box,
        mask_box=[0, 0, 10, 8],
        out_pixels=str(tmp_path / "pixels.png"),
        out_alpha=str(tmp_path / "alpha.png"),
    )
    layer: Patch = {
        "pixels": str(tmp_path / "pixels.png"),
        "alpha": str(tmp_path / "alpha.png"),
        "x": facts["x"],
        "y": facts["y"],
    }
    expected = image.copy()
    expected.paste(drawn.crop((6, 4, 16, 12)), (0, 0))
    assert working(parent | {"patches": [layer]}).tobytes() == expected.tobytes()


def test_a_jpeg_parent_is_compared_upright(tmp_path: Path) -> None:
    base = make_file(tmp_path / "a.jpg", make_photo(), "JPEG", exif=make_exif(orientation=6))
    parent: Recipe = {"base": str(base), "icc": None, "patches": []}
    mask = str(make_file(tmp_path / "mask.png", Image.new("L", (10, 10), 255)))
    proof = stitch.finish(
        parent=parent, recipe=parent, mask=mask, mask_box=[150, 230, 160, 240],
        out_dir=str(tmp_path),
    )  # fmt: skip
    assert (proof["width"], proof["height"]) == (160, 240)
    assert (proof["protected"], proof["changed"]) == (160 * 240 - 100, 0)
