"""What a program sends in one call: its pictures and its mask, taken in together.

One child looks at all of them. Previews are left for later: whoever looks first makes them, or the
worker that finishes the edit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.services import intake_texts, masks, media, pictures
from editor.services.decoder import decoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door
    from editor.models import Picture
    from editor.services.masks import Painted

MASK = "mask"


class ArrivalRefused(Exception):
    """A file was not taken; `which` is the picture's number, from 0, or "mask"."""

    def __init__(self, which: int | str, code: str, message: str) -> None:
        super().__init__(message)
        self.which = which
        self.code = code
        self.message = message


@dataclass(slots=True)
class _File:
    """A picture that came, in a scratch folder of its own; `known` is there already."""

    folder: Path
    name: str
    sha256: str
    known: Picture | None


def take_in(
    *, door: Door, files: Sequence[UploadedFile[Any]], mask: UploadedFile[Any] | None
) -> tuple[list[Picture], Painted | None]:
    """Keep pictures in the opened project, and the mask of the first in the store.

    The mask's alpha says what to edit; a row must name it, or `masks.drop` must remove it. The same
    bytes twice are one picture. Raises ArrivalRefused, media.DiskFull; then no mask is left, and of
    the pictures those that were good.
    """
    with media.scratch() as scratch:
        came = [_came(door, file, scratch, number) for number, file in enumerate(files)]
        seen: dict[str, int] = {}
        new = [n for n, one in enumerate(came) if _is_new(one, n, seen)]
        found = _looked_at(came, new, mask, scratch / MASK)
        facts = dict(zip(new, found["pictures"], strict=True))
        kept: list[Picture] = []
        for number, one in enumerate(came):
            first = kept[seen[one.sha256]] if seen[one.sha256] < number else None
            kept.append(first or _kept(door, one, facts.get(number, {})))
        return kept, _mask(scratch / MASK, found["mask"])


def _came(door: Door, file: UploadedFile[Any], scratch: Path, number: int) -> _File:
    folder = scratch / str(number)
    folder.mkdir()
    try:
        sha256 = pictures.save(file, folder / pictures.UPLOAD)
    except pictures.UploadRefused as refused:
        raise ArrivalRefused(number, refused.code, refused.message) from refused
    name = pictures.clean_name(file.name)
    return _File(folder, name, sha256, pictures.known(door.project, sha256))


def _is_new(one: _File, number: int, seen: dict[str, int]) -> bool:
    """Whether it must be looked at: not there yet, and the first of its kind in this call."""
    first = seen.setdefault(one.sha256, number)
    return one.known is None and first == number


def _kept(door: Door, one: _File, facts: Mapping[str, Any]) -> Picture:
    if one.known:
        return pictures.again(door, one.known).picture
    stored = pictures.store(door, one.folder, name=one.name, sha256=one.sha256, facts=facts)
    return stored.picture


def _looked_at(
    came: Sequence[_File], new: Sequence[int], mask: UploadedFile[Any] | None, folder: Path
) -> dict[str, Any]:
    folder.mkdir()
    first = came[0].known
    marked = None
    if mask is not None:
        _save_mask(mask, folder)
        size = [first.width, first.height] if first else None
        marked = {
            "source": str(folder / pictures.UPLOAD),
            "out": str(folder / masks.FILE),
            "size": size,
        }
    if not new and marked is None:
        return {"pictures": [], "mask": None}
    try:
        return decoder().call(
            "editor.imaging.arrival:inspect",
            pictures=[
                {"source": str(came[n].folder / pictures.UPLOAD), "out_dir": str(came[n].folder)}
                for n in new
            ],
            marked=marked,
            max_pixels=settings.MAX_MEGAPIXELS * 1_000_000,
        )
    except JobRejected as refusal:
        raise _refused(refusal, new) from refusal
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise ArrivalRefused(0, "unreadable", intake_texts.crash(crash.kind)) from crash


def _save_mask(mask: UploadedFile[Any], folder: Path) -> None:
    try:
        pictures.save(mask, folder / pictures.UPLOAD)
    except pictures.UploadRefused as refused:
        raise ArrivalRefused(MASK, refused.code, refused.message) from refused


def _refused(refusal: JobRejected, new: Sequence[int]) -> ArrivalRefused:
    params = dict(refusal.params)
    which = params.pop("which", 0)
    text = intake_texts.refusal(refusal.code, params, refusal.message)
    return ArrivalRefused(MASK if which == MASK else new[int(str(which))], refusal.code, text)


def _mask(folder: Path, facts: Mapping[str, Any] | None) -> Painted | None:
    if facts is None:
        return None
    (folder / pictures.UPLOAD).unlink()
    with (folder / masks.FILE).open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return masks.keep(folder, facts, sha256)
