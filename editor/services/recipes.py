"""From a picture's row to the recipe that renders its pixels (editor.imaging.render)."""

from typing import Any

from editor.models import Picture, PictureKind
from editor.services import media, render_cache

Recipe = dict[str, Any]

# After so many patches in a row the picture is kept flat. Measured: docs/decisions.md.
FLAT_EVERY = 5


def recipe(picture: Picture) -> Recipe:
    """Return base file and patches, oldest first. At most one query, however long the chain."""
    is_patch = picture.kind == PictureKind.PATCH
    family = {one.pk: one for one in Picture.objects.family_of(picture)} if is_patch else {}
    chain: list[Picture] = []
    current = picture
    while current.kind == PictureKind.PATCH:
        chain.append(current)
        current = family[current.parent_id or 0]
    chain.reverse()
    icc = str(media.path(f"{current.folder}/icc.bin")) if current.has_icc else None
    base = str(media.path(current.base_file))
    return {"base": base, "icc": icc, "patches": _flattened(chain)}


def _patch(picture: Picture) -> dict[str, Any]:
    folder = media.path(picture.folder)
    return {
        "pixels": str(folder / "pixels.png"),
        "alpha": str(folder / "alpha.png"),
        "x": picture.patch_x,
        "y": picture.patch_y,
    }


def _flattened(chain: list[Picture]) -> list[dict[str, Any]]:
    """The patches, the last flat picture that is there named, and the last that should be.

    What is kept flat lies in the cache: lost, it costs time and nothing else.
    """
    patches = [_patch(one) for one in chain]
    for count in range(len(chain) - len(chain) % FLAT_EVERY, 0, -FLAT_EVERY):
        flat = render_cache.place(chain[count - 1], "flat.png")
        is_there, is_last = render_cache.used(flat), count + FLAT_EVERY > len(chain)
        if is_there or (is_last and render_cache.has_room()):
            patches[count - 1]["flat"] = str(flat)
        if is_there:
            break
    return patches
