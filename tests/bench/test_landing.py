"""What the studio adds around an engine: for 24 MP all of it, for 6 to 80 MP the stitch alone.

Every run is a process of its own. Of each part the quickest of several counts, which other programs
disturbed least; how it grows is told by the processor's seconds, which they hardly lengthen at all.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from editor.imaging import intake
from tests.imaging import drift

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.bands import Pixels

pytestmark = pytest.mark.bench
CROP = 1536, 1024
SIZES = {6: (3000, 2000), 24: (6000, 4000), 80: (10_960, 7300)}
RUNS = 7
# Seconds and MiB for 24 MP; how much longer the stitch may take for 80 MP than for 6.
MOST_TIME, MOST_MEMORY, MOST_GROWTH = 1.2, 400, 1.3
# MiB for a mask that covers nearly all of 24 MP.
MOST_MEMORY_WHOLE = 700
KIND = next(one for one in drift.DRIFTS if one.name == "all of it")


def make_photo(size: tuple[int, int]) -> Pixels:
    """A real photo, enlarged around a crop that is the same in every size, with a camera's grain."""
    photo = np.asarray(cv2.resize(drift.photo("picos"), size, interpolation=cv2.INTER_CUBIC))
    left, top = middle(size)
    crop = cv2.resize(drift.photo("picos"), CROP, interpolation=cv2.INTER_CUBIC)
    photo[top : top + CROP[1], left : left + CROP[0]] = crop
    grain = np.random.default_rng(3).integers(-3, 4, (512, 512, 1), np.int16)
    tiles = np.tile(grain, (size[1] // 512 + 1, size[0] // 512 + 1, 1))[: size[1], : size[0]]
    return np.asarray(np.clip(photo + tiles, 0, 255), np.uint8)


def middle(size: tuple[int, int]) -> tuple[int, int]:
    return (size[0] - CROP[0]) // 2, (size[1] - CROP[1]) // 2


def prepare(folder: Path, megapixels: int) -> dict[str, Any]:
    """A picture that was taken in, a mask, and an answer with all kinds of drift."""
    size = SIZES[megapixels]
    folder.mkdir()
    source = folder / "original.jpg"
    Image.fromarray(make_photo(size)).save(source, "JPEG", quality=90)
    intake.inspect(source=str(source), out_dir=str(folder), max_pixels=100_000_000)
    left, top = middle(size)
    with Image.open(source) as photo:
        crop = np.asarray(photo.crop((left, top, left + CROP[0], top + CROP[1])))
    scene = drift.scene("picos", crop, seed=1)
    box = cv2.boundingRect(scene.coverage)
    painted = scene.coverage[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    Image.fromarray(painted).save(folder / "mask.png")
    _done, data = cv2.imencode(".png", drift.answer(scene, KIND)[..., ::-1])
    body = {"data": [{"b64_json": base64.b64encode(data.tobytes()).decode()}]}
    (folder / "answer.body").write_text(json.dumps(body))
    x0, y0 = left + box[0], top + box[1]
    return jobs(folder, size, [left, top, left + CROP[0], top + CROP[1]],
                [x0, y0, x0 + box[2], y0 + box[3]])  # fmt: skip


def prepare_whole(folder: Path, megapixels: int) -> dict[str, Any]:
    """The same photo with a mask over nearly all of it, and an answer of an engine's size."""
    told = prepare(folder, megapixels)
    size = SIZES[megapixels]
    mask = np.full((size[1], size[0]), 255, np.uint8)
    mask[:200], mask[:, :200] = 0, 0
    Image.fromarray(mask).save(folder / "mask.png")
    with Image.open(folder / "original.jpg") as photo:
        photo.resize(CROP).save(folder / "image-1", "PNG")
    whole = [0, 0, *size]
    told["errand"] |= {"box": whole, "mask_box": whole}
    told["land"]["scene"] |= {"crop_box": whole, "mask_box": whole}
    return {part: told[part] for part in ("errand", "land")}


def jobs(
    folder: Path, size: tuple[int, int], crop_box: list[int], mask_box: list[int]
) -> dict[str, Any]:
    """The arguments of every child job, as the pipeline gives them."""
    parent: dict[str, Any] = {"base": str(folder / "original.jpg"), "icc": None, "patches": []}
    crop, mask = str(folder / "crop.png"), str(folder / "mask.png")
    covered, out = str(folder / "crop-mask.png"), folder / "result-1"
    out.mkdir()
    limits = {"pixels": 8_000_000, "bytes": 50_000_000, "mask_bytes": 4_000_000}
    return {
        "errand": {"recipe": parent, "box": crop_box, "out": crop, "mask": mask,
                   "mask_box": mask_box, "mask_out": covered},
        "encode": {"pictures": [crop], "mask": covered, "size": CROP, "polarity": "alpha",
                   "limits": limits | {"jpeg": True, "needs_mask": True},
                   "out_dir": str(folder / "out")},
        "read": {"body": str(folder / "answer.body"), "encoding": "", "out_dir": str(folder),
                 "most": 1 << 30},
        "land": {"scene": {"size": size, "crop": crop, "crop_box": crop_box, "mask": mask,
                           "mask_box": mask_box},
                 "answer": str(folder / "image-1"),
                 "manner": {"redraws": True, "feather": "inside", "blend": "auto"},
                 "parent": parent, "out_dir": str(out)},
    }  # fmt: skip


def test_a_mask_over_nearly_all_of_a_picture(tmp_path: Path) -> None:
    """Memory for each of its pixels, beside what any edit takes."""
    told = prepare_whole(tmp_path / "whole", 24)
    found = run(told)
    seconds = sum(work for _wall, work in found["parts"].values())
    print(f"\nmask over 24 MP: {found['mib']:.0f} MiB, {seconds:.1f} s of own work")  # noqa: T201
    assert found["mib"] <= MOST_MEMORY_WHOLE


def run(told: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.landing", json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_around_the_engine(tmp_path: Path) -> None:
    told = {size: prepare(tmp_path / str(size), size) for size in SIZES}
    # In turns, so that a busy minute of the machine is shared by all sizes.
    runs = [{size: run(told[size]) for size in SIZES} for _run in range(RUNS)]
    stitch, totals = dict.fromkeys(SIZES, 0.0), dict.fromkeys(SIZES, 0.0)
    print(f"\n{'seconds, wall and own work':<28}" + "".join(f"{n:>12} MP" for n in SIZES))  # noqa: T201
    for part in runs[0][6]["parts"]:
        wall, stitch = (
            {n: min(r[n]["parts"][part][i] for r in runs) for n in SIZES} for i in (0, 1)
        )
        row = "".join(f"{wall[n]:9.3f} {stitch[n]:5.3f}" for n in SIZES)
        print(f"{part:<28}{row}")  # noqa: T201
        totals = {n: totals[n] + wall[n] for n in SIZES}
    memory = {n: min(r[n]["mib"] for r in runs) for n in SIZES}
    print(f"{'all, wall':<28}" + "".join(f"{totals[n]:9.3f}      " for n in SIZES))  # noqa: T201
    print(f"{'MiB at most':<28}" + "".join(f"{memory[n]:9.0f}      " for n in SIZES))  # noqa: T201
    print(f"the stitch grows {max(stitch.values()) / stitch[6]:.2f}x from 6 to 80 MP")  # noqa: T201
    assert totals[24] <= MOST_TIME
    assert memory[24] <= MOST_MEMORY
    assert max(stitch.values()) <= MOST_GROWTH * stitch[6]
