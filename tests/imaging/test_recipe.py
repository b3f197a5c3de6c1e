"""Versions as layers: exact however long the chain is, and wherever it was flattened."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import png, render
from editor.imaging.recipe import working
from tests.imaging.make import make_file, make_photo, make_picture

if TYPE_CHECKING:
    from editor.imaging.recipe import Patch, Recipe

MODES = ["L", "LA", "RGB", "RGBA"]
SIZE = (40, 30)


def make_layer(folder: Path, mode: str, box: tuple[int, int, int, int], seed: int) -> Patch:
    """A patch of noise that covers about half of its box."""
    x0, y0, x1, y1 = box
    size = x1 - x0, y1 - y0
    alpha = make_picture("L", size, seed=seed + 1).point([0] * 128 + [255] * 128)
    files = {"pixels": folder / f"pixels-{seed}.png", "alpha": folder / f"alpha-{seed}.png"}
    png.write(make_picture(mode, size, seed=seed), files["pixels"])
    png.write(alpha, files["alpha"])
    return {"pixels": str(files["pixels"]), "alpha": str(files["alpha"]), "x": x0, "y": y0}


@st.composite
def boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    x0, y0 = draw(st.integers(0, SIZE[0] - 1)), draw(st.integers(0, SIZE[1] - 1))
    return x0, y0, draw(st.integers(x0 + 1, SIZE[0])), draw(st.integers(y0 + 1, SIZE[1]))


@settings(max_examples=60, deadline=None)
@given(
    mode=st.sampled_from(MODES),
    chain=st.lists(boxes(), min_size=1, max_size=14),
    every=st.integers(1, 5),
    lost=st.sets(st.integers(0, 13)),
    spoilt=st.sets(st.integers(0, 13)),
)
def test_a_flattened_chain_is_the_chain(
    mode: str,
    chain: list[tuple[int, int, int, int]],
    every: int,
    lost: set[int],
    spoilt: set[int],
) -> None:
    """Each version grows on the one before it; flat files get lost or spoilt on the way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = make_file(folder / "base.png", make_picture(mode, SIZE))
        layers = [make_layer(folder, mode, box, 10 * at) for at, box in enumerate(chain, 1)]
        flats = [folder / f"{at}.flat.png" for at in range(len(layers))]
        kept: list[Patch] = [
            layer | {"flat": str(flat)} if (at + 1) % every == 0 else layer
            for at, (layer, flat) in enumerate(zip(layers, flats, strict=True))
        ]
        for length in range(1, len(layers) + 1):
            plain: Recipe = {"base": str(base), "icc": None, "patches": layers[:length]}
            quick: Recipe = {"base": str(base), "icc": None, "patches": kept[:length]}
            assert working(quick).tobytes() == working(plain).tobytes()
            if length - 1 in lost:
                flats[length - 1].unlink(missing_ok=True)
            if length - 1 in spoilt and flats[length - 1].exists():
                flats[length - 1].write_bytes(flats[length - 1].read_bytes()[:-20])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_after_twenty_edits_elsewhere_untouched_pixels_are_the_originals(
    tmp_path: Path, kind: str
) -> None:
    size = (240, 160)
    base = make_file(tmp_path / "base", make_photo(size=size), kind)
    with Image.open(base) as image:
        original = np.asarray(image.convert("RGB"))
    patches: list[Patch] = []
    touched = np.zeros(size[::-1], bool)
    for at in range(20):
        x, y = 40 + 5 * at, 20 + 4 * at
        patch = make_layer(tmp_path, "RGB", (x, y, x + 30, y + 20), 100 * (at + 1))
        if at % 4 == 3:
            patch["flat"] = str(tmp_path / f"{at}.flat.png")
        with Image.open(patch["alpha"]) as alpha:
            touched[y : y + 20, x : x + 30] |= np.asarray(alpha) > 0
        patches.append(patch)
        recipe: Recipe = {"base": str(base), "icc": None, "patches": list(patches)}
        render.export(recipe=recipe, out=str(tmp_path / "out.png"), format="png")
    with Image.open(tmp_path / "out.png") as image:
        shown = np.asarray(image)
    assert len(list(tmp_path.glob("*.flat.png"))) == 5
    assert touched.mean() > 0.05
    assert np.array_equal(shown[~touched], original[~touched])
    assert (shown[touched] != original[touched]).any(axis=1).mean() > 0.9


def make_chain(folder: Path, count: int) -> Recipe:
    base = make_file(folder / "base.png", make_picture("RGB", SIZE))
    layers = [make_layer(folder, "RGB", (at, at, at + 9, at + 9), 10 * at) for at in range(count)]
    return {"base": str(base), "icc": None, "patches": layers}


def test_what_lies_below_a_flat_picture_is_not_opened(tmp_path: Path) -> None:
    recipe = make_chain(tmp_path, 3)
    recipe["patches"][1]["flat"] = str(tmp_path / "1.flat.png")
    expected = working(recipe).tobytes()
    for file in ("base", "pixels-0", "alpha-10"):
        (tmp_path / f"{file}.png").unlink()
    assert working(recipe).tobytes() == expected


def test_a_flat_picture_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    recipe = make_chain(tmp_path, 2)
    expected = working(recipe).tobytes()
    recipe["patches"][1]["flat"] = str(tmp_path / "nowhere" / "1.flat.png")
    before = sorted(tmp_path.iterdir())
    assert working(recipe).tobytes() == expected
    assert sorted(tmp_path.iterdir()) == before
