"""Small pictures for lists and screens: where they lie, and how a missing one is made.

Pictures that came by the API, and results that were asked for by it, have none until somebody looks
at them, or the worker has time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.imaging import preview
from editor.imaging.sandbox.client import JobCrashed
from editor.services import media
from editor.services.decoder import renderer
from editor.services.recipes import recipe

if TYPE_CHECKING:
    from pathlib import Path

    from editor.models import Picture


def place(picture: Picture, side: int) -> Path:
    """Return where the preview of that longest side lies, or would."""
    return media.path(f"{picture.folder}/{side}.webp")


def are_there(picture: Picture) -> bool:
    """Whether nothing is to be made."""
    return all(place(picture, side).exists() for side in preview.SIDES)


def file(picture: Picture, side: int) -> Path:
    """Return the preview, made now if it is not there. Raises SandboxError, media.DiskFull."""
    found = place(picture, side)
    if not found.exists():
        with media.scratch() as folder:
            _make(picture, folder)
            adopt(picture, folder)
    return found


def adopt(picture: Picture, folder: Path) -> None:
    """Move previews that were made in a folder of the same disk to their place.

    Made twice at once they are the same, and each appears whole.
    """
    for made in folder.iterdir():
        made.replace(media.path(f"{picture.folder}/{made.name}"))


def _make(picture: Picture, folder: Path) -> None:
    try:
        renderer().call(
            "editor.imaging.render:previews", recipe=recipe(picture), out_dir=str(folder)
        )
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise
