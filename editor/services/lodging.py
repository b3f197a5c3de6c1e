"""Pictures and masks that are kept before anybody opened them: their callers do not wait for that.

What they are was told from their bytes (editor.imaging.plain). Their rows say that they are unread,
until the worker that finishes their edit has read them (editor.pipeline.unread).
"""

from __future__ import annotations

import hashlib
import mmap
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction

from editor.imaging import plain
from editor.models import Edit, Mask, Picture, PictureKind, Project
from editor.models.picture import BROKEN, UNREAD
from editor.services import masks, media, pictures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door
    from editor.imaging.container import Buffer
    from editor.imaging.plain import Plain
    from editor.services.media import Put

MASK: Final = masks.FILE
# What `editor.imaging.intake` may leave beside the original.
EXTRAS: Final = ("master.png", "icc.bin")


@dataclass(frozen=True, slots=True)
class Lodged:
    """Rows that are not written yet, and what was told of their files, which are being made safe."""

    put: Put
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

    Then nothing of them is left. Raises media.DiskFull.
    """
    with _contents(image) as pixels, _contents(mask) as marks:
        kind = plain.examine(pixels)
        if kind is None or kind.width * kind.height > _most_pixels():
            return None
        area = plain.examine(marks) if mask is not None else None
        if mask is not None and not _marks(area, kind):
            return None
        picture = _picture(door, image.name, kind, len(pixels))
        marked = _mask(door, area, marks) if area else None
        files = [(f"original.{picture.extension}", pixels), (pictures.UPLOAD, marks)]
        with media.summed(pixels) as digest:
            put = media.put_each(files if marked else files[:1])
    picture.folder, picture.sha256 = put.names[0], digest.result()
    file = media.path(picture.original_file)
    if marked is None:
        return Lodged(put, picture, None, file, None, kind, None)
    marked.folder = put.names[1]
    return Lodged(put, picture, marked, file, media.path(marked.file), kind, area)


@contextmanager
def _contents(file: UploadedFile[Any] | None) -> Iterator[Buffer]:
    """What is in a file; from the disk it is mapped, so that it is never whole in memory."""
    if file is None or not file.size:
        yield b""
    elif isinstance(file.file, BytesIO):
        yield file.file.getvalue()  # read, it would be copied
    else:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _most_pixels() -> int:
    return int(settings.MAX_MEGAPIXELS * 1_000_000)


def _marks(mask: Plain | None, picture: Plain) -> bool:
    """Whether a mask has alpha, and the size of its picture."""
    if mask is None or mask.mode != "RGBA":
        return False
    return (mask.width, mask.height) == (picture.width, picture.height)


def _picture(door: Door, name: str | None, kind: Plain, size: int) -> Picture:
    return Picture(
        project=door.project,
        kind=PictureKind.ORIGINAL,
        name=pictures.clean_name(name),
        created_by=door.user,
        width=kind.width,
        height=kind.height,
        mode=kind.mode,
        extension=pictures.EXTENSIONS[kind.format],
        notices=[UNREAD],
        size_bytes=size,
    )


def _mask(door: Door, kind: Plain, marks: Buffer) -> Mask:
    """The row says of the painted part only that nobody counted it."""
    box = {"left": 0, "top": 0, "right": kind.width, "bottom": kind.height}
    return Mask(
        project=door.project,
        width=kind.width,
        height=kind.height,
        painted=0,
        sha256=hashlib.sha256(marks).hexdigest(),
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
