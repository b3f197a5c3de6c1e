"""Results as they are kept: rows with their patches on disk."""

from __future__ import annotations

from PIL import Image

from editor.imaging import png
from editor.models import Picture, State, User
from editor.services import media
from tests.making import make_edit_row, make_image


def make_version(
    parent: Picture, user: User, seed: int, box: tuple[int, int, int, int] | None = None
) -> Picture:
    """A result that changed the box of its parent, all of it, to other pixels each time."""
    x0, y0, x1, y1 = box or (seed % 20, seed % 15, seed % 20 + 20, seed % 15 + 16)
    size = x1 - x0, y1 - y0
    with media.scratch() as folder:
        png.write(make_image(*size, parent.mode, seed), folder / "pixels.png")
        png.write(Image.new("L", size, 255), folder / "alpha.png")
        kept = media.keep(folder)
    return Picture.objects.create(
        project=parent.project,
        kind="patch",
        name=parent.name,
        created_by=user,
        width=parent.width,
        height=parent.height,
        mode=parent.mode,
        folder=kept,
        parent=parent,
        root_id=parent.root_id or parent.pk,
        edit=make_edit_row(parent.project, user, parent, state=State.SUCCEEDED),
        has_icc=parent.has_icc,
        patch_x=x0,
        patch_y=y0,
    )


def make_chain(original: Picture, user: User, count: int) -> list[Picture]:
    """So many results, each made from the one before it."""
    versions, parent = [], original
    for seed in range(count):
        parent = make_version(parent, user, seed)
        versions.append(parent)
    return versions
