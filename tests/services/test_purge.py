"""The end of what was thrown away: in the right order, whole, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from editor.management.checkup import CHECKS
from editor.models import (
    ApiKey,
    Edit,
    EditInput,
    Favourite,
    LedgerEntry,
    Leftover,
    Mask,
    Membership,
    Picture,
    PictureKind,
    Project,
    State,
)
from editor.pipeline import ledger
from editor.services import leftovers, purge
from tests.making import (
    make_api_key,
    make_edit_row,
    make_picture,
    make_result_row,
    make_row,
    make_rows,
)
from tests.management.scene import Scene, make_scene
from tests.management.scene import make_picture as make_scene_picture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BEFORE = NOW - timedelta(days=30)
LONG_AGO = NOW - timedelta(days=31)


def trash(*pictures: Picture, at: object = LONG_AGO) -> None:
    Picture.objects.filter(pk__in=[p.pk for p in pictures]).update(trashed_at=at)


def delete(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(deleted_at=LONG_AGO)


def rows() -> purge.Plan:
    """Purge all rows that are due; return what had been planned."""
    plan = purge.plan(before=BEFORE)
    for batch in purge.batches(plan):
        purge.purge_pictures(batch, before=BEFORE)
    for project in plan.projects:
        purge.purge_project(project, before=BEFORE)
    return plan


def files() -> None:
    found = leftovers.waiting()
    leftovers.remove_files(found)
    leftovers.forget(found)


def folders(data: Path) -> set[str]:
    return {str(p.relative_to(data / "pictures")) for p in (data / "pictures").glob("*/*")}


def assert_sound() -> None:
    assert {name: found for name, check in CHECKS.items() if (found := list(check()))} == {}


def test_a_result_goes_with_its_edit_and_mask(data_dir: Path) -> None:
    scene = make_scene()
    Favourite.objects.create(user=scene.user, picture=scene.result)
    trash(scene.result)
    rows()
    files()
    assert folders(data_dir) == {"aa/original"}
    assert not Edit.objects.exists()
    assert not Mask.objects.exists()
    assert not Leftover.objects.exists()
    assert_sound()


def test_what_was_spent_stays_in_the_ledger(data_dir: Path) -> None:
    scene = make_scene()
    before = list(LedgerEntry.objects.values_list("kind", "micros"))
    delete(scene.project)
    rows()
    assert list(LedgerEntry.objects.values_list("kind", "micros")) == before
    assert not LedgerEntry.objects.exclude(project=None, edit=None, attempt=None).exists()


def test_an_original_stays_while_a_result_of_it_does(data_dir: Path) -> None:
    scene = make_scene()
    trash(scene.original)
    assert rows().pictures == []
    assert folders(data_dir) == {"aa/original", "bb/mask", "cc/result"}
    assert_sound()


def test_it_goes_as_soon_as_the_result_goes_too(data_dir: Path) -> None:
    scene = make_scene()
    trash(scene.original, scene.result)
    assert rows().pictures == [scene.result.pk, scene.original.pk]
    files()
    assert folders(data_dir) == set()
    assert_sound()


def test_a_younger_result_keeps_the_whole_line(data_dir: Path) -> None:
    scene = make_scene()
    newest = make_scene_picture(
        scene.project,
        "dd/newest",
        PictureKind.PATCH,
        parent=scene.result,
        root=scene.original,
        edit=scene.edit,
    )
    trash(scene.original, scene.result)
    trash(newest, at=NOW - timedelta(days=29))
    assert rows().pictures == []
    assert Picture.objects.count() == 3


def test_an_edit_with_another_result_stays(data_dir: Path) -> None:
    scene = make_scene()
    second = make_scene_picture(
        scene.project,
        "dd/second",
        PictureKind.PATCH,
        parent=scene.original,
        root=scene.original,
        edit=scene.edit,
    )
    trash(scene.result)
    rows()
    files()
    assert list(Picture.objects.all()) == [scene.original, second]
    assert folders(data_dir) == {"aa/original", "bb/mask", "dd/second"}
    assert_sound()


def test_a_picture_somebody_works_on_waits(people: People) -> None:
    picture = make_picture(people.project, people.olga)
    edit = make_edit_row(people.project, people.olga, picture, state=State.AWAITING)
    trash(picture)
    assert rows().pictures == []
    Edit.objects.filter(pk=edit.pk).update(state=State.FAILED)
    assert rows().pictures == [picture.pk]
    assert not Edit.objects.exists()


def test_what_is_taken_back_after_the_plan_stays(people: People) -> None:
    picture = make_picture(people.project, people.olga)
    trash(picture)
    plan = purge.plan(before=BEFORE)
    trash(picture, at=None)
    assert purge.purge_pictures(plan.pictures, before=BEFORE) == 0
    assert Picture.objects.get() == picture


def test_the_grace_period_is_kept(people: People) -> None:
    picture = make_picture(people.project, people.olga)
    trash(picture, at=BEFORE + timedelta(seconds=1))
    Project.objects.update(deleted_at=BEFORE + timedelta(seconds=1))
    assert purge.plan(before=BEFORE) == purge.Plan([], [])


def test_a_project_goes_with_all_it_holds(data_dir: Path) -> None:
    scene = make_scene()
    other = make_scene_of_another(scene)
    Membership.objects.create(project=scene.project, user=scene.user, role="owner")
    (data_dir / "renders" / f"{scene.result.public_id}.export.png").write_bytes(b"x")
    (data_dir / "renders" / f"{other.public_id}.export.png").write_bytes(b"x")
    (data_dir / "spool" / scene.edit.public_id / "1").mkdir(parents=True)
    delete(scene.project)
    assert rows().projects == [scene.project.pk]
    files()
    assert list(Project.objects.all()) == [other.project]
    assert not Membership.objects.exists()
    assert folders(data_dir) == {"ee/other"}
    assert [p.name for p in (data_dir / "renders").iterdir()] == [f"{other.public_id}.export.png"]
    assert list((data_dir / "spool").iterdir()) == []
    assert_sound()


def make_scene_of_another(scene: Scene) -> Picture:
    project = Project.objects.create(name="Cellar", created_by=scene.user)
    return make_scene_picture(project, "ee/other", PictureKind.ORIGINAL)


def test_a_project_taken_back_after_the_plan_stays(data_dir: Path) -> None:
    scene = make_scene()
    delete(scene.project)
    plan = purge.plan(before=BEFORE)
    Project.objects.update(deleted_at=None)
    assert purge.purge_pictures(plan.pictures, before=BEFORE) == 0
    assert not purge.purge_project(scene.project.pk, before=BEFORE)
    assert_sound()


@pytest.mark.parametrize("state", [State.AWAITING, State.UNKNOWN, State.BILLED_UNUSABLE])
def test_a_project_still_at_work_or_undecided_waits(data_dir: Path, state: State) -> None:
    scene = make_scene()
    make_edit_row(scene.project, scene.user, scene.original, state=state)
    delete(scene.project)
    plan = rows()
    assert plan.projects == []
    assert Project.objects.get().pictures.get() == scene.original


def test_a_kill_between_rows_and_files_loses_nothing(data_dir: Path) -> None:
    """The list of files was written with the deletion; whoever looks next removes them."""
    scene = make_scene()
    trash(scene.original, scene.result)
    rows()
    for folder in (data_dir / "pictures").glob("*/*"):
        assert folder.is_dir()
    assert_sound()
    files()
    assert folders(data_dir) == set()


def test_a_long_line_goes_in_several_batches(data_dir: Path) -> None:
    scene = make_scene()
    parent = scene.result
    for number in range(purge.BATCH + 5):
        parent = make_scene_picture(
            scene.project,
            f"ff/{number}",
            PictureKind.PATCH,
            parent=parent,
            root=scene.original,
            edit=make_edit_row(scene.project, scene.user, parent, state=State.SUCCEEDED),
        )
    Picture.objects.update(trashed_at=LONG_AGO)
    assert len(rows().pictures) == purge.BATCH + 7
    files()
    assert not Picture.objects.exists()
    assert folders(data_dir) == set()


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (State.QUEUED, True),
        (State.AWAITING, True),
        (State.UNKNOWN, True),
        (State.SUCCEEDED, False),
        (State.CANCELED, False),
    ],
)
def test_what_an_edit_has_yet_to_see_stays(people: People, state: State, stays: bool) -> None:
    """A further picture, and what it was made from, as long as the edit is not over."""
    edited = make_picture(people.project, people.olga)
    original = make_row(people.project, people.olga, "original.jpg")
    further = make_result_row(original, people.olga, "blur")
    edit = make_edit_row(people.project, people.olga, edited, state=state)
    EditInput.objects.create(edit=edit, picture=further, number=2)
    trash(original, further)
    rows()
    assert Picture.objects.filter(pk__in=[original.pk, further.pk]).count() == (2 if stays else 0)
    assert EditInput.objects.get().picture == (further if stays else None)


def test_a_project_takes_its_api_keys_along(people: People) -> None:
    key, _ = make_api_key(people.project, people.emil)
    (picture,) = make_rows(people.project, people.olga, 1)
    ledger.reserve(make_edit_row(people.project, people.emil, picture, api_key=key))
    Edit.objects.update(state=State.CANCELED)
    delete(people.project)
    rows()
    assert not ApiKey.objects.exists()
    assert LedgerEntry.objects.get().api_key is None
