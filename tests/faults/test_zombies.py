"""A worker sleeps longer than its lease lasts, and wakes up when others have decided."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from editor.management.checkup import CHECKS
from editor.models import Activity, Edit
from tests.faults import paid_upstream
from tests.faults.processes import sleeps, until, worker
from tests.faults.test_kills import assert_whole, ending, rests
from tests.making import make_edit, make_picture, make_project, make_user
from tests.pipeline.paid_engine import PaidEngine, make_provider, queue_paid

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)

# Where it falls asleep: how others leave the edit meanwhile.
QUICK = {"sending": "unknown", "half_answered": "unknown", "spooled": "succeeded"}
FULL = QUICK | {
    "claimed": "succeeded",
    "awaiting": "unknown",
    "headed": "unknown",
    "answered": "succeeded",
    "received": "succeeded",
    "stitched": "succeeded",
    "stored": "succeeded",
}


def sleep_through(point: str, meanwhile: str, folder: Path) -> None:
    """The service is asked once, and its answer is kept once, whoever comes first."""
    user = make_user("olga")
    project = make_project(user)
    make_provider()
    edit = queue_paid(PaidEngine(), project, user)
    engines = paid_upstream.REGISTRY
    with worker(point, sleep=True, engines=engines) as sleeper:
        until(lambda: sleeps(sleeper), f"the worker sleeps at {point}")
        with worker(engines=engines):
            until(lambda: rests([edit]), "another worker decides")
            edit.refresh_from_db()
            assert edit.state == meanwhile
            sleeper.send_signal(signal.SIGCONT)
            until(lambda: Edit.objects.filter(state="succeeded").exists(), "the answer is taken")
            sleeper.terminate()
            until(lambda: sleeper.poll() is not None, "the sleeper stops")
    edit.refresh_from_db()
    assert ending(edit) == ("succeeded", 1, 1)
    late = Activity.objects.filter(edit=edit, kind="edit.late_answer").count()
    assert late == (meanwhile == "unknown")
    assert_whole(edit, folder, (20, 10, 40, 30))
    assert [line for name, check in CHECKS.items() for line in check() if name != "ledger"] == []


@pytest.mark.parametrize(("point", "meanwhile"), QUICK.items())
def test_a_sleeper_pays_nothing_twice_and_loses_nothing(
    point: str, meanwhile: str, tmp_path: Path
) -> None:
    sleep_through(point, meanwhile, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(10))
@pytest.mark.parametrize(("point", "meanwhile"), FULL.items())
def test_a_sleeper_pays_nothing_twice_in_full(
    point: str, meanwhile: str, turn: int, tmp_path: Path
) -> None:
    sleep_through(point, meanwhile, tmp_path)


def test_a_sleeper_cannot_overwrite_what_another_did(tmp_path: Path) -> None:
    user = make_user("olga")
    project = make_project(user)
    edit = make_edit(project, user, make_picture(project, user), prompt="black and white")
    with worker("drawing", sleep=True) as sleeper:
        until(lambda: sleeps(sleeper), "the worker sleeps")
        with worker():
            until(lambda: rests([edit]), "another worker ends it")
            sleeper.send_signal(signal.SIGCONT)
            sleeper.terminate()
            until(lambda: sleeper.poll() is not None, "the sleeper stops")
    edit.refresh_from_db()
    assert_whole(edit, tmp_path)
    assert [line for check in CHECKS.values() for line in check()] == []
