"""Answers as they came: kept beside the results made of them, shown, or taken without protection."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.imaging.sandbox.client import JobCrashed
from editor.models import Edit, Picture, PictureKind
from editor.services import activities, media, pictures, render_cache, trash
from editor.services.decoder import decoder
from editor.services.recipes import recipe

RAW = "raw"
# In the proof of a result that is an answer as it came: the result that holds its protected form.
RAW_OF = "raw_of"
HEAT = "heat.webp"


def file(picture: Picture) -> Path | None:
    """Return the kept answer of a result. It is not ours: never serve it as it is."""
    return _beside(picture, picture.proof[RAW]["file"]) if picture.proof.get(RAW) else None


def heat(picture: Picture) -> Path | None:
    """Return the map of what the answer changed beside the mask."""
    return None if picture.is_original else _beside(picture, HEAT)


def _beside(picture: Picture, name: str) -> Path | None:
    found = media.path(f"{picture.folder}/{name}")
    return found if found.is_file() else None


def can_be_taken(picture: Picture) -> bool:
    """Whether a version without protection can be made of the result's answer."""
    return picture.kind == PictureKind.PATCH and file(picture) is not None


def shown(picture: Picture) -> Path | None:
    """Return what the answer shows, written anew as WebP, or None when none is kept.

    It is opened in a child process, once. Raises SandboxError, media.DiskFull, render_cache.Gone.
    """
    source, profile = file(picture), _beside(picture, "icc.bin")
    if source is None:
        return None
    icc = str(profile) if profile else None

    def make(draft: Path) -> None:
        _call("editor.imaging.answer:show", source=str(source), icc=icc, out=str(draft))

    return render_cache.kept(render_cache.place(picture, "raw.webp"), make)


def take(*, door: Door, picture: Picture) -> Picture:
    """Make a further version of the edit from the answer as it came, without protection.

    It costs nothing. The same answer twice is one version, which comes out of the trash again.
    Raises ValueError when `can_be_taken` says no, SandboxError, media.DiskFull.
    """
    edit, source = picture.edit, file(picture)
    if edit is None or source is None or picture.kind != PictureKind.PATCH:
        raise ValueError(f"picture {picture.public_id} has no answer to take")
    if known := _taken(picture):
        return _again(door, known)
    with media.scratch() as folder:
        made = _made(door, picture, edit, _write(edit.picture, edit, source, folder))
        made.size_bytes = (folder / "pixels.png").stat().st_size
        made.sha256 = _sha256(folder / "pixels.png")
        made.folder = media.keep(folder)
    try:
        kept = _insert(door, picture, made)
    except BaseException:
        pictures.drop_unless_kept(made.folder)
        raise
    if kept.folder != made.folder:
        media.drop(made.folder)
    return kept


def _taken(picture: Picture) -> Picture | None:
    mine = Picture.objects.filter(edit=picture.edit, proof__raw_of=picture.public_id)
    return mine.first()


def _again(door: Door, known: Picture) -> Picture:
    if known.trashed_at:
        trash.restore(door=door, pictures=[known])
    return known


def _write(parent: Picture, edit: Edit, source: Path, folder: Path) -> dict[str, Any]:
    """Write the files of the version."""
    ground = recipe(parent)
    if ground["icc"]:
        shutil.copyfile(ground["icc"], folder / "icc.bin")
    return _call(
        "editor.imaging.answer:take",
        source=str(source),
        parent=ground,
        size=[parent.width, parent.height],
        mode=parent.mode,
        crop_box=edit.focus["box"],
        out_dir=str(folder),
    )


def _call(function: str, **arguments: Any) -> dict[str, Any]:
    try:
        return decoder().call(function, **arguments)
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise


def _made(door: Door, picture: Picture, edit: Edit, facts: dict[str, Any]) -> Picture:
    """Return the unsaved row. Nothing is protected in it, so nothing is counted."""
    parent = edit.picture
    return Picture(
        project=door.project,
        kind=PictureKind.PATCH,
        name=parent.name,
        created_by=door.user,
        width=parent.width,
        height=parent.height,
        mode=parent.mode,
        has_icc=parent.has_icc,
        parent=parent,
        root_id=parent.root_id or parent.pk,
        edit=edit,
        patch_x=facts["x"],
        patch_y=facts["y"],
        proof={RAW_OF: picture.public_id, "resized": facts["resized"]},
    )


@transaction.atomic
def _insert(door: Door, picture: Picture, made: Picture) -> Picture:
    """Save the row, unless somebody was faster; what was asked of it is looked at again."""
    fetch.door_again(door, Action.EDIT)
    if known := _taken(picture):
        return _again(door, known)
    last = Picture.objects.filter(edit=picture.edit).aggregate(last=Max("number"))["last"]
    made.number = last + 1
    pictures.insert(made)
    activities.record(
        "picture.raw_used", door.project, actor=door.user, edit=made.edit, picture=made
    )
    return made


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
