"""The mask of a wish, checked and kept in the store before any row names it; whole, or by its areas."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.models import Mask
from editor.pipeline import steps
from editor.services import intake_texts, masks, media
from editor.services.decoder import decoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.imaging.focus import Box
    from editor.models import Edit, Picture
    from editor.services.masks import Painted


class MaskRefused(Exception):
    """The mask cannot be used; `message` says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def keep(picture: Picture, file: UploadedFile[Any], boxes: Sequence[Box] = ()) -> list[Painted]:
    """Return the mask as one, or what lies in each of the boxes.

    Raises MaskRefused and media.DiskFull. Whoever does not save it drops its files.
    """
    with ExitStack() as stack:
        upload = stack.enter_context(media.scratch()) / "upload"
        with upload.open("wb") as out:
            out.writelines(file.chunks())
        folders = [stack.enter_context(media.scratch()) for _mask in range(len(boxes) or 1)]
        found = _read(picture, upload, folders, boxes)
        kept: list[Painted] = []
        try:
            for folder, facts in zip(folders, found, strict=True):
                kept.append(_keep(folder, facts))
        except BaseException:
            drop(kept)
            raise
        return kept


def drop(kept: Iterable[Painted]) -> None:
    """Remove kept masks that no row will name."""
    for painted in kept:
        masks.drop(painted)


def save(edit: Edit, painted: Painted) -> Mask:
    """Write the mask's row, in the transaction that writes its edit."""
    left, top, right, bottom = painted.box
    return Mask.objects.create(
        project=edit.project,
        width=edit.picture.width,
        height=edit.picture.height,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        painted=painted.painted,
        sha256=painted.sha256,
        folder=painted.folder,
    )


def _keep(folder: Path, facts: Mapping[str, Any]) -> Painted:
    return masks.keep(folder, facts, steps.file_sha256(folder / masks.FILE))


def _read(
    picture: Picture, source: Path, folders: Sequence[Path], boxes: Sequence[Box]
) -> list[dict[str, Any]]:
    named: dict[str, Any] = {"source": str(source)}
    named |= {"width": picture.width, "height": picture.height}
    outs = [str(folder / masks.FILE) for folder in folders]
    try:
        if not boxes:
            return [decoder().call("editor.imaging.mask:normalise", **named, out=outs[0])]
        areas = [list(box) for box in boxes]
        found: Any = decoder().call("editor.imaging.mask:divide", **named, outs=outs, boxes=areas)
    except JobRejected as refusal:
        message = intake_texts.refusal(refusal.code, refusal.params, refusal.message)
        raise MaskRefused(refusal.code, message) from refusal
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise MaskRefused("mask_unreadable", intake_texts.crash(crash.kind)) from crash
    else:
        return list(found["areas"])
