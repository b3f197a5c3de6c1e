"""Puts an engine's answer into the picture and proves that the rest is untouched.

What this takes depends on the crop, not on the picture: nothing here decodes that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypedDict

import cv2
import numpy as np
from PIL import Image

from editor.imaging import answer as answer_of
from editor.imaging import compose, overlay, pixels, png, preview, proof
from editor.imaging.answer import Raw, inside, shared
from editor.imaging.files import replacing
from editor.imaging.recipe import Patch, Recipe, profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.imaging.answer import Box
    from editor.imaging.bands import Pixels
    from editor.imaging.proof import Scene

HEAT: Final = "heat.webp"
# Pixels around a mask that tell whether its border shows.
NEXT_TO: Final = 64
GRADIENTS: Final[dict[str, Literal["auto", "always", "never"]]] = {
    "auto": "auto",
    "gradient": "always",
    "off": "never",
}
IN_PLACE: Final = compose.Choices(align=False, match=False, edge="hard", gradient="never")


class Manner(TypedDict):
    """How an answer is put in; one that was not redrawn lies where it belongs, as it is.

    `feather` and `blend` are a member's choices, in the words of the edit's focus.
    """

    redraws: bool
    feather: Literal["inside", "centred", "hard"]
    blend: Literal["auto", "gradient", "off"]


class Landed(TypedDict):
    """Where the patch lies in the picture, what it holds, and what was proven of it.

    `proof` is what people are told: `compose.Facts`, and under "raw" what is kept of the answer.
    """

    x: int
    y: int
    painted: int
    mode: str
    protected: int
    changed: int
    proof: dict[str, object]
    previews: dict[str, list[int]]


class WholeFacts(TypedDict):
    """A whole new picture; `proof` says whether the answer was of another size, and holds Raw."""

    mode: str
    proof: dict[str, object]
    previews: dict[str, list[int]]


def warm_up() -> None:
    """Compose a small made-up answer, so that no child has to be the first in the process it is of.

    What code and libraries find out when they are used for the first time is a sixth of the work.
    """
    cv2.setNumThreads(1)
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
    parent = np.asarray(cv2.resize(noise, (240, 240), interpolation=cv2.INTER_CUBIC), np.uint8)
    coverage = np.zeros(parent.shape[:2], np.uint8)
    coverage[90:150, 90:150] = 255
    # A little larger and out of place, as answers are.
    answer = np.asarray(cv2.resize(np.roll(parent, 3, axis=1), (256, 256)), np.uint8)
    compose.compose(parent, answer, coverage)


def land(
    *,
    scene: Scene,
    answer: str,
    manner: Manner,
    parent: Recipe,
    out_dir: str,
    previews: bool = True,
) -> Landed:
    """Compose the answer into the crop and write what the mask covers, proof and previews.

    Files: pixels.png, alpha.png, the previews unless they are left for later, heat.webp, and the
    answer as it came if it was redrawn. Raises Rejected answer_unreadable; ValueError when mask and crop share nothing.
    """
    # Other jobs have the other cores.
    cv2.setNumThreads(1)
    out, box = Path(out_dir), shared(scene["mask_box"], scene["crop_box"])
    mode, told = put_in(scene, Path(answer), manner, box, out)
    alpha = proof.coverage_in(scene["mask"], scene["mask_box"], box).point([0] + [255] * 255)
    png.write(alpha, out / "alpha.png")
    patch = Patch(pixels=str(out / "pixels.png"), alpha=str(out / "alpha.png"), x=box[0], y=box[1])
    counted = proof.of_patch(scene, pixels.load_png(scene["crop"]), patch)
    result: Recipe = {**parent, "patches": [*parent["patches"], patch]}
    return Landed(
        x=box[0],
        y=box[1],
        painted=alpha.histogram()[255],
        mode=mode,
        protected=counted["protected"],
        changed=counted["changed"],
        proof=told,
        previews=overlay.write(result, scene["size"], out) if previews else {},
    )


def put_in(
    scene: Scene, came: Path, manner: Manner, box: Box, out: Path
) -> tuple[str, dict[str, object]]:
    """Write what `box` shows with the answer in it; return the mode, and what people are told.

    All else is let go with this: the proof takes as much memory again.
    """
    seen = layers(scene, came, manner)
    choices = compose.Choices(edge=manner["feather"], gradient=GRADIENTS[manner["blend"]])
    coverage = array(proof.coverage_in(scene["mask"], scene["mask_box"], seen.area))[..., 0]
    choices = choices if manner["redraws"] else IN_PLACE
    made = compose.compose(seen.parent, seen.drawn, coverage, choices)
    x0, y0, x1, y1 = inside(box, seen.area)
    written = image(made.pixels[y0:y1, x0:x1])
    png.write(written, out / "pixels.png")
    raw = kept(made, came, seen.size, out) if manner["redraws"] else {}
    return written.mode, {**made.facts, **raw}


class Layers(NamedTuple):
    """What is composed: both show `area` of the picture; `size` is that of the whole answer."""

    parent: Pixels
    drawn: Pixels
    area: Box
    size: tuple[int, int]


def layers(scene: Scene, came: Path, manner: Manner) -> Layers:
    """Read the crop and its answer.

    Of an answer that is in its place nothing is looked at but the mask and what is next to it.
    """
    x0, y0, x1, y1 = scene["crop_box"]
    area: Box = (x0, y0, x1, y1)
    crop = pixels.load_png(scene["crop"])
    drawn = answer_of.read(came, crop.width * crop.height)
    size = drawn.size
    if not manner["redraws"] and size == crop.size:
        area = shared(grown(scene["mask_box"], NEXT_TO), area)
        crop, drawn = (one.crop(inside(area, (x0, y0))) for one in (crop, drawn))
    return Layers(array(crop), array(drawn), area, size)


def grown(box: Sequence[int], by: int) -> Box:
    """A box with so many pixels more on each side."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def array(picture: Image.Image) -> Pixels:
    """Height x width x bands."""
    return np.asarray(picture).reshape(picture.height, picture.width, -1)


