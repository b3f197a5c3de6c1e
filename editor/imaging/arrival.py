"""Everything that one call brings, looked at by one child: pictures, and the mask of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from editor.imaging import intake, mask
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.imaging.intake import IntakeFacts
    from editor.imaging.mask import MaskFacts


class File(TypedDict):
    """A file that came, and the folder for what is made of it."""

    source: str
    out_dir: str


class MaskFile(TypedDict):
    """A mask that came, and where its coverage goes. `size`: the first picture's, if it is known."""

    source: str
    out: str
    size: Sequence[int] | None


class Arrived(TypedDict):
    """What `inspect` and `normalise` found, in their order."""

    pictures: list[IntakeFacts]
    mask: MaskFacts | None


def inspect(*, pictures: Sequence[File], marked: MaskFile | None, max_pixels: int) -> Arrived:
    """Take in pictures, their previews left for later, and a mask whose alpha says what to edit.

    Raises Rejected as `intake.inspect` and `mask.normalise`, with the file under "which": the
    picture's number, or "mask".
    """
    found = [_picture(file, number, max_pixels) for number, file in enumerate(pictures)]
    if marked is None:
        return Arrived(pictures=found, mask=None)
    width, height = marked["size"] or (found[0]["width"], found[0]["height"])
    try:
        area = mask.normalise(
            source=marked["source"],
            out=marked["out"],
            width=width,
            height=height,
            only_alpha=True,
        )
    except Rejected as refusal:
        raise Rejected(refusal.code, {**refusal.params, "which": "mask"}) from refusal
    return Arrived(pictures=found, mask=area)


def _picture(file: File, number: int, max_pixels: int) -> IntakeFacts:
    try:
        return intake.inspect(**file, max_pixels=max_pixels, previews=False)
    except Rejected as refusal:
        raise Rejected(refusal.code, {**refusal.params, "which": number}) from refusal
