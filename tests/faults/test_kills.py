"""kill -9 of the worker at every point of a run: nothing is lost, nothing is paid for twice.

The points are those of reliability.md 4.6. A victim for each point takes one edit and dies there;
then one worker is started, and finds them all.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now
from PIL import Image, ImageChops

from editor.management.checkup import CHECKS
from editor.models import TERMINAL_STATES, UNDECIDED_STATES, Edit, LedgerEntry
from editor.services import media, pictures
from tests.faults import paid_upstream
from tests.faults.processes import nursery, until, worker
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
BOX = (8, 8, 24, 24)
RESTING = TERMINAL_STATES | UNDECIDED_STATES


def rests(edits: list[Edit]) -> bool:
    keys = [edit.pk for edit in edits]
    return not Edit.objects.filter(pk__in=keys).exclude(state__in=RESTING).exists()


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
    with nursery() as workers:
        for point in points:
            picture = make_picture(project, user)
            edits.append(make_edit(project, user, picture, prompt="black and white", box=BOX))
            workers.kill_at(point)
    restart(edits)
    for edit in edits:
        assert_whole(edit, tmp_path)
        kinds = LedgerEntry.objects.filter(edit=edit).values_list("kind", flat=True)
        assert sorted(kinds) == ["release", "reserve", "settle"]
    assert breaches() == []


def ending(edit: Edit) -> tuple[str, int, int]:
    tokens = {str(token) for token in edit.attempts.values_list("client_token", flat=True)}
    asked = [token for token in paid_upstream.charged() if token in tokens]
    return str(edit.state), len(asked), edit.results.count()


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    kill_the_free(tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(20))
def test_a_killed_worker_loses_nothing_in_full(turn: int, tmp_path: Path) -> None:
    kill_the_free(tmp_path, ALL_FREE_POINTS)


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
    with nursery() as workers:
        for _turn in range(4):
            workers.kill_at("reading", engines=paid_upstream.REGISTRY)
            Edit.objects.held().update(lease_until=Now())
    restart([edit], engines=paid_upstream.REGISTRY)
    assert ending(edit) == ("billed_unusable", 1, 0)
    assert breaches() == []
