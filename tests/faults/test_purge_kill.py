"""A purge is killed between its steps, and whoever looks next finishes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.utils import timezone

from editor.models import Leftover, LeftoverKind, Picture, Project
from tests.faults.processes import ROOT, environment, until, worker
from tests.making import make_edit, make_picture, make_project, make_user

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)

PURGE = """
import os, signal, sys
import django
django.setup()
from django.db import transaction
from django.utils import timezone
from editor.services import leftovers, purge, trash
point = sys.argv[1]
def reach(here):
    if here == point:
        os.kill(os.getpid(), signal.SIGKILL)
before = timezone.now() - trash.grace()
plan = purge.plan(before=before)
with transaction.atomic():
    purge.purge_pictures(plan.pictures, before=before)
    reach("before the commit")
reach("before the files")
found = leftovers.waiting()
leftovers.remove_files(found[:1])
reach("between two files")
leftovers.remove_files(found)
reach("before they are crossed off")
"""


@pytest.fixture
def trashed(data_dir: Path) -> Project:
    """Three pictures, one with an edit that failed, all past their time."""
    olga = make_user("olga")
    project = make_project(olga)
    pictures = [make_picture(project, olga) for _number in range(3)]
    edit = make_edit(project, olga, pictures[0])
    type(edit).objects.update(state="failed")
    edit.activities.update(kind="edit.failed")
    edit.ledger.create(project=project, kind="release", micros=0)
    Picture.objects.update(trashed_at=timezone.now() - timedelta(days=31))
    return project


def kept_folders(data: Path) -> int:
    return len(list((data / "pictures").glob("*/*")))


@pytest.mark.parametrize(
    ("point", "rows", "folders"),
    [
        ("before the commit", 3, 4),
        ("before the files", 0, 4),
        ("between two files", 0, 3),
        ("before they are crossed off", 0, 0),
    ],
)
def test_a_killed_purge_is_finished_by_the_next(
    trashed: Project, data_dir: Path, point: str, rows: int, folders: int
) -> None:
    command = [sys.executable, "-c", PURGE, point]
    died = subprocess.run(command, cwd=ROOT, env=environment())
    assert died.returncode == -signal.SIGKILL
    assert (Picture.objects.count(), kept_folders(data_dir)) == (rows, folders)
    call_command("doctor", stdout=StringIO())
    call_command("purge", stdout=StringIO())
    assert (Picture.objects.count(), kept_folders(data_dir)) == (0, 0)
    assert not Leftover.objects.exists()
    call_command("doctor", stdout=StringIO())


def test_a_worker_keeps_house(trashed: Project, data_dir: Path) -> None:
    """It also finishes what another left: a folder whose rows are gone already."""
    (data_dir / "pictures/zz/left").mkdir(parents=True)
    Leftover.objects.create(kind=LeftoverKind.FOLDER, name="zz/left")
    with worker():
        until(lambda: not Picture.objects.exists(), "the worker purges")
        until(lambda: not Leftover.objects.exists(), "the worker removes the files")
    assert kept_folders(data_dir) == 0
