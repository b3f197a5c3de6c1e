"""kill -9 of the worker at every point of a run: nothing is lost, nothing is paid for twice.

The points are those of reliability.md 4.6. A victim for each point takes one edit and dies there;
then one worker is started, and finds them all.
"""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now
from PIL import Image, ImageChops

from editor.management.checkup import CHECKS
from editor.models import TERMINAL_STATES, UNDECIDED_STATES, Edit, LedgerEntry
from editor.services import media, pictures
from tests.faults import paid_upstream
from tests.faults.processes import ROOT, environment, until, worker
from tests.making import make_edit, make_picture, make_project, make_user
from tests.pipeline.paid_engine import PaidEngine, make_provider, queue_paid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from editor.models import Project, User

pytestmark = pytest.mark.django_db(transaction=True)

FREE_POINTS = ("claimed", "drawing", "spooled", "stored")
ALL_FREE_POINTS = (
    *("claimed", "sending", "awaiting", "drawing", "answered", "spooled", "received"),
    *("stitched", "stored", "committed"),
)
# Point: how the edit ends, how often the service was asked, how many results there are.
PAID_POINTS = {
    "claimed": ("succeeded", 1, 1),  # K3
    "sending": ("unknown", 0, 0),  # K4: a false alarm that is allowed
    "connected": ("unknown", 0, 0),  # K5
    "half_sent": ("unknown", 0, 0),  # K6
    "awaiting": ("unknown", 1, 0),  # K7
    "headed": ("unknown", 1, 0),  # K8
    "half_answered": ("unknown", 1, 0),  # K9
    "answered": ("succeeded", 1, 1),  # K10
    "spooled": ("succeeded", 1, 1),  # K11
    "received": ("succeeded", 1, 1),
    "reading": ("succeeded", 1, 1),  # K12
    "stitched": ("succeeded", 1, 1),
    "stored": ("succeeded", 1, 1),  # K13
    "committed": ("succeeded", 1, 1),  # K14
}
BOX = (8, 8, 24, 24)
RESTING = TERMINAL_STATES | UNDECIDED_STATES


def rests(edits: list[Edit]) -> bool:
    keys = [edit.pk for edit in edits]
    return not Edit.objects.filter(pk__in=keys).exclude(state__in=RESTING).exists()


def kill_at(point: str, **options: Any) -> None:
    """Let a worker take the one edit that is due and die at the point."""
    with worker(point, lease=600, slots=1, calls=1, **options) as victim:
        until(lambda: victim.poll() is not None, f"the worker dies at {point}")
        assert victim.returncode == -signal.SIGKILL


def restart(edits: list[Edit], **options: Any) -> None:
    """All leases run out, and one worker takes over."""
    Edit.objects.held().update(lease_until=Now())
    with worker(**options):
        until(lambda: rests(edits), "all edits rest")
    for edit in edits:
        edit.refresh_from_db()


def original_digest(edit: Edit) -> str:
    return hashlib.sha256(media.path(edit.picture.original_file).read_bytes()).hexdigest()


def assert_whole(edit: Edit, folder: Path, box: tuple[int, int, int, int] = BOX) -> None:
    """One result with the right pixels; the original is as it was."""
    assert edit.state == "succeeded", edit.error_message
    result = edit.results.get()
    pictures.render(result, folder / "out.png", image_format="png")
    pictures.render(edit.picture, folder / "in.png", image_format="png")
    with Image.open(folder / "out.png") as after, Image.open(folder / "in.png") as before:
        assert ImageChops.difference(after, before).getbbox() == box
    assert original_digest(edit) == edit.picture.sha256


def breaches() -> list[str]:
    return [line for check in CHECKS.values() for line in check()]


def kill_the_free(tmp_path: Path, points: Sequence[str] = FREE_POINTS) -> None:
    user = make_user("olga")
    project = make_project(user)
    edits = []
    for point in points:
        picture = make_picture(project, user)
        edits.append(make_edit(project, user, picture, prompt="black and white", box=BOX))
        kill_at(point)
    restart(edits)
    for edit in edits:
        assert_whole(edit, tmp_path)
        kinds = LedgerEntry.objects.filter(edit=edit).values_list("kind", flat=True)
        assert sorted(kinds) == ["release", "reserve", "settle"]
    assert breaches() == []


