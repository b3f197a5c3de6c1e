"""Pictures and masks that are kept before anybody opened them: their callers do not wait for that.

What they are was told from their bytes (editor.imaging.plain). Their rows say that they are unread,
until the worker that finishes their edit has read them (editor.pipeline.unread).
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from editor.imaging import plain
from editor.models import Edit, Mask, Picture, PictureKind, Project
from editor.models.picture import UNREAD
from editor.services import masks, media, pictures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door
    from editor.imaging.plain import Plain

# The notice of a picture that turned out to be broken when it was read.
BROKEN: Final = "broken"
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
    """Keep a call's picture and its mask; None unless they are plain, new and fit each other.

    Then nothing of them is left. Raises pictures.UploadRefused, media.DiskFull.
    """
    with ExitStack() as stack:
        room = stack.enter_context(media.scratch())
        picture = _picture(door, image, room)
        if picture is None:
            return None
        row, kind = picture
        marked = None
        if mask is not None:
            other = stack.enter_context(media.scratch())
            marked = _mask(door, mask, other, kind)
            if marked is None:
                return None
        row.folder = media.keep(room)
        file = media.path(row.original_file)
        if marked is None:
            return Lodged(row, None, file, None, kind, None)
        area, area_kind = marked
        try:
            area.folder = media.keep(other)
        except BaseException:
            media.drop(row.folder)
            raise
        return Lodged(row, area, file, media.path(area.file), kind, area_kind)


def _picture(door: Door, file: UploadedFile[Any], room: Path) -> tuple[Picture, Plain] | None:
    upload = room / pictures.UPLOAD
    sha256 = pictures.save(file, upload)
    kind = plain.examine(upload)
    if kind is None or kind.width * kind.height > settings.MAX_MEGAPIXELS * 1_000_000:
        return None
    if pictures.known(door.project, sha256):
        return None
    extension = pictures.EXTENSIONS[kind.format]
    original = upload.rename(room / f"original.{extension}")
    picture = Picture(
        project=door.project,
        kind=PictureKind.ORIGINAL,
        name=pictures.clean_name(file.name),
        created_by=door.user,
        width=kind.width,
        height=kind.height,
        mode=kind.mode,
        extension=extension,
        notices=[UNREAD],
        sha256=sha256,
        size_bytes=original.stat().st_size,
    )
    return picture, kind


def _mask(
    door: Door, file: UploadedFile[Any], room: Path, picture: Plain
) -> tuple[Mask, Plain] | None:
    """The mask as it came; its row says of the painted part only that nobody counted it."""
    upload = room / pictures.UPLOAD
    sha256 = pictures.save(file, upload)
    kind = plain.examine(upload)
    size = picture.width, picture.height
    if kind is None or kind.mode != "RGBA" or (kind.width, kind.height) != size:
        return None
    mask = Mask(
        project=door.project,
        width=kind.width,
        height=kind.height,
        left=0,
        top=0,
        right=kind.width,
        bottom=kind.height,
        painted=0,
        sha256=sha256,
    )
    return mask, kind


def complete(edit: Edit, facts: Mapping[str, Any], folder: Path) -> None:
    """Write what reading found: `facts` as of `arrival.inspect`, which made its files in `folder`.

    The files are in place before a row speaks of them; a mask's own goes when none does any more.
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
    _write(picture, facts["pictures"][0], mask if area else None)
    if came:
        came.unlink(missing_ok=True)


def _move(made: Path, folder: str) -> None:
    media.settle(made, media.path(f"{folder}/{made.name}"))


@transaction.atomic
def _write(picture: Picture, found: Mapping[str, Any], mask: Mask | None) -> None:
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
    if mask:
        mask.save(update_fields=["left", "top", "right", "bottom", "painted", "sha256"])


@transaction.atomic
def mark_broken(picture: Picture) -> None:
    """Say of an unread picture that its pixels cannot be had."""
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
