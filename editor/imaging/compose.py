"""An answer's way into its parent's crop: align, match colours, blend, and say how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np

from editor.imaging import bands, blend, harmonise, membrane, register, seam

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.bands import Coverage, Field, Pixels
    from editor.imaging.focus import Box


@dataclass(frozen=True, slots=True)
class Choices:
    """What a member may choose; the defaults are right for nearly all.

    `feather` is in pixels of the crop, None by the mask's depth. `gradient`: even out what still
    differs along the border only when it does, always, or never.
    """

    align: bool = True
    match: bool = True
    edge: blend.Edge = "inside"
    feather: float | None = None
    gradient: Literal["auto", "always", "never"] = "auto"


class Facts(TypedDict):
    """How it went, for people and for JSON.

    `matrix` (2 x 3, row by row) says where a pixel of the crop was taken from in the answer;
    `residual` is in pixels of the crop, `agreement` from 0 to 1; None where nothing could be
    compared. `gain` and `offset` are of each band without alpha. `border` is what differed along
    the border before blending, in grey levels. `seam` is 1 where no seam is to be seen.
    """

    resized: bool
    verdict: register.Verdict | Literal["off"]
    reliable: bool
    matrix: list[float]
    residual: float | None
    agreement: float | None
    matched: bool
    gain: list[float]
    offset: list[float]
    border: float
    gradient: bool
    seam: float
    outside_percent: float
    outside_mean: float


@dataclass(frozen=True, slots=True)
class Composed:
    """The parent's crop with the answer in it, the facts, and where the answer changed the rest."""

    pixels: Pixels
    facts: Facts
    heat: NDArray[np.uint8]


def compose(
    parent: Pixels, answer: Pixels, coverage: Coverage, choices: Choices = Choices()
) -> Composed:
    """`answer` is of any size, with one to four bands; the result is as `parent`.

    Pixels with coverage 0 are the parent's, whatever the answer.
    """
    drawn = bands.in_colours_of(answer, parent)
    placed, alignment, outside = aligned(parent, drawn, coverage, choices)
    found = harmonise.neutral(bands.colours(parent).shape[2])
    if choices.match:
        found = harmonise.match(parent, placed, coverage)
    result, border, gradient = patch(parent, placed, coverage, found, choices)
    facts = Facts(
        resized=drawn.shape[:2] != parent.shape[:2],
        verdict=alignment.verdict if choices.align else "off",
        reliable=alignment.reliable,
        matrix=[float(value) for value in alignment.matrix.ravel()],
        residual=alignment.residual,
        agreement=alignment.agreement,
        matched=found.trusted,
        gain=[float(value) for value in found.gain],
        offset=[float(value) for value in found.offset],
        border=border,
        gradient=gradient,
        seam=seam.score(result, coverage),
        outside_percent=outside.percent,
        outside_mean=outside.mean,
    )
    return Composed(result, facts, outside.heat)


def aligned(
    parent: Pixels, drawn: Pixels, coverage: Coverage, choices: Choices
) -> tuple[Pixels, register.Alignment, seam.Outside]:
    """The answer where the parent's things are, resampled once, and how it was found.

    What it changed outside is told of where it lay by itself.
    """
    size = parent.shape[1], parent.shape[0]
    nominal = bands.resized(drawn, size)
    outside = seam.outside(parent, nominal, coverage)
    alignment = register.Alignment(np.eye(2, 3), "in_place", None, None)
    if choices.align:
        alignment = register.align(parent, nominal, coverage)
    if alignment.moves:
        nominal = bands.warped(drawn, alignment.matrix, size)
    return nominal, alignment, outside


def patch(
    parent: Pixels, placed: Pixels, coverage: Coverage, found: harmonise.Match, choices: Choices
) -> tuple[Pixels, float, bool]:
    """The parent with the answer blended in, what differed along the border, and whether it was evened."""
    box = blend.box_of(coverage)
    if box is None:
        return parent.copy(), 0.0, False
    wide = widened(box, coverage.shape)
    area = slice(wide[1], wide[3]), slice(wide[0], wide[2])
    old, drawn, share = parent[area], placed[area], coverage[area]
    size = coverage.shape[1], coverage.shape[0]
    known = harmonise.comparable(old, drawn, share) & blend.border_of(share)
    wanted, part = membrane.cells(bands.colours(old), known, blend.CELL)
    means, _ = membrane.cells(bands.colours(drawn), known, blend.CELL)
    apart = wanted - harmonise.applied(means, found, wide, size)
    border = blend.difference(apart, part)
    gradient = border > blend.SEEN if choices.gradient == "auto" else choices.gradient == "always"
    light = blend.surface(apart, part) if gradient else None
    weight = blend.weights(share, choices.edge, choices.feather)
    result = parent.copy()
    for strip in bands.strips(old.shape[0]):
        place = wide[0], wide[1] + strip.start, wide[2], wide[1] + strip.stop
        colour = harmonise.applied(bands.colours(drawn[strip]), found, place, size)
        if light is not None:
            here = 0, strip.start, old.shape[1], strip.stop
            shape = strip.stop - strip.start, old.shape[1]
            colour += membrane.window(light, here, (old.shape[1], old.shape[0]), shape)
            np.clip(colour, 0, 255, out=colour)
        mix = blend.mixed(old[strip], *opaque(colour, drawn[strip], old[strip], weight[strip]))
        blend.write(result[area][strip], mix, share[strip])
    return result, border, gradient


def opaque(colour: Field, drawn: Pixels, old: Pixels, weight: Field) -> tuple[Field, Field]:
    """What is to be mixed, with alpha if the parent has it, and by which weight.

    In an opaque parent the holes of an answer show what was there.
    """
    if not bands.has_alpha(drawn):
        return colour, weight
    alpha = np.asarray(drawn[..., -1], np.float32)
    if bands.has_alpha(old):
        return np.dstack([colour, alpha]), weight
    return colour, np.asarray(weight * (alpha / 255), np.float32)


def widened(box: Box, shape: tuple[int, ...]) -> Box:
    """The mask's box with the band around it that its border is judged by."""
    margin = blend.BAND + 2 * blend.CELL
    return (
        max(0, box[0] - margin),
        max(0, box[1] - margin),
        min(shape[1], box[2] + margin),
        min(shape[0], box[3] + margin),
    )
