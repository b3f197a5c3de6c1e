from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import proof, stitch
from editor.imaging.errors import Rejected
from editor.imaging.recipe import working
from tests.imaging.make import make_bomb_1_bit, make_exif, make_file, make_photo, make_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from editor.imaging.proof import Scene
    from editor.imaging.recipe import Patch, Recipe

MODES = ["L", "LA", "RGB", "RGBA"]
# A picture of 60 x 50, its crop, and the mask inside it.
SIZE = (60, 50)
CROP = [10, 5, 50, 45]
MASK = [20, 15, 37, 41]
IN_PLACE: stitch.Manner = {"redraws": False, "feather": "inside", "blend": "auto"}
REDRAWN: stitch.Manner = {"redraws": True, "feather": "inside", "blend": "auto"}


def make_mask(folder: Path, image: Image.Image | None = None) -> str:
    """Coverage of all kinds in the mask's box."""
    width, height = MASK[2] - MASK[0], MASK[3] - MASK[1]
    if image is None:
        image = make_picture("L", (width, height), seed=9)
        image.paste(0, (0, 0, 5, 5))
        image.paste(255, (5, 5, 12, 12))
    return str(make_file(folder / "mask.png", image))


def make_parent(folder: Path, mode: str = "RGB", box: Sequence[int] = tuple(CROP)) -> Recipe:
    """A parent picture, its crop saved as the pipeline does."""
    image = make_picture(mode, SIZE)
    make_file(folder / "crop.png", image.crop((box[0], box[1], box[2], box[3])))
    return {"base": str(make_file(folder / "parent.png", image)), "icc": None, "patches": []}


def make_scene(folder: Path, mask: str, **more: Any) -> Scene:
    scene = {"size": SIZE, "crop": str(folder / "crop.png"), "crop_box": CROP, "mask": mask}
    return {**scene, "mask_box": MASK, **more}  # type: ignore[typeddict-item]


def land(
    folder: Path,
    scene: Scene,
    parent: Recipe,
    answer: Image.Image,
    manner: stitch.Manner = IN_PLACE,
) -> tuple[stitch.Landed, Recipe]:
    """What was landed, and the recipe of the result."""
    answer.save(folder / "answer", "PNG")
    landed = stitch.land(
        scene=scene,
        answer=str(folder / "answer"),
        manner=manner,
        parent=parent,
        out_dir=str(folder),
    )
    patch: Patch = {
        "pixels": str(folder / "pixels.png"),
        "alpha": str(folder / "alpha.png"),
        "x": landed["x"],
        "y": landed["y"],
    }
    return landed, {**parent, "patches": [*parent["patches"], patch]}


def test_previews_may_be_left_for_later(tmp_path: Path) -> None:
    parent, scene = make_parent(tmp_path), make_scene(tmp_path, make_mask(tmp_path))
    answer = tmp_path / "answer"
    Image.new("RGB", (96, 80), "red").save(answer, "PNG")
    wishes: dict[str, Any] = {"answer": str(answer), "parent": parent, "out_dir": str(tmp_path)}
    landed = stitch.land(scene=scene, manner=IN_PLACE, previews=False, **wishes)
    assert landed["previews"] == {}
    assert (tmp_path / "pixels.png").exists()
    assert not (tmp_path / "1280.webp").exists()


def bands(image: Image.Image) -> np.typing.NDArray[np.int64]:
    pixels = np.asarray(image).astype(np.int64)
    return pixels.reshape(*pixels.shape[:2], -1)


def share_of(mask: str) -> np.typing.NDArray[np.int64]:
    coverage = Image.new("L", SIZE, 0)
    with Image.open(mask) as opened:
        coverage.paste(opened, (MASK[0], MASK[1]))
    return bands(coverage)


