"""What the pages of a project list: pictures, edits on their way, and what changed since."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from editor.access.fetch import Door
from editor.access.roles import Action
from editor.models import OPEN_STATES, Edit, Picture, Project, Role, State, User, Worker
from editor.models.edit import EditQuerySet
from editor.models.public_id import is_public_id

PAGE_PICTURES = 60
# A failure is worth seeing when somebody comes back next morning, not for ever.
FAILED_SHOWN_FOR = timedelta(hours=24)
UNSETTLED = frozenset({State.UNKNOWN, State.BILLED_UNUSABLE})
WAITING_STATES = frozenset({State.QUEUED, State.RETRY_WAIT})
MAX_EDIT_CARDS = 60
# Stand for a member's key and a project's address where a query is built before they are known.
ANY_USER, ANY_SLUG = -1, "any-slug"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the gallery; `older` is the cursor of the next, empty on the last."""

    pictures: list[Picture]
    older: str


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
        return cls(project.pulse, worker_alive())

    def __str__(self) -> str:
        return f"{self.pulse}.{int(self.alive)}"


@dataclass(frozen=True, slots=True)
class News:
    """What changed since a cursor."""

    edits: list[Edit]
    pictures: list[Picture]
    open_edits: int


def worker_alive() -> bool:
    """Whether any worker was heard from lately."""
    return Worker.objects.alive(settings.WORKER_SILENT_SECONDS).exists()


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


def page(project: Project, *, before: str = "") -> Page:
    """Return the newest pictures, or those older than the one with public id `before`.

    At most two queries. An unknown cursor gives the first page.
    """
    pictures = Picture.objects.filter(project=project).select_related("edit").newest_first()
    known = Picture.objects.filter(project=project, public_id=before)
    last = known.first() if is_public_id(before) else None
    if last is not None:
        same_moment = Q(created_at=last.created_at, pk__lt=last.pk)
        pictures = pictures.filter(Q(created_at__lt=last.created_at) | same_moment)
    found = list(pictures[: PAGE_PICTURES + 1])
    shown = found[:PAGE_PICTURES]
    return Page(shown, shown[-1].public_id if len(found) > PAGE_PICTURES else "")


def edit_cards(
    door: Door, *, family_root: int | None = None, only: Edit | None = None
) -> list[Edit]:
    """Return the edits a page shows when it is opened, newest first. One query.

    These are the ones on their way, undecided, or failed lately: of the project, or of the
    pictures made from the one with key `family_root`; or `only` one, whatever its state.
    """
    cards = _cards(door, family_root)
    if only is not None:
        return list(cards.filter(pk=only.pk))
    lately = Q(state=State.FAILED, finished_at__gt=Now() - FAILED_SHOWN_FOR)
    shown = Q(state__in=OPEN_STATES | UNSETTLED) | lately
    return list(cards.filter(shown)[:MAX_EDIT_CARDS])


def open_edits(door: Door, *, family_root: int | None = None) -> int:
    """Return how many edits are on their way."""
    return _edits(door, family_root).open().count()


def news(door: Door, *, seen: Cursor, now: Cursor, family_root: int | None = None) -> News:
    """Return what changed between two cursors. Three queries, two for a family.

    Edits that wait are always among it, because their place in the queue may have changed; all
    open ones are when workers came or went.
    """
    changed = Q(pulse__gt=seen.pulse) | Q(state=State.QUEUED)
    if seen.alive != now.alive:
        changed |= Q(state__in=OPEN_STATES)
    # The longest waiting are taken first, so the last to change may be the oldest of many.
    edits = _cards(door, family_root).filter(changed).order_by("-pulse")[:MAX_EDIT_CARDS]
    return News(
        edits=sorted(edits, key=lambda edit: (edit.created_at, edit.pk), reverse=True),
        pictures=[] if family_root else _new_pictures(door, seen),
        open_edits=open_edits(door, family_root=family_root),
    )


def _new_pictures(door: Door, seen: Cursor) -> list[Picture]:
    pictures = Picture.objects.filter(project=door.project, pulse__gt=seen.pulse)
    return list(pictures.select_related("edit").newest_first()[:PAGE_PICTURES])


def _edits(door: Door, family_root: int | None) -> EditQuerySet:
    edits = Edit.objects.filter(project=door.project)
    if family_root is None:
        return edits
    return edits.filter(Q(picture_id=family_root) | Q(picture__root_id=family_root))


def _cards(door: Door, family_root: int | None) -> EditQuerySet:
    """Edits with all that their card says, by the database's clock.

    `ahead`: waiting edits before it in any project; `result_id`: public id of its newest result
    or ""; `running_for`: time since it started or None; `worker_alive`; `may_cancel` and
    `may_retry`: what the member may do with it.
    """
    edits = _edits(door, family_root).select_related("picture")
    return edits.annotate(
        ahead=_ahead(),
        result_id=_result_id(),
        running_for=ExpressionWrapper(Now() - F("started_at"), DurationField()),
        worker_alive=Exists(Worker.objects.alive(settings.WORKER_SILENT_SECONDS)),
        may_cancel=_may_cancel(door),
        may_retry=Value(door.may(Action.EDIT)),
    ).order_by("-created_at", "-pk")


def _ahead() -> Combinable:
    earlier = Q(next_run_at__lt=OuterRef("next_run_at")) | Q(
        next_run_at=OuterRef("next_run_at"), pk__lt=OuterRef("pk")
    )
    waiting = Edit.objects.filter(earlier, state__in=WAITING_STATES).order_by()
    # Grouping by a constant turns the count into a subquery of one row.
    counted = waiting.annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _result_id() -> Combinable:
    results = Picture.objects.filter(edit=OuterRef("pk")).order_by("-pk")
    return Coalesce(Subquery(results.values("public_id")[:1]), Value(""))


def _may_cancel(door: Door) -> Combinable:
    """An owner cancels any edit, an editor own ones (fetch.edit_to_cancel)."""
    if door.role == Role.OWNER or not door.may(Action.CANCEL):
        return Value(door.may(Action.CANCEL))
    # An edit whose author is gone has no actor, and that is not a match.
    own = Q(actor=door.user, actor__isnull=False)
    return ExpressionWrapper(own, BooleanField())


def parent_and_children(picture: Picture) -> tuple[Picture | None, list[Picture]]:
    """Return what the picture was made from and what was made from it. Two queries."""
    children = picture.children.select_related("edit").newest_first()[:PAGE_PICTURES]
    return picture.parent, list(children)
