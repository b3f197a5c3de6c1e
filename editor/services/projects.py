"""Making and listing projects."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from editor.access.fetch import visible_projects
from editor.models import Membership, Picture, Project, Role, User
from editor.models.edit import OPEN_STATES
from editor.services import activities

COVER_PICTURES = 4


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


@dataclass(frozen=True, slots=True)
class Card:
    """A project as its list shows it."""

    project: Project
    covers: list[Picture]
    members: list[User]


def cards(user: User) -> list[Card]:
    """Return the user's projects, last used first. Three queries, however many there are."""
    projects = list(
        visible_projects(user)
        .annotate(
            picture_count=Count("pictures", distinct=True),
            running_count=Count("edits", filter=Q(edits__state__in=OPEN_STATES), distinct=True),
            last_picture_at=Max("pictures__created_at"),
        )
        .order_by("-last_picture_at", "-created_at")
    )
    covers = _covers(projects)
    members = _members(projects)
    return [Card(p, covers.get(p.pk, []), members.get(p.pk, [])) for p in projects]


def _covers(projects: Sequence[Project]) -> dict[int, list[Picture]]:
    rank = Window(RowNumber(), partition_by="project_id", order_by=["-created_at", "-pk"])
    newest: dict[int, list[Picture]] = {}
    ranked = Picture.objects.filter(project__in=projects).annotate(rank=rank)
    for picture in ranked.filter(rank__lte=COVER_PICTURES).order_by("rank"):
        newest.setdefault(picture.project_id, []).append(picture)
    return newest


def _members(projects: Sequence[Project]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    rows = Membership.objects.filter(project__in=projects).select_related("user").order_by("pk")
    for row in rows:
        found.setdefault(row.project_id, []).append(row.user)
    return found
