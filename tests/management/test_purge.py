"""`manage.py purge`: says what it does, and with --dry-run does nothing."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.utils import timezone

from editor.management.checkup import CHECKS
from editor.models import Picture, Project
from editor.services.leftovers import ORPHAN_SECONDS
from tests.management.scene import make_scene

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    out = StringIO()
    call_command("purge", *options, stdout=out)
    return out.getvalue()


def make_stray(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "file").write_bytes(b"x")
    long_ago = time.time() - ORPHAN_SECONDS - 60
    os.utime(folder, (long_ago, long_ago))


def test_a_dry_run_says_what_would_go(data_dir: Path) -> None:
    scene = make_scene()
    Project.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    make_stray(data_dir / "pictures/dd/stranger")
    said = run("--dry-run")
    assert said.splitlines() == [
        "Pictures deleted more than 30 days ago, would be removed: 2",
        "Projects deleted more than 30 days ago, would be removed: 1",
        "Files and folders that belong to nothing, would be removed: 1",
        "Left by an interrupted purge, would be removed: 0",
    ]
    assert Picture.objects.count() == 2
    assert (data_dir / "pictures" / scene.original.original_file).exists()
    assert (data_dir / "pictures/dd/stranger").exists()


def test_afterwards_nothing_is_left_and_doctor_is_content(data_dir: Path) -> None:
    make_scene()
    Project.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    make_stray(data_dir / "pictures/dd/stranger")
    make_stray(data_dir / "scratch/job-1")
    make_stray(data_dir / "spool/forgotten")
    assert run().startswith("Pictures deleted more than 30 days ago, removed: 2\nProjects")
    assert not Project.objects.exists()
    assert not [p for p in data_dir.rglob("*") if p.is_file()]
    assert not [line for check in CHECKS.values() for line in check()]
    assert {line[-2:] for line in run("--dry-run").splitlines()} == {" 0"}


def test_what_is_needed_stays(data_dir: Path) -> None:
    make_scene()
    (data_dir / "pictures/dd/upload-under-way").mkdir(parents=True)
    run()
    assert Picture.objects.count() == 2
    assert (data_dir / "pictures/dd/upload-under-way").exists()
