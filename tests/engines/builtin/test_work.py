from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.engines.builtin.language import read
from editor.engines.builtin.work import Actual, paint
from editor.imaging.errors import Rejected
from tests.engines.builtin.textures import SIZE, make_grass, make_hole, spoiled

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
ALL_PROMPTS = ["remove this", "fill", "black and white", "brighter", "more contrast", "blur",
               "pixelate", "remove this and make it 20 % darker", "lift the shadows",
               "lower the highlights", "sharpen", "invert", "more saturation", "warmer", "sepia",
               "make it teal"]  # fmt: skip
COLOURED = {"more saturation", "warmer", "sepia", "make it teal"}


def make_picture(mode: str) -> Pixels:
    """Grass in a working mode, opaque."""
    bands = make_grass()[..., : 1 if mode.startswith("L") else 3]
    opaque = np.full((SIZE, SIZE, 1), 255, dtype=np.uint8)
    return np.concatenate([bands, opaque], axis=2) if mode.endswith("A") else bands


def painted(
    folder: Path,
    picture: Pixels,
    mask: Mask | None,
    prompt: str,
    seed: int = 1,
    out: Path | None = None,
) -> tuple[Pixels, Actual]:
    """Run the job on files and read its answer."""
    coverage = str(out) if out else None
    source, out = folder / "crop.png", folder / "out.png"
    Image.fromarray(picture.squeeze(axis=2) if picture.shape[2] == 1 else picture).save(source)
    if mask is not None:
        Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "mask.png")
    actual = paint(
        image=str(source),
        mask=str(folder / "mask.png") if mask is not None else None,
        instruction=read(prompt, has_mask=True),  # type: ignore[arg-type]
        seed=seed,
        out=str(out),
        coverage=coverage,
    )
    with Image.open(out) as answer:
        assert answer.format == "PNG"
        bands = np.asarray(answer)
    return bands.reshape(*bands.shape[:2], -1), actual


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prompt", ALL_PROMPTS)
def test_every_step_works_in_every_mode_and_keeps_protected_pixels(
    tmp_path: Path, mode: str, prompt: str
) -> None:
    hole = make_hole()
    picture = make_picture(mode)
    if prompt in COLOURED and mode in {"L", "LA"}:
        with pytest.raises(Rejected) as caught:
            painted(tmp_path, picture, hole, prompt)
        assert caught.value.code == "no_colour"
        return
    answer, actual = painted(tmp_path, picture, hole, prompt)
    assert answer.shape == picture.shape == (SIZE, SIZE, MODES[mode])
    assert (answer[~hole] == picture[~hole]).all()
    if not (mode in {"L", "LA"} and prompt == "black and white"):
        assert (answer[hole] != picture[hole]).any()
    assert json.loads(json.dumps(actual)) == actual


@pytest.mark.parametrize(
    "prompt", ["black and white", "brighter", "more contrast", "blur", "pixelate"]
)
def test_without_a_mask_the_whole_picture_changes(tmp_path: Path, prompt: str) -> None:
    picture = make_picture("RGB")
    answer, _ = painted(tmp_path, picture, None, prompt)
    assert (answer != picture).any(axis=2).mean() > 0.8


def test_the_answer_says_what_was_done(tmp_path: Path) -> None:
    _, actual = painted(
        tmp_path, make_picture("RGB"), make_hole(), "remove this, then 10% darker", 9
    )
    assert actual == {
        "steps": [{"do": "remove"}, {"do": "brightness", "amount": -0.1}],
        "filled": {"search": 1},
        "seed": 9,
    }


def test_a_seed_repeats(tmp_path: Path) -> None:
    picture, hole = make_picture("RGB"), make_hole()
    answers = [painted(tmp_path, picture, hole, "remove this", seed)[0] for seed in (-5, -5, 2**40)]
    assert (answers[0] == answers[1]).all()
    assert (answers[0] != answers[2]).any()


