"""Which files the rows name: what a backup must hold, and what `doctor` looks for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from editor.models import Attempt, Mask, Picture, PictureKind

PREVIEWS = ("320.webp", "1280.webp")


@dataclass(frozen=True, slots=True)
class Holding:
    """A file some row names. `store` is "pictures" or "spool"; `sha256` is empty if unknown."""

    store: str
    name: str
    sha256: str
    owner: str


def named_files(using: str = DEFAULT_DB_ALIAS) -> Iterator[Holding]:
    """Yield every file the rows of a database name. Three queries, streamed."""
    for picture in Picture.objects.using(using).iterator():
        yield from _of_picture(picture)
    for mask in Mask.objects.using(using).iterator():
        yield Holding("pictures", mask.file, mask.sha256, f"mask {mask.public_id}")
    answers = Attempt.objects.using(using).exclude(answer_file="")
    for attempt in answers.iterator():
        yield Holding("spool", attempt.answer_file, attempt.answer_sha256, f"{attempt}")


def _of_picture(picture: Picture) -> Iterator[Holding]:
    owner = f"picture {picture.public_id}"
    if picture.is_original:
        yield Holding("pictures", picture.original_file, picture.sha256, owner)
    names = {
        PictureKind.ORIGINAL: ["master.png"] if picture.has_master else [],
        PictureKind.PATCH: ["pixels.png", "alpha.png"],
        PictureKind.WHOLE: ["whole.png"],
    }[PictureKind(picture.kind)]
    profile = ["icc.bin"] if picture.has_icc else []
    for name in (*names, *PREVIEWS, *profile):
        yield Holding("pictures", f"{picture.folder}/{name}", "", owner)
