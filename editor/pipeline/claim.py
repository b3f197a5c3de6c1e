"""Taking due edits under a lease, keeping the lease, and seeing who asked to stop.

Two lanes: edits that stay in the house wait for this worker's slots, those of providers for its
calls. Answers that were received and lost their worker come first in either: they are paid for.
Answers that were handed on as they came have time: a few at once are finished beside the rest.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import Coalesce, Now, RowNumber

from editor.models import HELD_STATES, WAITING_STATES, Edit, Project, Provider, State, Worker
from editor.models.prepared import Prepared
from editor.pipeline import circuit
from editor.pipeline.states import PULSE, Hold, LostLease, move
from editor.pipeline.turns import Candidate, Turns
from editor.services import activities

OURS = Q(provider=None)
THEIRS = Q(provider__isnull=False)
# Nobody waits for these any more; see editor.imaging.focus.Framing.
PATIENT = Q(focus__chosen__has_key="protect") & ~Q(focus__chosen__has_key="awaited")
# Spelled out: of rows without a choice PostgreSQL knows neither.
IMPATIENT = Q(focus__chosen__isnull=True) | ~PATIENT
READY = WAITING_STATES | {State.RECEIVED}


def _rested() -> Q:
    return OURS | Q(Exists(circuit.available().filter(pk=OuterRef("provider_id"))))


def due() -> QuerySet[Edit]:
    """Edits that may be taken now, the longest waiting first; the database's clock decides."""
    waiting = Edit.objects.filter(_rested(), state__in=WAITING_STATES, next_run_at__lte=Now())
    return waiting.order_by("next_run_at", "pk")


def unfinished() -> QuerySet[Edit]:
    """Edits whose answer is safe and which nobody finishes: no engine is asked again."""
    return Edit.objects.filter(
        state=State.RECEIVED, lease_until=None, next_run_at__lte=Now()
    ).order_by("next_run_at", "pk")


def claim(
    *,
    owner: str,
    limit: int,
    lease_seconds: float,
    calls: int = 0,
    patient: int = 1,
    turns: Turns | None = None,
) -> list[Hold]:
    """Take up to `limit` due edits of ours and `calls` of providers for `owner`.

    Of answers that have time, `patient` at most, which take nothing from the others.

    Each lane is one short transaction with a conditional UPDATE, so that two workers never hold
    the same edit; the first look is read-only, so that an idle worker never asks for the write
    lock.
    """
    rooms = {OURS: limit, THEIRS: calls}
    open_lanes = [lane for lane, room in rooms.items() if room > 0 or (lane is THEIRS and patient)]
    found = _work(open_lanes, has_time=patient > 0)
    fair = turns or Turns()
    lease = timedelta(seconds=lease_seconds)
    taken: list[Hold] = []
    for lane, room in rooms.items():
        holds: list[Hold] = []
        if (lane, True) in found:
            holds = _finish(lane & IMPATIENT, room, owner, lease)
        if (lane, False) in found:
            holds += _take_turns(lane, room - len(holds), owner, lease, fair)
        if lane is THEIRS and (lane, True) in found and patient > 0:
            holds += _finish(lane & PATIENT & _has_time(), patient, owner, lease)
        taken += [replace(hold, calls_out=lane is THEIRS) for hold in holds]
    return taken


def _work(lanes: Sequence[Q], *, has_time: bool) -> set[tuple[Q, bool]]:
    """In which lanes there may be work: answers to finish (True), edits that wait (False).

    One query, along the index of what is due.
    """
    if not lanes:
        return set()
    found = _look(ours=OURS in lanes, theirs=THEIRS in lanes, has_time=has_time)({})
    return {(OURS if is_ours else THEIRS, is_answered) for is_ours, is_answered in found}


@cache
def _look(*, ours: bool, theirs: bool, has_time: bool) -> Prepared[Edit, tuple[bool, bool]]:
    """What an idle worker asks all day, built once."""
    here = Q() if ours and theirs else OURS if ours else THEIRS
    answered = Q(state=State.RECEIVED) if has_time else Q(state=State.RECEIVED) & IMPATIENT
    wanted = Q(state__in=WAITING_STATES) & _rested() | answered
    rows = Edit.objects.filter(
        here, wanted, state__in=READY, next_run_at__lte=Now(), lease_until=None
    )
    kinds = rows.values_list(
        ExpressionWrapper(OURS, output_field=BooleanField()),
        ExpressionWrapper(Q(state=State.RECEIVED), output_field=BooleanField()),
    )
    return Prepared(kinds.distinct())


def _finish(lane: Q, room: int, owner: str, lease: timedelta) -> list[Hold]:
    taken: list[Hold] = []
    if room <= 0:
        return taken
    for edit in unfinished().filter(lane)[:room]:
        try:
            hold = move(
                Hold.on(edit),
                State.RECEIVED,
                new_fence=True,
                lease_owner=owner,
                lease_until=Now() + lease,
            )
        except LostLease:
            continue
        taken.append(hold)
    return taken


def _has_time() -> Q:
    """Which answers that were handed on are finished now: any, unless programs are calling.

    Then none but those that waited for long: whoever calls now waits, and for these nobody does.
    """
    calling = Q(state__in=(State.SENDING, State.AWAITING)) | Q(
        state=State.RECEIVED, lease_until=None, next_run_at__gt=Now()
    )
    if not Edit.objects.filter(THEIRS, PATIENT, calling).exists():
        return Q()
    return Q(next_run_at__lte=Now() - timedelta(seconds=settings.PATIENCE_SECONDS))


