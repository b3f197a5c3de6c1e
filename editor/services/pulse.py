"""What changed in a project since a page last asked."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models import Exists, Q

from editor.access.fetch import Door
from editor.models import OPEN_STATES, WAITING_STATES, Edit, Picture, Project, User, Worker
from editor.services import gallery, looks, status
from editor.services.looks import Look

MAX_GONE = 2000
# Stand for a member's key and a project's address where a query is built before they are known.
ANY_USER, ANY_SLUG = -1, "any-slug"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a page has seen: changes of the project, and whether a worker was alive."""

    pulse: int
    alive: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "<pulse>.<0 or 1>". Raises ValueError for anything else."""
        pulse, _dot, alive = text.partition(".")
        if alive not in {"0", "1"} or not (pulse.isascii() and pulse.isdigit()) or len(pulse) > 18:
            raise ValueError(f"not a cursor: {text!r}")
        return cls(int(pulse), alive == "1")

    @classmethod
    def now(cls, project: Project) -> Self:
        """Take the project as it was read, and the workers as they are. One query."""
        return cls(project.pulse, status.worker_alive())

    def __str__(self) -> str:
        return f"{self.pulse}.{int(self.alive)}"


@dataclass(frozen=True, slots=True)
class News:
    """What changed since a cursor; `gone` are ids of pictures that belong to the page no more.

    `is_whole`: nothing was left out; else only a reload shows all.
    """

    edits: list[Edit]
    pictures: list[Picture]
    gone: list[str]
    open_edits: int
    is_whole: bool


def is_current(user: User, slug: str, cursor: Cursor) -> bool:
    """Whether a page of this member has seen everything. One query.

    Of all questions an open page asks, most end here; False says nothing about who may enter.
    """
    sql, params = _pulse_and_alive(settings.WORKER_SILENT_SECONDS)
    values: dict[Any, Any] = {ANY_USER: user.pk, ANY_SLUG: slug}
    with connection.cursor() as rows:
        rows.execute(sql, [values.get(param, param) for param in params])
        found = rows.fetchone()
    return found is not None and (found[0], bool(found[1])) == (cursor.pulse, cursor.alive)


@cache
def _pulse_and_alive(silent_seconds: float) -> tuple[str, tuple[Any, ...]]:
    """The query of `is_current` with places to fill in: building it took 20 times as long as asking."""
    alive = Exists(Worker.objects.alive(silent_seconds))
    mine = Project.objects.visible_to(User(pk=ANY_USER)).filter(slug=ANY_SLUG)
    sql, params = (
        mine.annotate(alive=alive).order_by().values_list("pulse", "alive").query.sql_with_params()
    )
    return sql, tuple(params)


def news(
    door: Door,
    *,
    seen: Cursor,
    now: Cursor,
    family_root: int | None = None,
    look: Look | None = None,
) -> News:
    """Return what changed between two cursors, for a gallery's look or for a family.

    Seven queries at most. Edits that wait are always among it, because their place in the queue
    or their provider may have changed; all open ones are when workers came or went.
    """
    pictures = _new_pictures(door, look, seen) if look else []
    gone = _gone_pictures(door, look, seen) if look else []
    return News(
        edits=_new_edits(door, seen, now, family_root, look),
        pictures=pictures[: gallery.PAGE_PICTURES],
        gone=gone[:MAX_GONE],
        open_edits=gallery.open_edits(door, family_root=family_root),
        is_whole=len(pictures) <= gallery.PAGE_PICTURES and len(gone) <= MAX_GONE,
    )


def _new_edits(
    door: Door, seen: Cursor, now: Cursor, family_root: int | None, look: Look | None
) -> list[Edit]:
    if look and not (look.leads_with_edits or look.lists_edits):
        return []
    changed = Q(pulse__gt=seen.pulse) | Q(state__in=WAITING_STATES)
    if seen.alive != now.alive:
        changed |= Q(state__in=OPEN_STATES)
    edits = gallery.edits(door, family_root).filter(changed)
    if look:
        edits = looks.concerned(edits, look)
    # The longest waiting are taken first, so the last to change may be the oldest of many.
    told = gallery.cards_of(door, edits.order_by("-pulse")[: gallery.MAX_EDIT_CARDS])
    return sorted(told, key=lambda edit: (edit.created_at, edit.pk), reverse=True)


def _new_pictures(door: Door, look: Look, seen: Cursor) -> list[Picture]:
    if look.lists_edits:
        return []
    pictures = looks.pictures(door).filter(looks.belongs(door, look), pulse__gt=seen.pulse)
    return list(looks.in_order(pictures, look.order)[: gallery.PAGE_PICTURES + 1])


def _gone_pictures(door: Door, look: Look, seen: Cursor) -> list[str]:
    """Pictures are changed by deleting and restoring only: these may be on the page no more."""
    changed = Picture.objects.filter(project=door.project, pulse__gt=seen.pulse)
    gone = changed.filter(trashed_at__isnull=look.is_trash)
    return list(gone.order_by("-pulse").values_list("public_id", flat=True)[: MAX_GONE + 1])