def counted(parent: Recipe, result: Recipe, mask: str) -> proof.Proof:
    return proof.everywhere(parent=parent, recipe=result, mask=mask, mask_box=MASK)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_what_lies_in_its_place_is_blended_by_coverage_alone(tmp_path: Path, mode: str) -> None:
    parent, mask = make_parent(tmp_path, mode), make_mask(tmp_path)
    answer = make_picture(mode, (40, 40), seed=2)
    _, result = land(tmp_path, make_scene(tmp_path, mask), parent, answer)
    whole = Image.new(mode, SIZE)
    whole.paste(answer, (CROP[0], CROP[1]))
    share = share_of(mask)
    exact = (bands(working(parent)) * (255 - share) + bands(whole) * share) / 255
    assert np.array_equal(bands(working(result)), np.rint(exact).astype(np.int64))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("manner", [IN_PLACE, REDRAWN])
def test_protected_pixels_are_counted_and_none_has_changed(
    tmp_path: Path, mode: str, manner: stitch.Manner
) -> None:
    parent, mask = make_parent(tmp_path, mode), make_mask(tmp_path)
    answer = make_picture(mode, (40, 40), seed=2)
    landed, result = land(tmp_path, make_scene(tmp_path, mask), parent, answer, manner)
    painted = int(np.count_nonzero(share_of(mask)))
    assert (landed["x"], landed["y"], landed["mode"]) == (20, 15, mode)
    assert (landed["painted"], landed["protected"]) == (painted, 60 * 50 - painted)
    assert landed["changed"] == 0
    assert counted(parent, result, mask) == {"protected": landed["protected"], "changed": 0}
    assert landed["previews"] == {"1280.webp": [60, 50], "320.webp": [60, 50]}
    with Image.open(tmp_path / "alpha.png") as alpha:
        assert alpha.histogram()[0] + alpha.histogram()[255] == 17 * 26


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_answer_in_any_place_leaves_the_rest_alone(tmp_path: Path, data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from(MODES))
    # Also beyond the picture's edges, as crops of masks there are.
    box = [
        data.draw(st.integers(-12, 20)),
        data.draw(st.integers(-12, 15)),
        data.draw(st.integers(37, 72)),
        data.draw(st.integers(41, 62)),
    ]
    mask = make_mask(tmp_path, make_picture("L", (17, 26), seed=data.draw(st.integers(0, 9))))
    parent = make_parent(tmp_path, mode, box)
    scene = make_scene(tmp_path, mask, crop_box=box)
    size = data.draw(st.tuples(st.integers(1, 90), st.integers(1, 90)))
    answer = make_picture(data.draw(st.sampled_from(MODES)), size, seed=3)
    manner: stitch.Manner = {
        "redraws": data.draw(st.booleans()),
        "feather": data.draw(st.sampled_from(["inside", "centred", "hard"])),
        "blend": data.draw(st.sampled_from(["auto", "gradient", "off"])),
    }
    landed, result = land(tmp_path, scene, parent, answer, manner)
    whole = counted(parent, result, mask)
    assert (landed["protected"], landed["changed"]) == (whole["protected"], whole["changed"])
    assert whole["changed"] == 0


def test_the_choices_of_a_member_are_heard(tmp_path: Path) -> None:
    mask = make_mask(tmp_path, Image.new("L", (17, 26), 255))
    parent, scene = make_parent(tmp_path), make_scene(tmp_path, mask)
    # The ring is the parent's, so that nothing is matched; the mask is filled with one colour.
    answer = working(parent).crop((10, 5, 50, 45))
    answer.paste((1, 2, 3), (10, 10, 27, 36))
    found = {}
    for feather in ("inside", "hard"):
        for blend in ("gradient", "off"):
            manner: Any = {"redraws": True, "feather": feather, "blend": blend}
            landed, result = land(tmp_path, scene, parent, answer, manner)
            assert landed["proof"]["gradient"] is (blend == "gradient")
            found[feather, blend] = working(result).getpixel((20, 28))
    assert found["hard", "off"] == (1, 2, 3)
    assert found["inside", "off"] not in {(1, 2, 3), found["hard", "gradient"]}