def _take_turns(lane: Q, room: int, owner: str, lease: timedelta, turns: Turns) -> list[Hold]:
    waiting = due().filter(lane)
    found = _first_of_each(waiting, room) if room > 0 else []
    if not found:
        return []
    held, shares = _held(lane, found)
    if not turns.choose(found, held=held, shares=shares, rooms=_rooms(lane, found), limit=room):
        return []
    with transaction.atomic():
        # Providers are locked before projects, here and nowhere after one, so that nobody waits
        # in a circle; what was read before the lock is asked again.
        rooms = _rooms(lane, found, lock=True)
        chosen = turns.choose(found, held=held, shares=shares, rooms=rooms, limit=room)
        holds = _take(chosen, owner, lease)
    taken = {hold.edit_id for hold in holds}
    turns.remember(one for one in chosen if one.edit in taken)
    return holds


def _first_of_each(waiting: QuerySet[Edit], most: int) -> list[Candidate]:
    """Return the first `most` due edits of each member at each provider. One query."""
    turn = Window(
        RowNumber(),
        partition_by=[F("actor_id"), F("provider_id")],
        order_by=["next_run_at", "pk"],
    )
    rows = waiting.annotate(turn=turn).filter(turn__lte=most)
    columns = ("pk", "project_id", "actor_id", "provider_id")
    return [Candidate(*row) for row in rows.values_list(*columns)]


def _held(lane: Q, found: Sequence[Candidate]) -> tuple[Counter[int | None], Counter[int]]:
    """Return how many edits of each member run in the lane, and what is left of projects' shares.

    Both count all workers. Half of one worker's calls is a project's share; our own lane has none.
    """
    # Answers that wait to be finished are nobody's turn.
    leased = Edit.objects.held().filter(lane, lease_until__isnull=False)
    rows = leased.values_list("actor_id", "project_id")
    actors: Counter[int | None] = Counter()
    shares: Counter[int] = Counter()
    if lane is THEIRS:
        shares.update(dict.fromkeys({one.project for one in found}, settings.WORKER_CALLS // 2))
    for actor, project in rows:
        actors[actor] += 1
        if project in shares:
            shares[project] -= 1
    return actors, shares


def _rooms(lane: Q, found: Sequence[Candidate], *, lock: bool = False) -> dict[int | None, int]:
    if lane is OURS:
        return {None: len(found)}
    named = {one.provider for one in found if one.provider is not None}
    if lock:
        rows = Provider.objects.select_for_update(no_key=True).filter(pk__in=named)
        list(rows.order_by("pk").values_list("pk"))
    return circuit.rooms(circuit.available().filter(pk__in=named))


def _take(chosen: Sequence[Candidate], owner: str, lease: timedelta) -> list[Hold]:
    """Claim the chosen in one UPDATE. What another took meanwhile is left out."""
    projects = Project.objects.filter(pk__in={one.project for one in chosen})
    list(projects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    projects.update(pulse=F("pulse") + 1)
    edits = Edit.objects.filter(pk__in=[one.edit for one in chosen])
    edits.filter(state__in=WAITING_STATES, next_run_at__lte=Now()).update(
        state=State.CLAIMED,
        fence=F("fence") + 1,
        lease_owner=owner,
        lease_until=Now() + lease,
        started_at=Coalesce("started_at", Now()),
        progress=0,
        pulse=PULSE,
    )
    mine = edits.filter(state=State.CLAIMED, lease_owner=owner)
    fences = dict(mine.values_list("pk", "fence"))
    taken = [one for one in chosen if one.edit in fences]
    activities.note_each(
        f"edit.{State.CLAIMED}",
        [(one.project, one.edit, {"fence": fences[one.edit]}) for one in taken],
    )
    return [Hold(one.edit, one.project, State.CLAIMED, fences[one.edit]) for one in taken]


def renew(*, owner: str, slots: int, holds: Iterable[Hold], lease_seconds: float) -> None:
    """Say that `owner` lives, and extend its leases on the edits it is working on.

    An edit it holds but no longer works on (its run broke off) is left to the rescue, even if an
    older run of the same edit goes on. A worker that was forgotten while its machine slept is
    known again.
    """
    if not Worker.objects.filter(name=owner).update(seen_at=Now()):
        Worker.objects.create(name=owner, slots=slots)
    extend(owner=owner, holds=holds, lease_seconds=lease_seconds)


def extend(*, owner: str, holds: Iterable[Hold], lease_seconds: float) -> None:
    """Extend the leases of `owner` on these edits, as far as they are its still."""
    by_fence: dict[int, list[int]] = {}
    for hold in holds:
        by_fence.setdefault(hold.fence, []).append(hold.edit_id)
    mine = Edit.objects.held().filter(lease_owner=owner)
    for fence, edits in by_fence.items():
        mine.filter(fence=fence, pk__in=edits).update(
            lease_until=Now() + timedelta(seconds=lease_seconds)
        )


def to_stop(*, owner: str, holds: Iterable[Hold]) -> dict[int, str]:
    """Return which of the running edits must stop: edit id -> "canceled" or "lost"."""
    fences = {hold.edit_id: hold.fence for hold in holds}
    rows = Edit.objects.filter(state__in=HELD_STATES, pk__in=fences, lease_owner=owner)
    mine = {
        pk: (fence, asked)
        for pk, fence, asked in rows.values_list("pk", "fence", "cancel_requested_at")
    }
    verdict: dict[int, str] = {}
    for pk, fence in fences.items():
        if pk not in mine or mine[pk][0] != fence:
            verdict[pk] = "lost"
        elif mine[pk][1] is not None:
            verdict[pk] = "canceled"
    return verdict
