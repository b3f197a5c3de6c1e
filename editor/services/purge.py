"""The end of what was thrown away: rows first, then files, when the grace period is over.

A picture goes when it has been in the trash for that long and nothing that stays was made from
it; a project goes with all it holds. Ledger rows stay: what was spent was spent. Everything may
be repeated or killed anywhere: each batch is one transaction, which also writes down the files
to remove (editor.services.leftovers).
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.db import transaction
from django.db.models import Q, QuerySet

from editor.models import (
    TERMINAL_STATES,
    Edit,
    EditInput,
    Leftover,
    LeftoverKind,
    Mask,
    Picture,
    Project,
)

logger = logging.getLogger(__name__)

# So many pictures in one transaction: others wait for it no longer than about a tenth of a second.
BATCH = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What may go now: keys of pictures, newest first, and of projects."""

    pictures: list[int]
    projects: list[int]


def plan(*, before: datetime) -> Plan:
    """Return what was thrown away before that moment and may go. Changes nothing."""
    going = _closed(_due(before))
    return Plan(going, [p.pk for p in _due_projects(before) if _is_free(p, going)])


def batches(found: Plan) -> Iterator[Sequence[int]]:
    """Yield the planned pictures, so many at a time as one transaction may remove."""
    return batched(found.pictures, BATCH)


def purge_pictures(batch: Sequence[int], *, before: datetime) -> int:
    """Remove the rows of one batch of planned pictures, in one transaction; return how many.

    They are looked at again under the lock of their projects: one taken back meanwhile stays.
    """
    with transaction.atomic():
        projects = Picture.objects.filter(pk__in=batch).values("project")
        list(Project.objects.select_for_update(no_key=True).filter(pk__in=projects).order_by("pk"))
        going = _closed(_due(before).filter(pk__in=batch))
        for picture in Picture.objects.filter(pk__in=going).order_by("-pk"):
            _remove_picture(picture)
    return len(going)


def purge_project(key: int, *, before: datetime) -> bool:
    """Remove a project whose pictures are gone; return whether it went."""
    with transaction.atomic():
        locked = Project.objects.select_for_update().filter(pk=key, deleted_at__lt=before).first()
        if locked is None or locked.pictures.exists() or locked.edits.exists():
            return False
        _remove_masks(locked.masks.all())
        locked.delete()
    logger.info("project %s was deleted %s and is gone for good", locked.slug, locked.deleted_at)
    return True


def _due(before: datetime) -> QuerySet[Picture]:
    """Pictures whose own time is over, or that of their project."""
    return Picture.objects.filter(Q(trashed_at__lt=before) | Q(project__deleted_at__lt=before))


def _due_projects(before: datetime) -> QuerySet[Project]:
    return Project.objects.filter(deleted_at__lt=before).order_by("pk")


def _is_free(project: Project, going: Iterable[int]) -> bool:
    """Whether none of its pictures must stay, because an edit is still at work on it."""
    return set(project.pictures.values_list("pk", flat=True)) <= set(going)


def _closed(due: QuerySet[Picture]) -> list[int]:
    """Return the keys of those from which nothing that stays was made, newest first.

    A child is always newer than its parent, so one look from the newest on settles all.
    """
    going = set(due.order_by().values_list("pk", flat=True))
    # An edit whose outcome is open holds money that somebody has yet to decide about.
    under_way = Edit.objects.exclude(state__in=TERMINAL_STATES).filter(picture__in=due)
    staying = set(under_way.values_list("picture_id", flat=True))
    shown = EditInput.objects.exclude(edit__state__in=TERMINAL_STATES).filter(picture__in=due)
    staying |= set(shown.values_list("picture_id", flat=True))
    links = Picture.objects.filter(parent__in=due).order_by("-pk").values_list("pk", "parent_id")
    for child, parent in links:
        if child not in going or child in staying:
            staying.add(parent)
    return sorted(going - staying, reverse=True)


def _remove_picture(picture: Picture) -> None:
    """Remove a picture of which nothing was made any more, and the edits that were about it."""
    maker = picture.edit
    _remove_edits(picture.edits.all())
    picture.delete()
    _leave(LeftoverKind.FOLDER, [picture.folder])
    _leave(LeftoverKind.RENDERS, [picture.public_id])
    if maker is not None and not maker.results.exists():
        _remove_edits(Edit.objects.filter(pk=maker.pk))


def _remove_edits(edits: QuerySet[Edit]) -> None:
    found = list(edits)
    if not found:
        return
    _leave(LeftoverKind.SPOOL, [edit.public_id for edit in found])
    masks = [edit.mask_id for edit in found if edit.mask_id]
    Edit.objects.filter(pk__in=[edit.pk for edit in found]).delete()
    _remove_masks(Mask.objects.filter(pk__in=masks, edits=None))


def _remove_masks(masks: QuerySet[Mask]) -> None:
    found = list(masks)
    _leave(LeftoverKind.FOLDER, [mask.folder for mask in found])
    Mask.objects.filter(pk__in=[mask.pk for mask in found]).delete()


def _leave(kind: LeftoverKind, names: Iterable[str]) -> None:
    Leftover.objects.bulk_create(Leftover(kind=kind, name=name) for name in names)
