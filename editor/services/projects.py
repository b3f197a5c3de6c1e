"""Making, listing and ending projects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action, may
from editor.models import Edit, Membership, Picture, Project, Role, User
from editor.services import activities, trash

COVERS = ("cover_1", "cover_2", "cover_3", "cover_4")
CARD_MEMBERS = 5


class Shelf(StrEnum):
    """Where a list of projects looks."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"


class TimeIsUp(Exception):
    """The grace period of a deleted project has ended; it may be half gone already."""


@transaction.atomic
def create(*, owner: User, name: str) -> Project:
    """Return a new project with its owner."""
    project = Project.objects.create(name=name, created_by=owner)
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    activities.record("project.created", project, actor=owner)
    return project


def first_project_name() -> str:
    """Return what the first project of an instance is called."""
    return _("My first project")


@transaction.atomic
def rename(*, door: Door, name: str) -> None:
    """Give the project another name; its address stays. Raises what the door raises."""
    opened = fetch.door_again(door, Action.SETTINGS)
    if opened.project.name == name:
        return
    _set(opened.project, name=name)
    activities.record("project.renamed", opened.project, actor=door.user)


@transaction.atomic
def archive(*, door: Door) -> None:
    """Let the project rest: everybody reads, nobody changes; what runs ends by itself."""
    opened = fetch.door_again(door, Action.ARCHIVE)
    if opened.project.archived_at is None:
        _set(opened.project, archived_at=timezone.now())
        activities.record("project.archived", opened.project, actor=door.user)


@transaction.atomic
def restore(*, door: Door) -> None:
    """Take the project out of the archive."""
    opened = fetch.door_again(door, Action.ARCHIVE)
    if opened.project.archived_at is not None:
        _set(opened.project, archived_at=None)
        activities.record("project.restored", opened.project, actor=door.user, came="archive")


@transaction.atomic
def delete(*, door: Door) -> None:
    """Close the project to all but its owners, who can take it back for the grace period.

    Its edits on their way are ended by editor.pipeline.cancel, which comes after this.
    """
    opened = fetch.door_again(door, Action.DELETE)
    _set(opened.project, deleted_at=timezone.now())
    activities.record("project.deleted", opened.project, actor=door.user)


@transaction.atomic
def undelete(*, door: Door) -> None:
    """Take a deleted project back. Raises TimeIsUp, and Http404 when it is not deleted."""
    opened = fetch.door_to_deleted_again(door)
    if trash.gone_at(opened.project.deleted_at) <= timezone.now():
        raise TimeIsUp
    _set(opened.project, deleted_at=None)
    activities.record("project.restored", opened.project, actor=door.user, came="trash")


def _set(project: Project, **fields: Any) -> None:
    """Write some fields only: the pulse is counted elsewhere."""
    for name, value in fields.items():
        setattr(project, name, value)
    project.save(update_fields=list(fields))


@dataclass(frozen=True, slots=True)
class Card:
    """A project as its list shows it, with its first members.

    `more`: how many other members there are; `manages`: whether the user looks after it.
    """

    project: Project
    covers: list[Picture]
    members: list[User]
    more: int
    manages: bool


def cards(user: User, *, shelf: Shelf = Shelf.ACTIVE, query: str = "") -> list[Card]:
    """Return the user's projects, last used first. Three queries, however many there are.

    Covers and counts are subqueries on the gallery's index: joining the pictures cost 0.7 s with
    100,000 of them.
    """
    live = Picture.objects.live()
    newest = live.filter(project=OuterRef("pk")).newest_first()
    mine = Membership.objects.filter(project=OuterRef("pk"), user=user)
    projects = list(
        _on(shelf, user)
        .filter(name__icontains=query)
        .annotate(
            picture_count=_count(live),
            running_count=_count(Edit.objects.open()),
            member_count=_count(Membership.objects.all()),
            role=Subquery(mine.values("role")),
            last_picture_at=Subquery(newest.values("created_at")[:1]),
            **{name: Subquery(newest.values("pk")[i : i + 1]) for i, name in enumerate(COVERS)},
        )
        .order_by(F("last_picture_at").desc(nulls_last=True), "-created_at")
    )
    covers = _covers(projects)
    members = _members(projects)
    return [
        Card(
            project=p,
            covers=covers[p.pk],
            members=members[p.pk],
            more=p.member_count - len(members[p.pk]),
            manages=may(p.role, Action.ARCHIVE),
        )
        for p in projects
    ]


def counts(user: User) -> dict[Shelf, int]:
    """Return how many projects lie on each shelf."""
    return {shelf: _on(shelf, user).count() for shelf in Shelf}


@dataclass(frozen=True, slots=True)
class Gone:
    """A deleted project: what it held, and when it is gone for good."""

    project: Project
    picture_count: int
    gone_at: datetime


def deleted(user: User, *, query: str = "") -> list[Gone]:
    """Return the deleted projects the user may take back, last deleted first. One query."""
    rows = _on(Shelf.DELETED, user).filter(name__icontains=query)
    counted = rows.annotate(picture_count=_count(Picture.objects.live()))
    return [
        Gone(p, p.picture_count, trash.gone_at(p.deleted_at))
        for p in counted.order_by("-deleted_at", "-pk")
    ]


def _on(shelf: Shelf, user: User) -> QuerySet[Project]:
    if shelf == Shelf.ARCHIVED:
        return fetch.archived_projects(user)
    if shelf == Shelf.DELETED:
        return fetch.deleted_projects(user).filter(deleted_at__gt=timezone.now() - trash.grace())
    return fetch.visible_projects(user)


def _count(rows: QuerySet[Any]) -> Combinable:
    """Rows of the outer project, as a subquery of one row."""
    mine = rows.filter(project=OuterRef("pk")).order_by()
    return Coalesce(Subquery(mine.values("project").annotate(n=Count("pk")).values("n")), 0)


def _covers(projects: Sequence[Project]) -> dict[int, list[Picture]]:
    chosen = {p.pk: [getattr(p, name) for name in COVERS] for p in projects}
    pictures = Picture.objects.in_bulk([pk for pks in chosen.values() for pk in pks if pk])
    return {project: [pictures[pk] for pk in pks if pk] for project, pks in chosen.items()}


def _members(projects: Sequence[Project]) -> dict[int, list[User]]:
    """The first few members of each: a project may have hundreds."""
    place = Window(RowNumber(), partition_by="project", order_by="pk")
    rows = Membership.objects.filter(project__in=projects).annotate(place=place)
    found: dict[int, list[User]] = {}
    for row in rows.filter(place__lte=CARD_MEMBERS).select_related("user").order_by("pk"):
        found.setdefault(row.project_id, []).append(row.user)
    return found
