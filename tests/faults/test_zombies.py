"""A worker sleeps longer than its lease lasts, and wakes up when others have decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.management.checkup import CHECKS
from editor.models import Activity, Edit
from tests.faults import paying, real_client
from tests.faults.processes import nursery, until, worker
from tests.faults.test_kills import assert_whole, original_digest, restart, rests
from tests.faults.test_paid_kills import Ending, assert_only_the_painted_changed, ending
from tests.faults.worker_main import LEASE_SECONDS
from tests.making import make_edit, make_picture, make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

# Where it falls asleep: how others leave the edit meanwhile.
QUICK = {"half_sent": "unknown", "headed": "unknown", "spooled": "succeeded"}
FULL = QUICK | {
    "claimed": "succeeded",
    "sending": "unknown",
    "connected": "unknown",
    "awaiting": "unknown",
    "half_answered": "unknown",
    "answered": "succeeded",
    "received": "succeeded",
    "reading": "succeeded",
    "stitched": "succeeded",
    "stored": "succeeded",
}


def sleep_through(points: dict[str, str], fake: Fake, folder: Path) -> None:
    """The service is asked once for each, and its answer is kept once, whoever comes first."""
    user = make_user("olga")
    project = make_project(user)
    provider = paying.add_provider(fake.base_url)
    paying.let_answers_take_time(fake)
    edits: dict[str, Edit] = {}
    with nursery() as workers:
        for number, point in enumerate(points):
            picture = paying.new_picture(project, user, number)
            edits[point] = paying.queue(provider, picture, user, point)
            workers.sleep_at(point, engines=real_client.REGISTRY)
        restart(list(edits.values()), engines=real_client.REGISTRY)
        assert {point: edit.state for point, edit in edits.items()} == points
        with worker(engines=real_client.REGISTRY):
            for sleeper in workers.sleepers:
                sleeper.wake()
            until(lambda: all_succeeded(edits.values()), "the late answers are taken")
        for sleeper in workers.sleepers:
            sleeper.stop()
    for point, edit in edits.items():
        edit.refresh_from_db()
        assert ending(edit, fake) == Ending("succeeded", 1, 1), point
        late = Activity.objects.filter(edit=edit, kind="edit.late_answer").count()
        assert late == (points[point] == "unknown"), point
        assert original_digest(edit) == edit.picture.sha256
        assert_only_the_painted_changed(edit, folder)
    assert paying.breaches(fake) == []


def all_succeeded(edits: Iterable[Edit]) -> bool:
    keys = [edit.pk for edit in edits]
    return not Edit.objects.filter(pk__in=keys).exclude(state="succeeded").exists()


def test_a_sleeper_pays_nothing_twice_and_loses_nothing(fake: Fake, tmp_path: Path) -> None:
    sleep_through(QUICK, fake, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(10))
def test_a_sleeper_pays_nothing_twice_in_full(turn: int, fake: Fake, tmp_path: Path) -> None:
    sleep_through(FULL, fake, tmp_path)


def test_a_sleeper_cannot_overwrite_what_another_did(tmp_path: Path) -> None:
    user = make_user("olga")
    project = make_project(user)
    edit = make_edit(project, user, make_picture(project, user), prompt="black and white")
    with nursery() as workers:
        sleeper = workers.sleep_at("drawing", lease=LEASE_SECONDS)
        with worker():
            until(lambda: rests([edit]), "another worker ends it")
            sleeper.wake()
            sleeper.stop()
    edit.refresh_from_db()
    assert_whole(edit, tmp_path)
    assert [line for check in CHECKS.values() for line in check()] == []