@pytest.mark.parametrize("mode", MODES)
def test_a_wholly_painted_picture_is_refused(tmp_path: Path, mode: str) -> None:
    everything = np.ones((SIZE, SIZE), dtype=np.bool_)
    picture = make_picture(mode)
    if mode.endswith("A"):
        assert painted(tmp_path, picture, everything, "remove this")[1]["filled"] == {
            "transparent": 1
        }
        return
    with pytest.raises(Rejected) as caught:
        painted(tmp_path, picture, everything, "remove this")
    assert caught.value.code == "nothing_to_fill_from"
    assert not (tmp_path / "out.png").exists()


def test_a_fill_without_a_mask_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        painted(tmp_path, make_picture("RGB"), None, "remove this")
    assert caught.value.code == "needs_mask"


@pytest.mark.parametrize("mode", MODES)
def test_a_changed_background_comes_with_what_was_protected(tmp_path: Path, mode: str) -> None:
    picture, subject = make_picture(mode), make_hole(radius=0.2)
    picture[subject] = 255
    folder = tmp_path / "coverage.png"
    answer, actual = painted(tmp_path, picture, subject, "remove the background", out=folder)
    with Image.open(folder) as image:
        kept = np.asarray(image) == 0
    assert answer.shape[2] == {"L": 2, "LA": 2, "RGB": 4, "RGBA": 4}[mode]
    bands = min(answer.shape[2], picture.shape[2])
    assert (answer[kept][:, :bands] == picture[kept]).all()
    assert kept[subject].mean() > 0.9
    assert answer[~subject][:, -1].mean() < 10
    assert actual["by_mask"] is False


def test_a_background_without_a_subject_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        painted(tmp_path, make_picture("RGB"), None, "remove the background")
    assert caught.value.code == "needs_subject"


def test_a_hole_among_clear_pixels_becomes_clear(tmp_path: Path) -> None:
    picture = make_picture("RGBA")
    picture[..., 3] = 0
    hole = make_hole()
    picture[hole] = (255, 0, 255, 255)
    answer, actual = painted(tmp_path, picture, hole, "remove this")
    assert (answer[hole][:, 3] == 0).all()
    assert actual["filled"] == {"transparent": 1}


def test_across_an_edge_of_alpha_the_edge_goes_on(tmp_path: Path) -> None:
    """Left half opaque grass, right half clear magenta: no magenta comes into view."""
    picture = make_picture("RGBA")
    picture[:, SIZE // 2 :] = (255, 0, 255, 0)
    hole = make_hole()
    picture[hole] = (255, 0, 255, 255)
    answer, _ = painted(tmp_path, picture, hole, "remove this")
    left, right = hole.copy(), hole.copy()
    left[:, SIZE // 2 - 8 :], right[:, : SIZE // 2 + 8] = False, False
    assert answer[left][:, 3].mean() > 230
    assert answer[right][:, 3].mean() < 25
    shown = answer[hole & (answer[..., 3] > 128)].astype(int)
    assert (shown[:, 0] - shown[:, 1] > 100).mean() < 0.02


def test_partial_coverage_counts_as_painted(tmp_path: Path) -> None:
    """The caller blends by coverage, so the answer must be filled where it is 1 of 255."""
    picture, hole = spoiled(make_grass(), make_hole()), make_hole()
    Image.fromarray(picture).save(tmp_path / "crop.png")
    Image.fromarray(hole.astype(np.uint8)).save(tmp_path / "mask.png")
    paint(
        image=str(tmp_path / "crop.png"),
        mask=str(tmp_path / "mask.png"),
        instruction={"steps": [{"do": "remove"}]},
        seed=1,
        out=str(tmp_path / "out.png"),
    )
    with Image.open(tmp_path / "out.png") as answer:
        assert not (np.asarray(answer)[hole] == (255, 0, 255)).all(axis=1).any()