def image(bands: Pixels) -> Image.Image:
    """The reverse of `array`."""
    return Image.fromarray(bands[..., 0] if bands.shape[2] == 1 else bands)


def kept(made: compose.Composed, came: Path, size: tuple[int, int], out: Path) -> dict[str, Raw]:
    """Keep the answer as it came, and where it changed what is protected: the lighter, the more."""
    with replacing(out / HEAT) as path:
        Image.fromarray(made.heat).save(path, "WEBP", lossless=True, quality=0, method=0)
    return {"raw": answer_of.keep(came, size, out)}


def whole(  # noqa: PLR0913 - where it comes from, what it must be, and where it goes
    *,
    answer: str,
    parent: Recipe,
    size: Sequence[int],
    mode: str,
    crop_box: Sequence[int],
    keeps_raw: bool,
    out_dir: str,
    previews: bool = True,
) -> WholeFacts:
    """Write the answer of an edit without mask in the parent's mode and size, and its previews.

    These may be left for later. What it shows beyond the picture is cut off. Raises Rejected answer_unreadable.
    """
    out, came = Path(out_dir), Path(answer)
    drawn = answer_of.read(came, size[0] * size[1])
    raw = {"raw": answer_of.keep(came, drawn.size, out)} if keeps_raw else {}
    full, box = answer_of.placed(drawn, crop_box, size)
    full = answer_of.in_mode(full, mode, parent, box)
    png.write(full, out / "whole.png")
    resized = drawn.size != (crop_box[2] - crop_box[0], crop_box[3] - crop_box[1])
    return WholeFacts(
        mode=mode,
        proof={"resized": resized, **raw},
        previews=preview.write(full, profile(parent), out) if previews else {},
    )