def kill_the_paid(tmp_path: Path) -> None:
    user = make_user("olga")
    project = make_project(user)
    make_provider(concurrency=100)  # the dead hold their places until their leases run out
    edits = {}
    for point in PAID_POINTS:
        edits[point] = queue_paid(PaidEngine(), project, user, key=point)
        kill_at(point, engines=paid_upstream.REGISTRY)
    restart(list(edits.values()), engines=paid_upstream.REGISTRY)
    assert {point: ending(edit) for point, edit in edits.items()} == PAID_POINTS
    for edit in edits.values():
        if edit.state == "succeeded":
            assert_whole(edit, tmp_path, (20, 10, 40, 30))
    assert breaches() == []


def ending(edit: Edit) -> tuple[str, int, int]:
    tokens = {str(token) for token in edit.attempts.values_list("client_token", flat=True)}
    asked = [token for token in paid_upstream.charged() if token in tokens]
    return str(edit.state), len(asked), edit.results.count()


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    kill_the_free(tmp_path)


def test_a_killed_worker_pays_nothing_twice(tmp_path: Path) -> None:
    kill_the_paid(tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(20))
def test_a_killed_worker_loses_nothing_in_full(turn: int, tmp_path: Path) -> None:
    kill_the_free(tmp_path, ALL_FREE_POINTS)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(20))
def test_a_killed_worker_pays_nothing_twice_in_full(turn: int, tmp_path: Path) -> None:
    kill_the_paid(tmp_path)


SUBMIT = """
import os, signal, sys
import django
django.setup()
from editor.models import Picture, Project, User
from editor.pipeline import submit
from tests.pipeline.paid_engine import PaidEngine, queue_paid
class Engine(PaidEngine):
    def plan(self, wanted):
        if sys.argv[1] == "before the row":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().plan(wanted)
project, user = Project.objects.get(), User.objects.get()
queue_paid(Engine(), project, user, picture=Picture.objects.get(), key="once")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("point", "edits"), [("before the row", 0), ("before the reply", 1)])
def test_a_killed_web_process_makes_one_edit_of_one_click(point: str, edits: int) -> None:
    """K1 and K2: whoever gets no reply sends the same again."""
    user = make_user("olga")
    project = make_project(user)
    make_provider()
    picture = queue_paid(PaidEngine(), project, user, key="first").picture
    Edit.objects.all().delete()
    command: list[Any] = [sys.executable, "-c", SUBMIT, point]
    died = subprocess.run(command, cwd=ROOT, env=environment() | {"PYTHONPATH": str(ROOT)})
    assert died.returncode == -signal.SIGKILL
    assert Edit.objects.count() == edits
    again = queue_paid(PaidEngine(), project, user, picture=picture, key="once")
    assert Edit.objects.get() == again
    assert LedgerEntry.objects.filter(edit=again, kind="reserve").count() == 1


@pytest.mark.faults
def test_an_edit_that_kills_every_worker_is_given_up() -> None:
    user = make_user("olga")
    project = make_project(user)
    edit = make_edit(project, user, make_picture(project, user))
    for _turn in range(4):
        with worker("awaiting") as victim:
            until(lambda: victim.poll() is not None, "the worker dies")
    with worker():
        until(lambda: rests([edit]), "the edit is given up")
    edit.refresh_from_db()
    assert (edit.state, edit.error_code, edit.attempts.count()) == ("failed", "worker_lost", 4)


def test_an_answer_that_kills_every_worker_is_laid_aside() -> None:
    user: User = make_user("olga")
    project: Project = make_project(user)
    make_provider()
    edit = queue_paid(PaidEngine(), project, user)
    for _turn in range(4):
        with worker("reading", engines=paid_upstream.REGISTRY) as victim:
            until(lambda: victim.poll() is not None, "the worker dies")
    with worker(engines=paid_upstream.REGISTRY):
        until(lambda: rests([edit]), "the answer is laid aside")
    edit.refresh_from_db()
    assert ending(edit) == ("billed_unusable", 1, 0)
    assert breaches() == []
