"""The life of a project: named, archived, deleted, taken back in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from editor.models import Activity, Project, Role
from editor.services import projects
from editor.services.projects import Shelf
from tests.making import make_door, make_member, make_project, make_rows

if TYPE_CHECKING:
    from editor.access.fetch import Door
    from tests.conftest import People


def door_of(people: People) -> Door:
    return make_door(people.project, people.olga)


def kinds(people: People) -> list[str]:
    rows = Activity.objects.filter(project=people.project, kind__startswith="project.")
    return list(rows.values_list("kind", flat=True))


def now(people: People) -> Project:
    return Project.objects.get(pk=people.project.pk)


def test_another_name_keeps_the_address_and_the_pulse(people: People) -> None:
    stale = door_of(people)
    Project.objects.bump(people.project.pk)
    projects.rename(door=stale, name="Orchard")
    assert (now(people).name, now(people).slug, now(people).pulse) == (
        "Orchard",
        people.project.slug,
        1,
    )
    assert kinds(people) == ["project.created", "project.renamed"]


def test_archive_and_restore_are_recorded_once(people: People) -> None:
    for act in (projects.archive, projects.archive, projects.restore, projects.restore):
        act(door=door_of(people))
    assert now(people).archived_at is None
    assert kinds(people) == ["project.created", "project.archived", "project.restored"]


def test_an_archived_project_keeps_its_name(people: People) -> None:
    projects.archive(door=door_of(people))
    with pytest.raises(PermissionDenied):
        projects.rename(door=door_of(people), name="Orchard")


def test_a_deleted_project_is_taken_back_in_time(people: People) -> None:
    projects.delete(door=door_of(people))
    with pytest.raises(Http404):
        projects.delete(door=door_of(people))
    projects.undelete(door=door_of(people))
    assert now(people).deleted_at is None
    assert kinds(people) == ["project.created", "project.deleted", "project.restored"]


def test_afterwards_it_is_too_late(people: People, settings: Any) -> None:
    projects.delete(door=door_of(people))
    long_ago = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    Project.objects.filter(pk=people.project.pk).update(deleted_at=long_ago)
    with pytest.raises(projects.TimeIsUp):
        projects.undelete(door=door_of(people))
    assert projects.deleted(people.olga) == []
    assert projects.counts(people.olga)[Shelf.DELETED] == 0


def test_a_project_that_is_not_deleted_cannot_be_taken_back(people: People) -> None:
    with pytest.raises(Http404):
        projects.undelete(door=door_of(people))


def test_each_shelf_shows_its_own(people: People) -> None:
    archived, deleted = (make_project(people.olga, name) for name in ("Old", "Gone"))
    projects.archive(door=make_door(archived, people.olga))
    projects.delete(door=make_door(deleted, people.olga))
    shown = {
        shelf: [card.project.name for card in projects.cards(people.olga, shelf=shelf)]
        for shelf in (Shelf.ACTIVE, Shelf.ARCHIVED)
    }
    assert shown == {Shelf.ACTIVE: ["Garden"], Shelf.ARCHIVED: ["Old"]}
    assert [gone.project.name for gone in projects.deleted(people.olga)] == ["Gone"]
    assert set(projects.counts(people.olga).values()) == {1}


def test_deleted_projects_are_shown_to_their_owners_only(people: People) -> None:
    make_member(people.project, "otto", Role.OWNER)
    projects.delete(door=door_of(people))
    for who, count in ((people.olga, 1), (people.emil, 0), (people.sam, 0)):
        assert len(projects.deleted(who)) == count


def test_the_search_looks_for_a_part_of_the_name(people: People) -> None:
    make_project(people.olga, "Kitchen garden")
    make_project(people.olga, "100 % oak")
    found = {q: len(projects.cards(people.olga, query=q)) for q in ("GARD", "%", "oak", "elm")}
    assert found == {"GARD": 2, "%": 1, "oak": 1, "elm": 0}


def test_pictures_in_the_trash_are_neither_counted_nor_shown(people: People) -> None:
    kept, trashed = make_rows(people.project, people.olga, 2)
    trashed.trashed_at = timezone.now()
    trashed.save()
    (card,) = projects.cards(people.olga)
    assert card.covers == [kept]
    assert card.project.picture_count == 1  # type: ignore[attr-defined]


def test_an_owner_manages_and_others_do_not(people: People) -> None:
    managed = [projects.cards(who)[0].manages for who in (people.olga, people.emil, people.vito)]
    assert managed == [True, False, False]
