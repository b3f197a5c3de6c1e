"""kill -9 of the worker at every point of a run: nothing is lost, nothing is done twice."""

from __future__ import annotations

import hashlib
import signal
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from editor.management.checkup import CHECKS
from editor.models import TERMINAL_STATES, Edit, LedgerEntry, Picture
from editor.services import media, pictures
from tests.faults.processes import until, worker
from tests.making import make_edit, make_picture, make_project, make_user

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = [
    "claimed",
    "sending",
    "awaiting",
    "drawing",
    "answered",
    "spooled",
    "received",
    "stitched",
    "stored",
    "committed",
]
BOX = (8, 8, 24, 24)


def queue_edit() -> Edit:
    user = make_user("olga")
    project = make_project(user)
    return make_edit(project, user, make_picture(project, user), prompt="black and white", box=BOX)


def ended(edit: Edit) -> bool:
    edit.refresh_from_db()
    return edit.state in TERMINAL_STATES


def original_digest(edit: Edit) -> str:
    return hashlib.sha256(media.path(edit.picture.original_file).read_bytes()).hexdigest()


def assert_whole(edit: Edit, tmp_path: Path) -> None:
    """One result, the right pixels, money and files in order."""
    assert edit.state == "succeeded", edit.error_message
    result = edit.results.get()
    pictures.render(result, tmp_path / "out.png", image_format="png")
    pictures.render(edit.picture, tmp_path / "in.png", image_format="png")
    with Image.open(tmp_path / "out.png") as after, Image.open(tmp_path / "in.png") as before:
        assert ImageChops.difference(after, before).getbbox() == BOX
    assert Picture.objects.count() == 2
    kinds = list(LedgerEntry.objects.filter(edit=edit).values_list("kind", flat=True))
    assert sorted(kinds) == ["release", "reserve", "settle"]
    assert original_digest(edit) == edit.picture.sha256
    assert [line for check in CHECKS.values() for line in check()] == []


def kill_and_restart(point: str, tmp_path: Path) -> None:
    edit = queue_edit()
    with worker(point) as victim:
        until(lambda: victim.poll() is not None, f"the worker dies at {point}")
        assert victim.returncode == -signal.SIGKILL
    with worker():
        until(lambda: ended(edit), "the edit ends after the restart")
    assert_whole(edit, tmp_path)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_worker_loses_nothing(point: str, tmp_path: Path) -> None:
    kill_and_restart(point, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(20))
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_worker_loses_nothing_in_full(point: str, turn: int, tmp_path: Path) -> None:
    kill_and_restart(point, tmp_path)


def test_an_edit_that_kills_every_worker_is_given_up() -> None:
    edit = queue_edit()
    for _turn in range(4):
        with worker("awaiting") as victim:
            until(lambda: victim.poll() is not None, "the worker dies")
    with worker():
        until(lambda: ended(edit), "the edit is given up")
    assert (edit.state, edit.error_code, edit.attempts.count()) == ("failed", "worker_lost", 4)


def test_a_sleeping_worker_cannot_overwrite_what_another_did(tmp_path: Path) -> None:
    """SIGSTOP for longer than the lease, the edit is done elsewhere, SIGCONT."""
    edit = queue_edit()
    with worker() as sleeper:
        until(lambda: Edit.objects.exclude(state="queued").exists(), "the edit is claimed")
        sleeper.send_signal(signal.SIGSTOP)
        if ended(edit):
            pytest.fail("the edit ended before the worker could be stopped")
        with worker():
            until(lambda: ended(edit), "another worker ends it")
            sleeper.send_signal(signal.SIGCONT)
            sleeper.terminate()
            until(lambda: sleeper.poll() is not None, "the sleeper stops")
    assert_whole(edit, tmp_path)
