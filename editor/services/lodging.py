"""Pictures and masks that are kept before anybody opened them: their callers do not wait for that.

What they are was told from their bytes (editor.imaging.plain). Their rows say that they are unread,
until the worker that finishes their edit has read them (editor.pipeline.unread).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from editor.imaging import plain
from editor.models import Edit, Mask, Picture, PictureKind, Project
from editor.models.picture import BROKEN, UNREAD
from editor.services import masks, media, pictures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door
    from editor.imaging.plain import Plain

MASK: Final = masks.FILE
# What `editor.imaging.intake` may leave beside the original.
EXTRAS: Final = ("master.png", "icc.bin")


@dataclass(frozen=True, slots=True)
class Lodged:
    """Rows that are not written yet, of files that are safe; and what was told of these files."""

    picture: Picture
    mask: Mask | None
    image: Path
    marked: Path | None
    kind: Plain
    mask_kind: Plain | None

    def drop(self) -> None:
        """Remove the files again: no row names them."""
        media.drop(self.picture.folder)
        if self.mask:
            media.drop(self.mask.folder)

    def write(self, image: Path, mask: Path) -> None:
        """Write what may be sent of them: pixels, and nothing else that a file tells."""
        plain.strip(self.image, self.kind, image)
        if self.marked and self.mask_kind:
            plain.strip(self.marked, self.mask_kind, mask)


def lodge(door: Door, image: UploadedFile[Any], mask: UploadedFile[Any] | None) -> Lodged | None:
    """Keep a call's picture and its mask; None unless they are plain and fit each other.

    Then nothing of them is left. Raises pictures.UploadRefused, media.DiskFull.
    """
    with media.scratch() as scratch:
        kind = _came(image, scratch / "image")
        if kind is None or kind.plain.width * kind.plain.height > _most_pixels():
            return None
        marked = _came(mask, scratch / "mask") if mask is not None else None
        if mask is not None and not _marks(marked, kind):
            return None
        picture = _picture(door, image, kind)
        (scratch / "image" / pictures.UPLOAD).rename(
            scratch / "image" / f"original.{picture.extension}"
        )
        if marked is None:
            picture.folder = media.keep(scratch / "image")
            file = media.path(picture.original_file)
            return Lodged(picture, None, file, None, kind.plain, None)
        area = _mask(door, marked)
        picture.folder, area.folder = media.keep_each([scratch / "image", scratch / "mask"])
        files = media.path(picture.original_file), media.path(area.file)
        return Lodged(picture, area, *files, kind.plain, marked.plain)


@dataclass(frozen=True, slots=True)
class _Came:
    """A plain file that came."""

    plain: Plain
    sha256: str
    size: int


def _came(file: UploadedFile[Any], folder: Path) -> _Came | None:
    folder.mkdir()
    upload = folder / pictures.UPLOAD
    sha256 = pictures.save(file, upload)
    found = plain.examine(upload)
    return _Came(found, sha256, upload.stat().st_size) if found else None


def _most_pixels() -> int:
    return int(settings.MAX_MEGAPIXELS * 1_000_000)


def _marks(mask: _Came | None, picture: _Came) -> bool:
    """Whether a mask has alpha, and the size of its picture."""
    if mask is None or mask.plain.mode != "RGBA":
        return False
    area, shown = mask.plain, picture.plain
    return (area.width, area.height) == (shown.width, shown.height)


def _picture(door: Door, file: UploadedFile[Any], came: _Came) -> Picture:
    return Picture(
        project=door.project,
        kind=PictureKind.ORIGINAL,
        name=pictures.clean_name(file.name),
        created_by=door.user,
        width=came.plain.width,
        height=came.plain.height,
        mode=came.plain.mode,
        extension=pictures.EXTENSIONS[came.plain.format],
        notices=[UNREAD],
        sha256=came.sha256,
        size_bytes=came.size,
    )


def _mask(door: Door, came: _Came) -> Mask:
    """The row says of the painted part only that nobody counted it."""
    width, height = came.plain.width, came.plain.height
    box = {"left": 0, "top": 0, "right": width, "bottom": height}
    return Mask(
        project=door.project,
        width=width,
        height=height,
        painted=0,
        sha256=came.sha256,
        **box,
    )


def place(edit: Edit, facts: Mapping[str, Any], folder: Path) -> Path | None:
    """Move what `arrival.inspect` made in `folder` to where the rows will look for it.

    Returns the mask as it came, which may go once its row speaks of the other.
    """
    picture, mask = edit.picture, edit.mask
    for name in EXTRAS:
        if (folder / name).exists():
            _move(folder / name, picture.folder)
    area = facts["mask"]
    came = media.path(mask.file) if mask and area else None
    if mask and area:
        with (folder / MASK).open("rb") as file:
            mask.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        _move(folder / MASK, mask.folder)
        mask.left, mask.top, mask.right, mask.bottom = area["box"]
        mask.painted = area["painted"]
    return came


def _move(made: Path, folder: str) -> None:
    media.settle(made, media.path(f"{folder}/{made.name}"))


@transaction.atomic
def complete(edit: Edit, facts: Mapping[str, Any]) -> None:
    """Write what reading found, once the files are in place."""
    picture, found = edit.picture, facts["pictures"][0]
    picture.mode, picture.notices = found["mode"], list(found["notices"])
    picture.width, picture.height = found["width"], found["height"]
    picture.has_master, picture.has_icc = found["master"] is not None, found["icc"] is not None
    picture.has_gps = found["has_gps"]
    picture.pulse = Project.objects.bump(picture.project_id)
    picture.save(
        update_fields=[
            *("mode", "notices", "width", "height", "has_master", "has_icc", "has_gps", "pulse")
        ]
    )
    if edit.mask and facts["mask"]:
        edit.mask.save(update_fields=["left", "top", "right", "bottom", "painted", "sha256"])


@transaction.atomic
def mark_broken(picture: Picture) -> None:
    """Say of an unread picture that its pixels cannot be had; not if somebody could read it."""
    if not Picture.objects.get(pk=picture.pk).is_unread:
        return
    picture.notices, picture.mode = [BROKEN], "RGB"
    picture.pulse = Project.objects.bump(picture.project_id)
    picture.save(update_fields=["notices", "mode", "pulse"])


def unmask(edit: Edit) -> None:
    """Drop an unread mask that marks nothing, or cannot be read."""
    mask = edit.mask
    if mask is None or not mask.is_unread:
        return
    with transaction.atomic():
        Edit.objects.filter(pk=edit.pk).update(mask=None)
        mask.delete()
    edit.mask = None
    media.drop(mask.folder)
