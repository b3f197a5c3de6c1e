"""One step of an instruction done to pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from editor.engines.builtin import colouring, tone
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.synthesis import Pixels

# What has no meaning where there is no colour.
COLOURING: Final = frozenset({"saturation", "warmth", "sepia", "recolour"})


class Step(TypedDict, total=False):
    """One step of an instruction; fills have no amount, few have a colour or a region."""

    do: str
    amount: float
    colour: str
    region: str


def toned(image: Pixels, step: Step, extent: tone.Extent, where: Mask | None = None) -> Pixels:
    """Change the tone of a picture in any working mode; ``where`` is what is meant of it.

    Raises Rejected "no_colour" for a change of colour in a grey picture.
    """
    do = step["do"]
    if do in COLOURING:
        return _coloured(image, step, where)
    if do in EXTENDED:
        return _extended(image, step, extent)
    return TONES[do](image, step["amount"])


TONES: Final = {
    "black_and_white": tone.black_and_white,
    "brightness": tone.brightness,
    "contrast": tone.contrast,
    "shadows": tone.shadows,
    "highlights": tone.highlights,
    "invert": tone.invert,
    "sharpen": tone.sharpen,
}
COLOURINGS: Final = {
    "saturation": colouring.saturation,
    "warmth": colouring.warmth,
    "sepia": colouring.sepia,
}
EXTENDED: Final = frozenset({"blur", "pixelate"})


def _coloured(image: Pixels, step: Step, where: Mask | None) -> Pixels:
    if tone.colour_bands(image) < 3:
        message = "This picture is grey: it holds no colours that could be changed."
        raise Rejected("no_colour", message=message)
    if step["do"] == "recolour":
        return colouring.recolour(image, step["colour"], step["amount"], where)
    return COLOURINGS[step["do"]](image, step["amount"])


def _extended(image: Pixels, step: Step, extent: tone.Extent) -> Pixels:
    """Do a step whose reach grows with what it is done to."""
    amount = step["amount"]
    if step["do"] == "blur":
        return tone.blur(image, extent.sigma(amount))
    return tone.pixelate(image, extent.block(amount), extent.origin)
