"""Changes of all that lies around a thing; the thing itself stays pixel for pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from editor.engines.builtin import tone
from editor.engines.builtin.matte import OPAQUE, Matte, matte_of
from editor.engines.builtin.steps import toned
from editor.engines.builtin.subject import find_subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.steps import Step
    from editor.engines.builtin.synthesis import Pixels

REGION: Final = "background"
# These work on neighbourhoods: the thing must not bleed into its background.
SPREADING: Final = frozenset({"blur", "pixelate"})


@dataclass(frozen=True, slots=True)
class Changed:
    """A picture with a new background.

    ``coverage`` (255 = background, 0 = the thing, not a pixel of which changed) says what the
    engine took for what; ``by_mask`` that it found no edge and kept to the mask.
    """

    picture: Pixels
    coverage: Pixels
    by_mask: bool


def change_background(image: Pixels, painted: Mask, steps: Sequence[Step]) -> Changed:
    """Do steps to what lies around the thing that ``painted`` marks.

    A cut-out has alpha, and a grey picture before a coloured backdrop becomes a coloured one.
    Raises Rejected "no_background".
    """
    colours, opacity = _parted(image, steps)
    visible = painted if opacity is None else painted & (opacity > 0)
    found = find_subject(colours, visible if visible.any() else painted)
    matte = matte_of(colours, found)
    alpha = matte.alpha
    if any(step["do"] == "cut_out" for step in steps):
        kept = alpha if opacity is None else _product(alpha, opacity)
        picture = np.dstack([_cut_out(colours, matte), kept])
        return Changed(picture, OPAQUE - alpha, found.by_mask)
    plate = _plate(colours, matte)
    for step in steps:
        plate = _stepped(plate, step, alpha)
    if opacity is not None and steps[-1]["do"] == "backdrop":
        alpha, opacity = _product(alpha, opacity), np.full_like(opacity, OPAQUE)
    picture = _composed(colours, plate, matte, alpha)
    if opacity is not None:
        picture = np.dstack([picture, opacity])
    return Changed(picture, OPAQUE - alpha, found.by_mask)


def _parted(image: Pixels, steps: Sequence[Step]) -> tuple[Pixels, Pixels | None]:
    """Part colours and alpha; grey becomes RGB where a step needs colour."""
    bands = tone.colour_bands(image)
    colours = np.ascontiguousarray(image[..., :bands])
    if bands == 1 and any(_levels(step)[0] != _levels(step)[-1] for step in steps):
        colours = np.repeat(colours, 3, axis=2)
    return colours, image[..., bands] if bands < image.shape[2] else None


def _levels(step: Step) -> list[int]:
    """Return the levels of a step's colour, from the lowest to the highest."""
    colour = step.get("colour", "#000000")
    return sorted(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _product(alpha: Pixels, opacity: Pixels) -> Pixels:
    product = (alpha.astype(np.uint16) * opacity + 127) // OPAQUE
    return product.astype(np.uint8)


def _plate(colours: Pixels, matte: Matte) -> Pixels:
    """Return the background without the thing's colours on its edge."""
    plate = colours.copy()
    mixed = matte.share < 1
    where = matte.edge[0][mixed], matte.edge[1][mixed]
    plate[where] = np.rint(matte.around[mixed]).astype(np.uint8)
    return plate


def _cut_out(colours: Pixels, matte: Matte) -> Pixels:
    """Return the thing without the background's colours on its edge, and nothing around it."""
    cut = np.where(matte.alpha[..., None] > 0, colours, np.uint8(0))
    alpha = matte.alpha[matte.edge]
    mixed = (alpha > 0) & (alpha < OPAQUE)
    where = matte.edge[0][mixed], matte.edge[1][mixed]
    cut[where] = np.rint(matte.thing[mixed]).astype(np.uint8)
    return cut


def _stepped(plate: Pixels, step: Step, alpha: Pixels) -> Pixels:
    if step["do"] == "backdrop":
        colour = step["colour"]
        levels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        return np.full_like(plate, levels[: plate.shape[2]])
    extent = tone.Extent.of(plate.shape, None)
    if step["do"] not in SPREADING:
        return toned(plate, step, extent, where=alpha < OPAQUE)
    weighted = np.dstack([plate, OPAQUE - alpha])
    return np.ascontiguousarray(toned(weighted, step, extent)[..., :-1])


def _composed(colours: Pixels, plate: Pixels, matte: Matte, alpha: Pixels) -> Pixels:
    """Lay the thing on its new background."""
    result = np.where(alpha[..., None] == OPAQUE, colours, plate)
    rows, columns = np.nonzero((alpha > 0) & (alpha < OPAQUE))
    share = alpha[rows, columns].astype(np.float32)[:, None] / OPAQUE
    mixed = _things(colours, matte)[rows, columns] * share + plate[rows, columns] * (1 - share)
    result[rows, columns] = np.rint(mixed).astype(np.uint8)
    return result


def _things(colours: Pixels, matte: Matte) -> Pixels:
    things = colours.copy()
    mixed = matte.alpha[matte.edge] < OPAQUE
    where = matte.edge[0][mixed], matte.edge[1][mixed]
    things[where] = np.rint(matte.thing[mixed]).astype(np.uint8)
    return things
