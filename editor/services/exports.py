"""Many pictures as one ZIP, made while it is sent: nothing is kept, memory stays flat."""

import logging
from collections.abc import Generator, Sequence
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from zipstream import ZipStream

from editor.access.fetch import Door
from editor.imaging.sandbox.errors import SandboxError
from editor.models import Picture
from editor.services import activities, media, renders
from editor.services.archive_names import Names

MAX_PICTURES = 500
log = logging.getLogger(__name__)


@transaction.atomic
def note(*, door: Door, pictures: Sequence[Picture], originals: bool) -> None:
    """Record that somebody took pictures away, and whether as they were uploaded."""
    activities.record(
        "pictures.exported",
        door.project,
        actor=door.user,
        count=len(pictures),
        originals=originals,
    )


def archive(pictures: Sequence[Picture], *, originals: bool) -> Generator[bytes]:
    """Yield a ZIP of pictures: PNG with their own pixels and no metadata, one at a time.

    With `originals`, uploads go in as the bytes they came as. A picture that cannot be read, or
    was purged meanwhile, is left out, and a text file in the archive names it.
    """
    # Pictures are compressed already.
    stream, names, missing = ZipStream(), Names(), list[str]()
    for picture in pictures:
        try:
            file = _file(picture, originals=originals)
            content = file.open("rb")
        except (SandboxError, media.DiskFull, OSError, LookupError):
            log.exception("picture %s is left out of an archive", picture.public_id)
            missing.append(picture.name)
            continue
        with content:
            name = names.take(picture.stem, file.suffix.lstrip("."))
            # Opened before it is named, so that the cache may drop it meanwhile.
            stream.add(iter(lambda: content.read(256 * 1024), b""), name)  # noqa: B023
            yield from stream.all_files()
    if missing:
        stream.add(_apology(missing), names.take(_("Missing pictures"), "txt"))
    yield from stream.finalize()


def _file(picture: Picture, *, originals: bool) -> Path:
    if originals and picture.is_original:
        return media.path(picture.original_file)
    return renders.export(picture, "png")


def _apology(missing: list[str]) -> str:
    head = _("These pictures could not be read and are not in this archive. Try them one by one.")
    return "\n".join([head, "", *missing, ""])
