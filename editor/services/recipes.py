"""From a picture's row to the recipe that renders its pixels (editor.imaging.render)."""

from typing import Any

from editor.models import Picture, PictureKind
from editor.services import media

Recipe = dict[str, Any]


def recipe(picture: Picture) -> Recipe:
    """Return base file and patches, oldest first. At most one query, however long the chain."""
    is_patch = picture.kind == PictureKind.PATCH
    family = {one.pk: one for one in Picture.objects.family_of(picture)} if is_patch else {}
    patches: list[dict[str, Any]] = []
    current = picture
    while current.kind == PictureKind.PATCH:
        patches.insert(0, _patch(current))
        current = family[current.parent_id or 0]
    icc = str(media.path(f"{current.folder}/icc.bin")) if current.has_icc else None
    return {"base": str(media.path(current.base_file)), "icc": icc, "patches": patches}


def _patch(picture: Picture) -> dict[str, Any]:
    folder = media.path(picture.folder)
    return {
        "pixels": str(folder / "pixels.png"),
        "alpha": str(folder / "alpha.png"),
        "x": picture.patch_x,
        "y": picture.patch_y,
    }
