"""What the pages of a project list: pictures, edits on their way, and what changed since."""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
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
    UNDECIDED_STATES,
    WAITING_STATES,
    Activity,
    Attempt,
    Edit,
    Picture,
    Role,
    State,
    Worker,
)
from editor.models.edit import EditQuerySet
from editor.models.picture import PictureQuerySet
from editor.models.public_id import is_public_id
from editor.services import looks
from editor.services.looks import Look

PAGE_PICTURES = 60
# A failure is worth seeing when somebody comes back next morning, not for ever.
FAILED_SHOWN_FOR = timedelta(hours=24)
MAX_EDIT_CARDS = 60
# Long, and on no card; a provider's key above all stays where it is.
UNSAID = (
    *("search", "picture__search", "provider__key_encrypted", "provider__overrides"),
    *("provider__offered", "provider__learned", "provider__probe", "provider__timeouts"),
    "provider__manner",
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `more` is the cursor of the next, empty on the last."""

    pictures: list[Picture]
    edits: list[Edit]
    more: str


def page(door: Door, look: Look, *, after: str = "") -> Page:
    """Return the first pictures or edits of a look, or those after the one with that public id.

    At most two queries. An unknown cursor gives the first page.
    """
    if look.lists_edits:
        listed = looks.in_order(
            looks.edits(cards(door, None), look), look.order, _last(Edit, door, after)
        )
        shown, more = _cut(list(listed[: PAGE_PICTURES + 1]))
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
    """Return the edits a page shows when it is opened, newest first. Four queries.

    These are the ones on their way, undecided, or failed lately: of the project, or of the
    pictures made from the one with key `family_root`; or `only` one, whatever its state.
    """
    if only is not None:
        return list(cards(door, family_root).filter(pk=only.pk))
    lately = Q(state=State.FAILED, finished_at__gt=Now() - FAILED_SHOWN_FOR)
    shown = Q(state__in=OPEN_STATES | UNDECIDED_STATES) | lately
    found = edits(door, family_root).filter(shown, is_over=False)
    return list(cards_of(door, found.order_by("-created_at", "-pk")[:MAX_EDIT_CARDS]))


def cards_of(door: Door, chosen: EditQuerySet) -> EditQuerySet:
    """Return the cards of edits that were chosen first, perhaps some of many.

    What a card says is then asked of these alone; a database that sorts would ask it of all.
    """
    return cards(door, None).filter(pk__in=chosen.values("pk"))


def line_cards(door: Door, first: Edit) -> list[Edit]:
    """Return the card of an edit that was just sent, and of those for further areas of its mask."""
    line = Edit.objects.line_of(first) if first.areas > 1 else [first]
    found = cards(door, None).filter(pk__in=[edit.pk for edit in line])
    return sorted(found, key=lambda edit: edit.area)


def open_edits(door: Door, *, family_root: int | None = None) -> int:
    """Return how many edits are on their way."""
    return edits(door, family_root).open().count()


def cards(door: Door, family_root: int | None) -> EditQuerySet:
    """Return edits with all that their card says (editor.services.outcomes), by the database's clock.

    `ahead`: edits of any project that wait before it for the same provider; `now`; `worker_alive`;
    `attempts` in order, `ledger`, and as `live_results` the pictures that came of it and are not in
    the trash, those of the last execution first; `may_cancel`, `may_decide`, `may_retry`,
    `may_budget`, `may_mend` (its provider) and `may_see_cost`: what the member may do;
    `read_again_at`: when somebody last had its answer read again; `before_state`: how the edit of
    the area before stands, if there is one. Four queries.
    """
    return (
        edits(door, family_root)
        .select_related("picture", "provider")
        .defer(*UNSAID)
        .prefetch_related(
            Prefetch("attempts", Attempt.objects.defer("answer_head", "usage").order_by("number")),
            Prefetch("results", _live_results(), to_attr="live_results"),
            "ledger",
        )
        .annotate(
            ahead=_ahead(),
            now=ExpressionWrapper(Now(), output_field=DateTimeField()),
            worker_alive=Exists(Worker.objects.alive(settings.WORKER_SILENT_SECONDS)),
            may_cancel=_may(door, Action.CANCEL),
            may_decide=_may(door, Action.DECIDE),
            may_retry=Value(door.may(Action.EDIT)),
            may_budget=Value(door.may(Action.BUDGET)),
            may_mend=_may_mend(door),
            may_see_cost=_may(door, Action.SEE_COST),
            read_again_at=_read_again_at(),
            before_state=F("after__state"),
        )
        .order_by("-created_at", "-pk")
    )


def edits(door: Door, family_root: int | None) -> EditQuerySet:
    """Return the edits of a project, or of the pictures made from the one with that key."""
    all_edits = Edit.objects.filter(project=door.project)
    if family_root is None:
        return all_edits
    return all_edits.filter(Q(picture_id=family_root) | Q(picture__root_id=family_root))


def _ahead() -> Combinable:
    earlier = Q(next_run_at__lt=OuterRef("next_run_at")) | Q(
        next_run_at=OuterRef("next_run_at"), pk__lt=OuterRef("pk")
    )
    same_line = Q(line=Coalesce(OuterRef("provider_id"), 0))
    lines = Edit.objects.alias(line=Coalesce("provider_id", 0))
    waiting = lines.filter(earlier, same_line, state__in=WAITING_STATES).order_by()
    # Grouping by a constant turns the count into a subquery of one row.
    counted = waiting.annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    ahead = When(state__in=WAITING_STATES, then=Coalesce(Subquery(counted), 0))
    return Case(ahead, default=0)


def _live_results() -> PictureQuerySet:
    newest = F("attempt_id").desc(nulls_last=True)
    rows = Picture.objects.live().order_by(newest, "number", "-pk")
    return rows.only("public_id", "number", "edit_id", "attempt_id", "trashed_at")


def _may_mend(door: Door) -> Combinable:
    """A project's providers are its owners' to look after, the instance's are the staff's."""
    whose = []
    if door.may(Action.PROVIDERS):
        whose.append(Q(provider__project=door.project))
    if door.user.is_staff:
        whose.append(Q(provider__isnull=False, provider__project=None))
    mine = reduce(or_, whose, Q(pk=None))
    return ExpressionWrapper(mine, BooleanField())


def _read_again_at() -> Combinable:
    asked = Activity.objects.filter(edit=OuterRef("pk"), kind="edit.read_again")
    return Subquery(asked.order_by("-pk").values("at")[:1])


def _may(door: Door, action: Action) -> Combinable:
    """What an owner may do with any edit, and an editor with own ones (fetch.edit_to_cancel)."""
    if door.role == Role.OWNER or not door.may(action):
        return Value(door.may(action))
    # An edit whose author is gone has no actor, and that is not a match.
    own = Q(actor=door.user, actor__isnull=False)
    return ExpressionWrapper(own, BooleanField())
