"""A picture as a base and the patches of its edits; the only form in which versions are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from editor.imaging import pixels
from editor.imaging.container import Container, recognise

if TYPE_CHECKING:
    from PIL import Image


class Patch(TypedDict):
    """A change of the picture at (x, y): `pixels` in its mode, `alpha` says which count.

    Both are PNG files of one size; alpha is 255 where the pixel is replaced, 0 elsewhere.
    """

    pixels: str
    alpha: str
    x: int
    y: int


class Recipe(TypedDict):
    """`base` is the original file or its master, `icc` the file of the profile of its pixels."""

    base: str
    icc: str | None
    patches: list[Patch]


def working(recipe: Recipe) -> Image.Image:
    """The picture of `recipe` at full size: upright, 8 bits, L, LA, RGB or RGBA."""
    base = Path(recipe["base"])
    image = pixels.load(base, Container(recognise(head_of(base))))
    for patch in recipe["patches"]:
        apply(image, patch)
    return image


def apply(image: Image.Image, patch: Patch) -> None:
    """Replace whole pixels, alpha included, where the patch says so.

    Raises ValueError for a patch that is not of the picture's mode.
    """
    new = pixels.load_png(patch["pixels"])
    if new.mode != image.mode:
        raise ValueError(f"a patch of mode {new.mode} for a picture of mode {image.mode}")
    image.paste(new, (patch["x"], patch["y"]), pixels.load_png(patch["alpha"]))


def profile(recipe: Recipe) -> bytes | None:
    """The colour profile of the picture's pixels; None means sRGB."""
    return Path(recipe["icc"]).read_bytes() if recipe["icc"] else None


def head_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(64)
