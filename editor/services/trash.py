"""Deleting pictures so that they can be taken back, and taking them back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from editor.access.fetch import Door
from editor.models import Picture, Project
from editor.services import activities


def grace() -> timedelta:
    """For how long what was thrown away can be taken back."""
    return timedelta(days=settings.TRASH_DAYS)


def gone_at(thrown_away: datetime | None) -> datetime:
    """Return when it is gone for good. Raises ValueError for what was not thrown away."""
    if thrown_away is None:
        raise ValueError("it was not thrown away")
    return thrown_away + grace()


@transaction.atomic
def put(*, door: Door, pictures: Sequence[Picture]) -> list[Picture]:
    """Move pictures to the trash and return those that were not there yet.

    What was made from them lives on, and edits of them on their way end as they would.
    """
    pulse = Project.objects.bump(door.project.pk)
    moved = _still(pictures, in_trash=False)
    Picture.objects.filter(pk__in=[picture.pk for picture in moved]).update(
        trashed_at=Now(), trashed_by=door.user, pulse=pulse
    )
    activities.record_each("picture.trashed", door.project, actor=door.user, pictures=moved)
    return moved


@transaction.atomic
def restore(*, door: Door, pictures: Sequence[Picture]) -> list[Picture]:
    """Take pictures out of the trash and return those that were still there."""
    pulse = Project.objects.bump(door.project.pk)
    moved = _still(pictures, in_trash=True)
    Picture.objects.filter(pk__in=[picture.pk for picture in moved]).update(
        trashed_at=None, trashed_by=None, pulse=pulse
    )
    activities.record_each("picture.restored", door.project, actor=door.user, pictures=moved)
    return moved


def _still(pictures: Sequence[Picture], *, in_trash: bool) -> list[Picture]:
    """Read again under the project's row lock: somebody else may have been faster."""
    keys = [picture.pk for picture in pictures]
    return list(Picture.objects.filter(pk__in=keys, trashed_at__isnull=not in_trash))