@pytest.mark.parametrize("redraws", [False, True])
def test_only_of_what_was_redrawn_the_answer_is_kept(tmp_path: Path, redraws: bool) -> None:
    parent, scene = make_parent(tmp_path), make_scene(tmp_path, make_mask(tmp_path))
    manner: stitch.Manner = {**IN_PLACE, "redraws": redraws}
    landed, _ = land(tmp_path, scene, parent, make_picture("RGB", (30, 40)), manner)
    assert landed["proof"]["resized"] is True
    assert landed["proof"]["verdict"] == "off" or redraws
    assert ("raw" in landed["proof"]) == (tmp_path / "raw.png").exists() == redraws
    assert (tmp_path / "heat.webp").exists() == redraws
    if redraws:
        size = (tmp_path / "answer").stat().st_size
        raw = {"file": "raw.png", "format": "png", "width": 30, "height": 40, "bytes": size}
        assert landed["proof"]["raw"] == raw
        assert (tmp_path / "raw.png").read_bytes() == (tmp_path / "answer").read_bytes()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("answer", ["L", "RGB", "1", "P", "CMYK", "I;16"])
def test_answers_of_any_mode_fit(tmp_path: Path, mode: str, answer: str) -> None:
    parent = make_parent(tmp_path, mode)
    grey = Image.new("L", (40, 40), 128)
    drawn = grey.convert("I;16") if answer == "I;16" else grey.convert("RGB").convert(answer)
    drawn.save(tmp_path / "answer", "JPEG" if answer == "CMYK" else "PNG")
    mask = make_mask(tmp_path, Image.new("L", (17, 26), 255))
    landed = stitch.land(
        scene=make_scene(tmp_path, mask), answer=str(tmp_path / "answer"), manner=REDRAWN,
        parent=parent, out_dir=str(tmp_path),
    )  # fmt: skip
    assert (landed["painted"], landed["mode"]) == (17 * 26, mode)
    with Image.open(tmp_path / "pixels.png") as pixels:
        assert pixels.mode == mode


def test_a_hole_in_an_answer_shows_the_parent(tmp_path: Path) -> None:
    parent = make_parent(tmp_path)
    mask = make_mask(tmp_path, Image.new("L", (17, 26), 255))
    clear = Image.new("RGBA", (40, 40), (9, 9, 9, 0))
    for manner in (IN_PLACE, REDRAWN):
        _, result = land(tmp_path, make_scene(tmp_path, mask), parent, clear, manner)
        assert working(result).tobytes() == working(parent).tobytes()


@pytest.mark.parametrize("data", [b"", b"<html>", make_bomb_1_bit(10_000)])
def test_an_unreadable_answer_is_refused(tmp_path: Path, data: bytes) -> None:
    parent, scene = make_parent(tmp_path), make_scene(tmp_path, make_mask(tmp_path))
    answer = tmp_path / "answer"
    answer.write_bytes(data)
    with pytest.raises(Rejected) as caught:
        stitch.land(
            scene=scene, answer=str(answer), manner=REDRAWN, parent=parent, out_dir=str(tmp_path)
        )
    assert caught.value.code == "answer_unreadable"


def test_a_mask_larger_than_the_crop_is_cut_to_it(tmp_path: Path) -> None:
    parent = make_parent(tmp_path)
    mask = str(make_file(tmp_path / "mask.png", Image.new("L", SIZE, 255)))
    scene = make_scene(tmp_path, mask, mask_box=[0, 0, 60, 50])
    landed, _ = land(tmp_path, scene, parent, make_picture("RGB", (40, 40)))
    assert (landed["x"], landed["y"], landed["painted"]) == (10, 5, 1600)
    assert (landed["protected"], landed["changed"]) == (0, 0)


