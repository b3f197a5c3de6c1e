"""What the pages of a project list: pictures, edits on their way, and what changed since."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from editor.access.fetch import Door
from editor.access.roles import Action
from editor.models import (
    OPEN_STATES,
    TROUBLED_STATES,
    Edit,
    Picture,
    Project,
    Role,
    State,
    User,
    Worker,
)
from editor.models.edit import EditQuerySet
from editor.models.public_id import is_public_id
from editor.services import looks
from editor.services.looks import Look

PAGE_PICTURES = 60
# A failure is worth seeing when somebody comes back next morning, not for ever.
FAILED_SHOWN_FOR = timedelta(hours=24)
UNSETTLED = TROUBLED_STATES - {State.FAILED}
WAITING_STATES = frozenset({State.QUEUED, State.RETRY_WAIT})
MAX_EDIT_CARDS = 60
MAX_GONE = 2000
# Stand for a member's key and a project's address where a query is built before they are known.
ANY_USER, ANY_SLUG = -1, "any-slug"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `more` is the cursor of the next, empty on the last."""

    pictures: list[Picture]
    edits: list[Edit]
    more: str


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
    """What changed since a cursor; `gone` are ids of pictures that belong to the page no more."""

    edits: list[Edit]
    pictures: list[Picture]
    gone: list[str]
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


def page(door: Door, look: Look, *, after: str = "") -> Page:
    """Return the first pictures or edits of a look, or those after the one with that public id.

    At most two queries. An unknown cursor gives the first page.
    """
    if look.lists_edits:
        edits = looks.in_order(
            looks.edits(_cards(door, None), look), look.order, _last(Edit, door, after)
        )
        shown, more = _cut(list(edits[: PAGE_PICTURES + 1]))
        return Page([], shown, more)
    pictures = looks.pictures(door).filter(looks.belongs(door, look))
    pictures = looks.in_order(pictures, look.order, _last(Picture, door, after))
    shown_pictures, more = _cut(list(pictures[: PAGE_PICTURES + 1]))
    return Page(shown_pictures, [], more)


def _last[Row: (Picture, Edit)](model: type[Row], door: Door, public_id: str) -> Row | None:
    known = model._default_manager.filter(project=door.project, public_id=public_id)
    return known.first() if is_public_id(public_id) else None


def _cut[Row: (Picture, Edit)](rows: list[Row]) -> tuple[list[Row], str]:
    shown = rows[:PAGE_PICTURES]
    return shown, shown[-1].public_id if len(rows) > PAGE_PICTURES else ""


def card(door: Door, look: Look, picture: Picture) -> Picture | None:
    """Return one picture with what its card says, or None if the look does not show it."""
    return looks.pictures(door).filter(looks.belongs(door, look), pk=picture.pk).first()


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
    return list(cards.filter(shown, is_over=False)[:MAX_EDIT_CARDS])


def open_edits(door: Door, *, family_root: int | None = None) -> int:
    """Return how many edits are on their way."""
    return _edits(door, family_root).open().count()


def news(
    door: Door,
    *,
    seen: Cursor,
    now: Cursor,
    family_root: int | None = None,
    look: Look | None = None,
) -> News:
    """Return what changed between two cursors, for a gallery's look or for a family.

    Four queries at most. Edits that wait are always among it, because their place in the queue
    may have changed; all open ones are when workers came or went.
    """
    return News(
        edits=_new_edits(door, seen, now, family_root, look),
        pictures=_new_pictures(door, look, seen) if look else [],
        gone=_gone_pictures(door, look, seen) if look else [],
        open_edits=open_edits(door, family_root=family_root),
    )


def _new_edits(
    door: Door, seen: Cursor, now: Cursor, family_root: int | None, look: Look | None
) -> list[Edit]:
    if look and not (look.leads_with_edits or look.lists_edits):
        return []
    changed = Q(pulse__gt=seen.pulse) | Q(state=State.QUEUED)
    if seen.alive != now.alive:
        changed |= Q(state__in=OPEN_STATES)
    edits = _cards(door, family_root).filter(changed)
    if look:
        edits = looks.concerned(edits, look)
    # The longest waiting are taken first, so the last to change may be the oldest of many.
    told = edits.order_by("-pulse")[:MAX_EDIT_CARDS]
    return sorted(told, key=lambda edit: (edit.created_at, edit.pk), reverse=True)


def _new_pictures(door: Door, look: Look, seen: Cursor) -> list[Picture]:
    if look.lists_edits:
        return []
    pictures = looks.pictures(door).filter(looks.belongs(door, look), pulse__gt=seen.pulse)
    return list(looks.in_order(pictures, look.order)[:PAGE_PICTURES])


def _gone_pictures(door: Door, look: Look, seen: Cursor) -> list[str]:
    """Pictures are changed by deleting and restoring only: these may be on the page no more."""
    changed = Picture.objects.filter(project=door.project, pulse__gt=seen.pulse)
    gone = changed.filter(trashed_at__isnull=look.is_trash)
    return list(gone.order_by("-pulse").values_list("public_id", flat=True)[:MAX_GONE])


def _edits(door: Door, family_root: int | None) -> EditQuerySet:
    edits = Edit.objects.filter(project=door.project)
    if family_root is None:
        return edits
    return edits.filter(Q(picture_id=family_root) | Q(picture__root_id=family_root))


def _cards(door: Door, family_root: int | None) -> EditQuerySet:
    """Edits with all that their card says, by the database's clock.

    `ahead`: waiting edits before it in any project; `result_id`: public id of its newest result
    that is not in the trash, or ""; `running_for`: time since it started or None; `worker_alive`; `may_cancel` and
    `may_retry`: what the member may do with it.
    """
    edits = _edits(door, family_root).select_related("picture").defer("search", "picture__search")
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
    ahead = When(state__in=WAITING_STATES, then=Coalesce(Subquery(counted), 0))
    return Case(ahead, default=0)


def _result_id() -> Combinable:
    results = Picture.objects.live().filter(edit=OuterRef("pk")).order_by("-pk")
    return Coalesce(Subquery(results.values("public_id")[:1]), Value(""))


def _may_cancel(door: Door) -> Combinable:
    """An owner cancels any edit, an editor own ones (fetch.edit_to_cancel)."""
    if door.role == Role.OWNER or not door.may(Action.CANCEL):
        return Value(door.may(Action.CANCEL))
    # An edit whose author is gone has no actor, and that is not a match.
    own = Q(actor=door.user, actor__isnull=False)
    return ExpressionWrapper(own, BooleanField())
