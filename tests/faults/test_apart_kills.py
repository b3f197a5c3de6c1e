"""kill -9 amid areas that are edited one after the other: none is lost, begun early, or paid twice."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from editor.models import Edit
from tests.faults import paid_upstream
from tests.faults.processes import nursery
from tests.faults.test_kills import breaches, ending, restart
from tests.making import make_project, make_user
from tests.pipeline.paid_engine import PaidEngine, make_provider, queue_paid

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.django_db(transaction=True)
AREAS = ((2, 2, 12, 10), (60, 4, 74, 16), (30, 44, 44, 56))
LONG_AGO, FAR = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
DONE, WAITS = ("succeeded", 1, 1), ("queued", 0, 0)
# Where the worker dies with the first area, and where each stands when all is quiet again.
POINTS = {
    "claimed": [DONE] * 3,
    "sending": [("unknown", 0, 0), WAITS, WAITS],
    "awaiting": [("unknown", 1, 0), WAITS, WAITS],
    "spooled": [DONE] * 3,
    "stored": [DONE] * 3,
    "committed": [DONE] * 3,
}


def make_line(point: str) -> list[Edit]:
    user = make_user(f"olga-{point}")
    first = queue_paid(PaidEngine(), make_project(user), user, key=point, apart=AREAS)
    return Edit.objects.line_of(first)


def kill_at(points: Sequence[str]) -> None:
    make_provider()
    lines: dict[str, list[Edit]] = {}
    with nursery() as workers:
        for point in points:
            lines[point] = make_line(point)
            workers.kill_at(point, engines=paid_upstream.REGISTRY)
            assert breaches() == [], point
            # The next victim must meet its own edit first.
            Edit.objects.filter(pk__in=[edit.pk for edit in lines[point]], state="queued").exclude(
                next_run_at=None
            ).update(next_run_at=FAR)
    Edit.objects.filter(next_run_at=FAR).update(next_run_at=LONG_AGO)
    quiet = [edit for point, line in lines.items() for edit in line if POINTS[point] == [DONE] * 3]
    restart(quiet, engines=paid_upstream.REGISTRY)
    for point, line in lines.items():
        for edit in line:
            edit.refresh_from_db()
        assert [ending(edit) for edit in line] == POINTS[point], point
        for before, edit in pairwise(line):
            if edit.state == "succeeded":
                assert edit.picture == before.results.get()
    assert breaches() == []


def test_a_killed_worker_neither_loses_an_area_nor_begins_one_early() -> None:
    kill_at(["sending", "stored", "committed"])


@pytest.mark.faults
@pytest.mark.parametrize("_turn", range(5))
def test_a_killed_worker_neither_loses_an_area_nor_begins_one_early_in_full(_turn: int) -> None:
    kill_at(list(POINTS))
