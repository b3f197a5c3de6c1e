"""A picture as a base and the patches of its edits; the only form in which versions are kept."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from editor.imaging import pixels, png
from editor.imaging.container import Container, recognise
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from PIL import Image


class Patch(TypedDict):
    """A change of the picture at (x, y): `pixels` in its mode, `alpha` says which count.

    Both are PNG files of one size; alpha is 255 where the pixel is replaced, 0 elsewhere. `flat`
    names a file for the picture with this patch and all before it, so that they need not be opened
    again. It may be there or not: the recipe says everything without it.
    """

    pixels: str
    alpha: str
    x: int
    y: int
    flat: NotRequired[str]


class Recipe(TypedDict):
    """`base` is the original file or its master, `icc` the file of the profile of its pixels."""

    base: str
    icc: str | None
    patches: list[Patch]


def working(recipe: Recipe) -> Image.Image:
    """The picture of `recipe` at full size: upright, 8 bits, L, LA, RGB or RGBA.

    It begins at the last flat picture that is there, and leaves the last that is named.
    """
    patches = recipe["patches"]
    image, done = _begun(recipe)
    last = max((at for at, patch in enumerate(patches) if "flat" in patch), default=-1)
    for at, patch in enumerate(patches[done:], done):
        apply(image, patch)
        if at == last:
            leave(image, Path(patch["flat"]))
    return image


def _begun(recipe: Recipe) -> tuple[Image.Image, int]:
    """The picture as far as it need not be made anew, and how many patches are in it."""
    patches = recipe["patches"]
    for count in range(len(patches), 0, -1):
        if "flat" in (patch := patches[count - 1]):
            with contextlib.suppress(OSError, Rejected):
                return pixels.load_png(patch["flat"]), count
    base = Path(recipe["base"])
    return pixels.load(base, Container(recognise(head_of(base)))), 0


def leave(image: Image.Image, flat: Path) -> None:
    """Write a flat picture if that can be done; nothing depends on it.

    Of several processes that write it the last wins, with the same pixels. No disk is waited for:
    a file that a power cut has spoilt fails its checksums, and is written anew.
    """
    draft = flat.with_name(f".{secrets.token_hex(8)}.png")
    with contextlib.suppress(OSError):
        try:
            png.write(image, draft, lasting=False)
            draft.replace(flat)
        finally:
            draft.unlink(missing_ok=True)


def apply(image: Image.Image, patch: Patch) -> None:
    """Replace whole pixels, alpha included, where the patch says so.

    Raises ValueError for a patch that is not of the picture's mode.
    """
    new, alpha = layers(patch, image.mode)
    image.paste(new, (patch["x"], patch["y"]), alpha)


def layers(patch: Patch, mode: str) -> tuple[Image.Image, Image.Image]:
    """A patch's pixels and alpha. Raises ValueError when it is not for a picture of that mode."""
    new = pixels.load_png(patch["pixels"])
    if new.mode != mode:
        raise ValueError(f"a patch of mode {new.mode} for a picture of mode {mode}")
    return new, pixels.load_png(patch["alpha"])


def profile(recipe: Recipe) -> bytes | None:
    """The colour profile of the picture's pixels; None means sRGB."""
    return Path(recipe["icc"]).read_bytes() if recipe["icc"] else None


def head_of(path: Path) -> bytes:
    """As much of a file as its format is recognised by."""
    with path.open("rb") as stream:
        return stream.read(64)