def test_a_mask_beside_the_crop_is_a_defect(tmp_path: Path) -> None:
    parent = make_parent(tmp_path)
    mask = str(make_file(tmp_path / "mask.png", Image.new("L", (5, 5), 255)))
    scene = make_scene(tmp_path, mask, mask_box=[50, 0, 55, 5])
    with pytest.raises(ValueError, match="outside"):
        land(tmp_path, scene, parent, make_picture("RGB", (40, 40)))


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_answer_takes_the_parents_mode_and_size(tmp_path: Path, mode: str) -> None:
    parent = make_parent(tmp_path, mode)
    answer = make_file(tmp_path / "answer", make_picture(mode, SIZE, seed=5))
    facts = keep_whole(tmp_path, parent, mode)
    assert (facts["mode"], facts["proof"]) == (mode, {"resized": False})
    written = working({"base": str(tmp_path / "whole.png"), "icc": None, "patches": []})
    with Image.open(answer) as image:
        assert written.tobytes() == image.tobytes()


def keep_whole(folder: Path, parent: Recipe, mode: str = "RGB", **more: Any) -> stitch.WholeFacts:
    wanted = {"crop_box": [0, 0, *SIZE], "keeps_raw": False, **more}
    return stitch.whole(
        answer=str(folder / "answer"), parent=parent, size=SIZE, mode=mode, out_dir=str(folder),
        **wanted,
    )  # fmt: skip


def test_a_small_whole_answer_comes_out_at_full_size_and_says_so(tmp_path: Path) -> None:
    parent = make_parent(tmp_path)
    small = make_photo(size=(30, 25))
    make_file(tmp_path / "answer", small)
    facts = keep_whole(tmp_path, parent, keeps_raw=True)
    raw = facts["proof"]["raw"]
    assert facts["proof"]["resized"] is True
    assert isinstance(raw, dict)
    assert (raw["width"], raw["height"]) == (30, 25)
    assert facts["previews"] == {"1280.webp": [60, 50], "320.webp": [60, 50]}
    with Image.open(tmp_path / "whole.png") as whole:
        assert whole.size == SIZE
        back = np.asarray(whole.resize(small.size, Image.Resampling.BOX)).astype(int)
    assert np.abs(back - np.asarray(small)).mean() < 2


def test_what_a_whole_answer_shows_beyond_the_picture_is_cut_off(tmp_path: Path) -> None:
    parent = make_parent(tmp_path)
    answer = make_picture("RGB", (80, 80), seed=5)
    make_file(tmp_path / "answer", answer)
    facts = keep_whole(tmp_path, parent, crop_box=[-8, -20, 72, 60])
    assert facts["proof"] == {"resized": False}
    with Image.open(tmp_path / "whole.png") as whole:
        assert whole.tobytes() == answer.crop((8, 20, 68, 70)).tobytes()


def test_a_hole_in_a_whole_answer_shows_the_parent(tmp_path: Path) -> None:
    parent = make_parent(tmp_path)
    answer = Image.new("RGBA", SIZE, (1, 2, 3, 255))
    answer.paste((0, 0, 0, 0), (0, 0, 30, 50))
    make_file(tmp_path / "answer", answer)
    keep_whole(tmp_path, parent)
    with Image.open(tmp_path / "whole.png") as whole:
        assert whole.crop((30, 0, 60, 50)).getcolors() == [(1500, (1, 2, 3))]
        left = whole.crop((0, 0, 30, 50))
    assert left.tobytes() == working(parent).crop((0, 0, 30, 50)).tobytes()


def test_a_jpeg_parent_is_compared_upright(tmp_path: Path) -> None:
    base = make_file(tmp_path / "a.jpg", make_photo(), "JPEG", exif=make_exif(orientation=6))
    parent: Recipe = {"base": str(base), "icc": None, "patches": []}
    mask = str(make_file(tmp_path / "mask.png", Image.new("L", (10, 10), 255)))
    found = proof.everywhere(parent=parent, recipe=parent, mask=mask, mask_box=[150, 230, 160, 240])
    assert found == {"protected": 160 * 240 - 100, "changed": 0}
