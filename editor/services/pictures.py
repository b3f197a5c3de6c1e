"""Taking pictures in, and rendering them for the browser."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.roles import Action
from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.models import Edit, Picture, PictureKind, Project, User
from editor.services import activities, intake_texts, media, trash
from editor.services.decoder import decoder, renderer
from editor.services.recipes import recipe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door

EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif", "heic": "heic"}
NAME_LENGTH = 200
# A file's name while it is looked at.
UPLOAD = "upload"
# What a browser offers where files are chosen.
ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif"


class UploadRefused(Exception):
    """The file was not taken; `message` tells its owner why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a file: its picture, whether it is new or back, and what was done to it."""

    picture: Picture
    created: bool
    notices: list[str]
    restored: bool = False


def upload(*, door: Door, file: UploadedFile[Any]) -> Uploaded:
    """Check a file and keep it as a picture of the opened project.

    The same bytes twice are one picture. Raises UploadRefused with a text for the user, or
    media.DiskFull; then nothing is left behind.
    """
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise UploadRefused("too_large", _too_large())
    with media.scratch() as folder:
        source = folder / UPLOAD
        sha256 = save(file, source)
        if there := known(door.project, sha256):
            return again(door, there)
        facts = _inspect(source, folder)
        return store(door, folder, name=clean_name(file.name), sha256=sha256, facts=facts)


def _too_large() -> str:
    return _("The file is larger than %(limit)s MB. Export it smaller or compress it more.") % {
        "limit": settings.MAX_UPLOAD_MB
    }


def clean_name(name: str | None) -> str:
    """Keep the last path part without control characters; it is shown, never used as a path."""
    base = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return printable(base)[:NAME_LENGTH] or _("Untitled")


def printable(name: str) -> str:
    """Return what of a name can be shown on one line, perhaps nothing."""
    return "".join(letter for letter in name if letter.isprintable()).strip()


def save(file: UploadedFile[Any], target: Path) -> str:
    """Write the upload to `target` and return its sha256. Raises UploadRefused when empty."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for chunk in file.chunks():
            digest.update(chunk)
            out.write(chunk)
    if target.stat().st_size == 0:
        raise UploadRefused("empty", _("The file is empty. Choose it again."))
    return digest.hexdigest()


def known(project: Project, sha256: str) -> Picture | None:
    """Return the project's picture that came as these very bytes."""
    return Picture.objects.filter(project=project, sha256=sha256, kind=PictureKind.ORIGINAL).first()


def again(door: Door, known: Picture) -> Uploaded:
    """Return the picture that is there already; who adds it again takes it out of the trash."""
    restored = bool(known.trashed_at and trash.restore(door=door, pictures=[known]))
    notices = intake_texts.notices(known.notices)
    return Uploaded(known, created=False, notices=notices, restored=restored)


def _inspect(source: Path, folder: Path) -> dict[str, Any]:
    try:
        return decoder().call(
            "editor.imaging.intake:inspect",
            source=str(source),
            out_dir=str(folder),
            max_pixels=settings.MAX_MEGAPIXELS * 1_000_000,
        )
    except JobRejected as refusal:
        raise UploadRefused(
            refusal.code, intake_texts.refusal(refusal.code, refusal.params, refusal.message)
        ) from refusal
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise UploadRefused("unreadable", intake_texts.crash(crash.kind)) from crash


def store(
    door: Door, folder: Path, *, name: str, sha256: str, facts: Mapping[str, Any]
) -> Uploaded:
    """Move a folder with a file that was looked at into place, then write the row.

    A lost race returns the winner's picture. Raises what the door raises, and OSError.
    """
    extension = EXTENSIONS[facts["format"]]
    source = (folder / UPLOAD).rename(folder / f"original.{extension}")
    picture = Picture(
        project=door.project,
        kind=PictureKind.ORIGINAL,
        name=name,
        created_by=door.user,
        width=facts["width"],
        height=facts["height"],
        mode=facts["mode"],
        extension=extension,
        has_master=facts["master"] is not None,
        has_icc=facts["icc"] is not None,
        has_gps=facts["has_gps"],
        notices=facts["notices"],
        sha256=sha256,
        size_bytes=source.stat().st_size,
    )
    picture.folder = media.keep(folder)
    try:
        _insert_upload(door, picture)
    except BaseException as error:
        drop_unless_kept(picture.folder)
        if isinstance(error, IntegrityError) and (there := known(door.project, sha256)):
            return again(door, there)
        raise
    return Uploaded(picture, created=True, notices=intake_texts.notices(picture.notices))


@transaction.atomic
def _insert_upload(door: Door, picture: Picture) -> None:
    # Looking at the file took a while: who was let in may be out, and the project archived or gone.
    fetch.door_again(door, Action.UPLOAD)
    insert(picture)


@transaction.atomic
def insert(picture: Picture) -> None:
    """Write a picture's row, with its place in the project's pulse and its activity."""
    picture.pulse = Project.objects.bump(picture.project_id)
    picture.save(force_insert=True)
    activities.record(
        "picture.uploaded" if picture.is_original else "picture.made",
        picture.project,
        actor=picture.created_by,
        picture=picture,
    )


@transaction.atomic
def rename(*, picture: Picture, actor: User, name: str) -> None:
    """Give a picture another name, by which it and its edits are found from now on.

    The same name again changes nothing.
    """
    if name == picture.name:
        return
    picture.name = name
    picture.note_texts()
    picture.save(update_fields=["name", "search", "name_key"])
    edits = list(picture.edits.all())
    for edit in edits:
        edit.note_texts()
    Edit.objects.bulk_update(edits, ["search"], batch_size=500)
    activities.record("picture.renamed", picture.project, actor=actor, picture=picture)


def drop_unless_kept(folder: str) -> None:
    """Remove files whose row could not be written, unless it was: only the answer may be lost."""
    if not Picture.objects.filter(folder=folder).exists():
        media.drop(folder)


def render(picture: Picture, out: Path, *, image_format: str, **wishes: Any) -> None:
    """Write the picture to `out` as png, jpeg, webp or avif.

    `wishes` are those of editor.imaging.render:export. Raises SandboxError, media.DiskFull.
    """
    try:
        renderer().call(
            "editor.imaging.render:export",
            recipe=recipe(picture),
            out=str(out),
            format=image_format,
            **wishes,
        )
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise
