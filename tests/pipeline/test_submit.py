"""What `submit` leaves on disk when it fails; what it refuses is in tests/views/test_canvas.py."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404
from django.utils import timezone

from editor.imaging.sandbox.errors import JobCrashed
from editor.models import Edit, Membership, Project
from editor.pipeline import ledger, submit
from editor.services import media
from tests.making import make_edit, make_picture

if TYPE_CHECKING:
    from pathlib import Path

    from editor.models import Picture
    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    return make_picture(people.project, people.olga)


def test_a_row_that_cannot_be_written_leaves_no_mask(
    people: People, picture: Picture, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_edit: object) -> None:
        raise IntegrityError("the project is gone")

    before = set((data_dir / "pictures").glob("*/*"))
    monkeypatch.setattr(ledger, "reserve", refuse)
    with pytest.raises(IntegrityError):
        make_edit(people.project, people.olga, picture)
    assert set((data_dir / "pictures").glob("*/*")) == before


@pytest.mark.parametrize("what", ["removed", "archived", "deleted"])
def test_what_became_of_door_and_project_meanwhile_counts(
    people: People, picture: Picture, data_dir: Path, what: str
) -> None:
    """Reading a mask takes a while; the door was opened before."""
    before = set((data_dir / "pictures").glob("*/*"))
    if what == "removed":
        Membership.objects.filter(user=people.emil).delete()
    else:
        Project.objects.update(**{f"{what}_at": timezone.now()})
    with pytest.raises(PermissionDenied if what == "archived" else Http404):
        make_edit(people.project, people.emil, picture)
    assert not Edit.objects.exists()
    assert set((data_dir / "pictures").glob("*/*")) == before


def test_a_disk_that_fills_up_is_not_the_masks_fault(
    people: People, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        def call(self, _function: str, **_arguments: object) -> None:
            raise JobCrashed("exception", "no space", errno.ENOSPC)

    monkeypatch.setattr(submit, "decoder", FullDisk)
    with pytest.raises(media.DiskFull):
        make_edit(people.project, people.olga, picture)
