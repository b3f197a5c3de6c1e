"""Previews drawn on an ancestor's must look like those of the rendered picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.imaging import overlay, preview
from editor.imaging.recipe import profile, working
from tests.imaging.make import make_file, make_photo, make_swapped_profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from editor.imaging.recipe import Patch, Recipe

SIZE = (2000, 1500)
# Mean grey levels: a preview that is packed twice differs by about one.
NEAR = 2.5


def make_parent(folder: Path, mode: str = "RGB", size: tuple[int, int] = SIZE) -> Recipe:
    """A picture with its previews."""
    icc = folder / "icc.bin"
    if mode == "RGB":
        icc.write_bytes(make_swapped_profile())
    parent: Recipe = {
        "base": str(make_file(folder / "parent.png", make_photo(mode, size))),
        "icc": str(icc) if icc.exists() else None,
        "patches": [],
    }
    preview.write(working(parent), profile(parent), folder)
    return parent


@pytest.fixture(scope="module", params=["L", "LA", "RGB", "RGBA"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """A parent of each mode, for tests that only read it."""
    return make_parent(tmp_path_factory.mktemp("parent"), request.param)


def patched(folder: Path, parent: Recipe, box: tuple[int, int, int, int], level: int) -> Recipe:
    """The picture with a disc of one grey in that box."""
    folder.mkdir()
    size = box[2] - box[0], box[3] - box[1]
    ramp = Image.radial_gradient("L").resize(size).point([255] * 180 + [0] * 76)
    pixels = working(parent).crop(box)
    pixels.paste((level,) * len(pixels.getbands()), (0, 0, *size), ramp)
    patch: Patch = {
        "pixels": str(make_file(folder / "pixels.png", pixels)),
        "alpha": str(make_file(folder / "alpha.png", ramp)),
        "x": box[0],
        "y": box[1],
    }
    return {**parent, "patches": [*parent["patches"], patch]}


def read(path: Path) -> np.typing.NDArray[np.int64]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA")).astype(np.int64)


def rendered(folder: Path, recipe: Recipe) -> Path:
    """A folder with the previews of the rendered picture."""
    full = folder / "full"
    full.mkdir()
    preview.write(working(recipe), profile(recipe), full)
    return full


def apart(folder: Path, full: Path, box: Sequence[int] = (0, 0, 1280, 1280)) -> float:
    """How far the larger previews in two folders are from each other, in a box of them."""
    area = slice(box[1], box[3]), slice(box[0], box[2])
    shown, wanted = (read(one / "1280.webp")[area] for one in (folder, full))
    visible = wanted[..., 3:] > 0
    return float((np.abs(shown - wanted) * visible).mean())


@pytest.mark.parametrize("box", [(500, 300, 1111, 777), (0, 0, 70, 60), (1993, 1495, 2000, 1500)])
def test_it_looks_as_if_it_had_been_rendered(
    tmp_path: Path, shared: Recipe, box: tuple[int, int, int, int]
) -> None:
    result = patched(tmp_path / "1", shared, box, 30)
    written = overlay.write(result, SIZE, tmp_path / "1")
    assert written == {"1280.webp": [1280, 960], "320.webp": [320, 240]}
    assert apart(tmp_path / "1", rendered(tmp_path, result)) < NEAR


@pytest.mark.parametrize("box", [(500, 300, 1111, 777), (4, 4, 74, 64)])
def test_a_patch_is_drawn_in_its_place_to_a_part_of_a_pixel(
    tmp_path: Path, shared: Recipe, box: tuple[int, int, int, int]
) -> None:
    """Two pixels of the picture beside it, one and a quarter of the preview, is clearly worse."""
    result = patched(tmp_path / "1", shared, box, 30)
    full = rendered(tmp_path, result)
    around = [int(place * 0.64) for place in box]
    off = []
    for shift in (0, -2, 2):
        folder = tmp_path / f"shifted {shift}"
        folder.mkdir()
        patch: Patch = {**result["patches"][0], "x": box[0] + shift}
        overlay.write({**result, "patches": [patch]}, SIZE, folder)
        off.append(apart(folder, full, around))
    assert off[0] < 0.8 * min(off[1:])


def test_a_small_picture_shows_every_pixel_of_a_patch(tmp_path: Path) -> None:
    size = 300, 200
    result = patched(tmp_path / "1", make_parent(tmp_path, "L", size), (100, 50, 200, 150), 9)
    overlay.write(result, size, tmp_path / "1")
    assert apart(tmp_path / "1", rendered(tmp_path, result)) < NEAR


def test_a_long_chain_does_not_fade(tmp_path: Path) -> None:
    recipe = make_parent(tmp_path)
    for number in range(1, 13):
        left = 150 * number
        folder = tmp_path / str(number)
        recipe = patched(folder, recipe, (left, 400, left + 130, 560), 20 * number)
        overlay.write(recipe, SIZE, folder)
    assert apart(tmp_path / "12", rendered(tmp_path, recipe)) < NEAR


def test_the_base_need_not_be_there_to_be_drawn_on(tmp_path: Path) -> None:
    """Nothing but small files is opened, however large the picture is."""
    parent = make_parent(tmp_path)
    result = patched(tmp_path / "1", parent, (500, 300, 700, 500), 30)
    (tmp_path / "parent.png").unlink()
    overlay.write(result, SIZE, tmp_path / "1")
    assert (tmp_path / "1/320.webp").exists()


def test_without_a_preview_to_begin_with_the_picture_is_rendered(tmp_path: Path) -> None:
    result = patched(tmp_path / "1", make_parent(tmp_path), (500, 300, 700, 500), 30)
    (tmp_path / "1280.webp").unlink()
    overlay.write(result, SIZE, tmp_path / "1")
    assert apart(tmp_path / "1", rendered(tmp_path, result)) == 0


def test_the_preview_of_another_picture_is_a_defect(tmp_path: Path) -> None:
    result = patched(tmp_path / "1", make_parent(tmp_path), (500, 300, 700, 500), 30)
    with pytest.raises(ValueError, match="a preview of"):
        overlay.write(result, (1500, 2000), tmp_path / "1")
