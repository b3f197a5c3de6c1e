"""Taking due edits under a lease, keeping the lease, and seeing who asked to stop."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from editor.models import WAITING_STATES, Edit, Project, State, Worker
from editor.pipeline.states import Hold, LostLease, move


def due() -> QuerySet[Edit]:
    """Edits that may be taken now, the longest waiting first; the database's clock decides."""
    return Edit.objects.filter(state__in=WAITING_STATES, next_run_at__lte=Now()).order_by(
        "next_run_at", "pk"
    )


def claim(*, owner: str, limit: int, lease_seconds: float) -> list[Hold]:
    """Take up to `limit` due edits for `owner` in one short transaction.

    Each is a conditional UPDATE, so that two workers never hold the same edit; the first look is
    read-only, so that an idle worker never asks for the write lock.
    """
    if limit < 1 or not due().exists():
        return []
    with transaction.atomic():
        taken = [_take(edit, owner, lease_seconds) for edit in _locked(limit)]
    return [hold for hold in taken if hold is not None]


def _locked(limit: int) -> list[Edit]:
    """Return due edits whose projects are locked, in the order of their keys.

    Every move locks the project before the edit; a batch that did otherwise, or in another
    order, would sooner or later wait in a circle with a cancel or with another worker.
    """
    projects = set(due().values_list("project_id", flat=True)[:limit])
    locked = Project.objects.select_for_update(no_key=True).filter(pk__in=projects).order_by("pk")
    return list(due().filter(project_id__in=list(locked.values_list("pk", flat=True)))[:limit])


def _take(edit: Edit, owner: str, lease_seconds: float) -> Hold | None:
    try:
        return move(
            Hold.on(edit),
            State.CLAIMED,
            new_fence=True,
            lease_owner=owner,
            lease_until=Now() + timedelta(seconds=lease_seconds),
            started_at=Coalesce("started_at", Now()),
            progress=0,
        )
    except LostLease:
        return None


def renew(*, owner: str, slots: int, edits: list[int], lease_seconds: float) -> None:
    """Say that `owner` lives, and extend its leases on the edits it is working on.

    An edit it holds but no longer works on (its run broke off) is left to the rescue. A worker
    that was forgotten while its machine slept is known again.
    """
    if not Worker.objects.filter(name=owner).update(seen_at=Now()):
        Worker.objects.create(name=owner, slots=slots)
    Edit.objects.held().filter(lease_owner=owner, pk__in=edits).update(
        lease_until=Now() + timedelta(seconds=lease_seconds)
    )


def to_stop(*, owner: str, holds: Iterable[Hold]) -> dict[int, str]:
    """Return which of the running edits must stop: edit id -> "canceled" or "lost"."""
    fences = {hold.edit_id: hold.fence for hold in holds}
    rows = Edit.objects.held().filter(pk__in=fences, lease_owner=owner)
    mine = {row.pk: row for row in rows.only("pk", "fence", "cancel_requested_at")}
    verdict: dict[int, str] = {}
    for pk, fence in fences.items():
        if pk not in mine or mine[pk].fence != fence:
            verdict[pk] = "lost"
        elif mine[pk].cancel_requested_at is not None:
            verdict[pk] = "canceled"
    return verdict
