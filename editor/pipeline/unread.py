"""Reads what a carried call brought, before anything else is made of it (services/lodging.py).

Its picture and its mask were kept and sent as they came. The worker that finishes the edit, or sends
it once more, opens them first: by the same child job, with the same rules, as of any other call.
"""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

from editor.engines.errors import Refused
from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.models import Edit, State
from editor.pipeline.desk import Desk
from editor.pipeline.outcome import MAX_RESCUES
from editor.pipeline.prepare import PERMANENT_CRASHES
from editor.services import lodging, media

INSPECT = "editor.imaging.arrival:inspect"


def is_needed(edit: Edit) -> bool:
    """Whether anything of the edit was never opened."""
    return edit.picture.is_unread or (edit.mask is not None and edit.mask.is_unread)


async def read(edit: Edit, folder: Path, desk: Desk) -> None:
    """Open picture and mask and complete their rows; the edit's own are old then.

    What turns out to be broken is said of a picture whose answer is here already. Raises Refused
    for one that is to be sent once more, Interrupted, and JobCrashed for what may end otherwise the
    next time.
    """
    wants_mask = edit.mask is not None and edit.mask.is_unread
    try:
        found = await _inspected(edit, folder, desk, wants_mask=wants_mask)
    except JobRejected as refusal:
        if desk.hold.state != State.RECEIVED:
            raise Refused(refusal.message, code=refusal.code, params=refusal.params) from refusal
        await _make_do(edit, folder, desk, is_mask=refusal.params.get("which") == "mask")
    except JobCrashed as crash:
        ends_so = crash.kind in PERMANENT_CRASHES or edit.rescues >= MAX_RESCUES
        if crash.found_no_room or desk.hold.state != State.RECEIVED or not ends_so:
            raise
        await _make_do(edit, folder, desk, is_mask=False)
    else:
        await _complete(edit, found, folder, desk)


async def _complete(edit: Edit, found: dict[str, Any], folder: Path, desk: Desk) -> None:
    """Put the files in place once, then write the rows, which may be tried again."""
    came = await asyncio.to_thread(lodging.place, edit, found, folder)
    await desk.database(lodging.complete, edit, found)
    if came:
        await asyncio.to_thread(came.unlink, missing_ok=True)


async def _make_do(edit: Edit, folder: Path, desk: Desk, *, is_mask: bool) -> None:
    """Go on without what cannot be read: the mask, or the picture, and with it the mask."""
    await desk.database(lodging.unmask, edit)
    if not is_mask:
        await desk.database(lodging.mark_broken, edit.picture)
        return
    found = await _inspected(edit, folder, desk, wants_mask=False)
    await _complete(edit, found, folder, desk)


async def _inspected(edit: Edit, folder: Path, desk: Desk, *, wants_mask: bool) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    await asyncio.to_thread(folder.mkdir, parents=True)
    picture, mask = edit.picture, edit.mask
    marked = None
    if mask and wants_mask:
        size = [picture.width, picture.height]
        out = str(folder / lodging.MASK)
        marked = {"source": str(media.path(mask.file)), "out": out, "size": size}
    source = {"source": str(media.path(picture.original_file)), "out_dir": str(folder)}
    return await desk.child_job(
        INSPECT,
        pictures=[source],
        marked=marked,
        max_pixels=settings.MAX_MEGAPIXELS * 1_000_000,
    )
