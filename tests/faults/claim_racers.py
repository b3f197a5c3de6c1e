"""Processes that race for a queue: `python -m tests.faults.claim_racers COUNT [--naive]`.

One process fills the queue and forks the racers, so that all of them start at the same moment.
Each claim is a line "NUMBER" on stdout; the fences of all edits follow, as "fence NUMBER".
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from collections.abc import Iterable

PROCESSES = 8
BATCH = 3


def seed(count: int) -> None:
    """Half of the edits are ours, half a provider's; two members, two projects."""
    from django.db.models.functions import Now

    from editor.models import Edit
    from tests.making import make_edit_row, make_project, make_rows, make_user
    from tests.pipeline.paid_engine import make_provider

    Edit.objects.all().delete()
    provider = make_provider(concurrency=30000)
    for name in ("one", "two"):
        user = make_user(f"{name}-{provider.pk}")
        project = make_project(user)
        (picture,) = make_rows(project, user, 1)
        for number in range(count // 2):
            paid = {"provider": provider} if number % 2 else {}
            make_edit_row(project, user, picture, next_run_at=Now(), **paid)


def tell(lines: Iterable[object]) -> None:
    """Write in one piece: the racers share this pipe."""
    os.write(1, "".join(f"{line}\n" for line in lines).encode())


def claim_as(owner: str) -> None:
    from editor.pipeline.claim import claim

    while holds := claim(owner=owner, limit=BATCH, calls=BATCH, lease_seconds=600):
        tell(hold.edit_id for hold in holds)


def claim_naively_as(owner: str) -> None:
    """What everybody writes first: look, then take. The control: the test must notice."""
    from django.db.models.functions import Now

    from editor.models import Edit

    due = Edit.objects.filter(state="queued", next_run_at__lte=Now()).order_by("pk")
    while edits := list(due[:BATCH]):
        for edit in edits:
            Edit.objects.filter(pk=edit.pk).update(state="claimed", lease_owner=owner)
        tell(edit.pk for edit in edits)


def race(*, naive: bool) -> None:
    from django.db import connections

    connections.close_all()
    racers = []
    for number in range(PROCESSES):
        pid = os.fork()
        if pid == 0:
            (claim_naively_as if naive else claim_as)(f"racer-{number}")
            connections.close_all()
            os._exit(0)
        racers.append(pid)
    for pid in racers:
        if status := os.waitpid(pid, 0)[1]:
            raise SystemExit(f"a racer ended with {os.waitstatus_to_exitcode(status)}")


def tell_fences() -> None:
    """Every claim raised one fence, and is written in the activities."""
    from editor.models import Activity, Edit

    if Activity.objects.filter(kind="edit.claimed").count() < Edit.objects.count():
        raise SystemExit("a claim was not written down")
    for fence in Edit.objects.values_list("fence", flat=True):
        tell([f"fence {fence}"])


if __name__ == "__main__":
    django.setup()
    seed(int(sys.argv[1]))
    is_naive = "--naive" in sys.argv
    race(naive=is_naive)
    if not is_naive:
        tell_fences()
