"""Which files the rows name: what a backup must hold, and what `doctor` looks for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from editor.models import Attempt, Mask, Picture, PictureKind, State

# Answers that somebody will read, or may ask to be read again.
READABLE = (State.RECEIVED, State.BILLED_UNUSABLE)
PREVIEWS = ("320.webp", "1280.webp")


@dataclass(frozen=True, slots=True)
class Holding:
    """A file some row names. `store` is "pictures" or "spool"; `sha256` is empty if unknown.

    A file in the spool goes when its edit moves on: it may be gone a moment after it was named. What
    `can_be_made` again may be missing: what programs brought or asked for is given its previews later.
    """

    store: str
    name: str
    sha256: str
    owner: str
    can_be_made: bool = False


def named_files(using: str = DEFAULT_DB_ALIAS) -> Iterator[Holding]:
    """Yield every file the rows of a database name, answers only while an edit needs them.

    Three queries, streamed.
    """
    for picture in Picture.objects.using(using).iterator():
        yield from _of_picture(picture)
    for mask in Mask.objects.using(using).iterator():
        yield Holding("pictures", mask.file, mask.sha256, f"mask {mask.public_id}")
    answers = Attempt.objects.using(using).exclude(answer_file="")
    for attempt in answers.filter(edit__state__in=READABLE).iterator():
        name = attempt.answer_file
        yield Holding("spool", name, attempt.answer_sha256, f"{attempt}")


def _of_picture(picture: Picture) -> Iterator[Holding]:
    """The row's checksum is that of the first file of its kind."""
    owner = f"picture {picture.public_id}"
    first, *others = {
        PictureKind.ORIGINAL: [f"original.{picture.extension}"],
        PictureKind.PATCH: ["pixels.png", "alpha.png"],
        PictureKind.WHOLE: ["whole.png"],
    }[PictureKind(picture.kind)]
    yield Holding("pictures", f"{picture.folder}/{first}", picture.sha256, owner)
    master = ["master.png"] if picture.has_master else []
    profile = ["icc.bin"] if picture.has_icc else []
    raw = [picture.proof["raw"]["file"]] if "raw" in picture.proof else []
    heat = ["heat.webp"] if raw and picture.kind == PictureKind.PATCH else []
    for name in (*others, *master, *profile, *raw, *heat):
        yield Holding("pictures", f"{picture.folder}/{name}", "", owner)
    for name in PREVIEWS:
        file = f"{picture.folder}/{name}"
        yield Holding("pictures", file, "", owner, can_be_made=True)
