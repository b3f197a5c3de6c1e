"""The life of an edit as one table, and the only function that changes its state.

    submit -> queued -> claimed -> sending -> awaiting -> received -> succeeded
                ^  \\        \\         |           |            \\
                |   canceled  \\       v           v             billed_unusable, failed
                +-- retry_wait <- (did not run)   unknown (may have run) -> received (came late)

Every move is one conditional UPDATE that names the state and the fence it expects. A worker whose
lease was given away writes 0 rows, learns it here, and stops.

Areas of one mask may be edited one by one. Whoever ends the edit of an area lets the next one begin,
or ends it as well, in the same transaction: none waits for what is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now

from editor.engines.errors import ErrorClass
from editor.models import TERMINAL_STATES, UNDECIDED_STATES, Edit, Picture, Project, State
from editor.models.prepared import ANY_KEYS, OTHER_KEY, PreparedUpdate, in_places
from editor.pipeline import ledger
from editor.services import activities, bell

AREA_BEFORE: Final = "area_before"

# The project's count of changes, read by the UPDATE that makes one.
PULSE: Final = Subquery(Project.objects.filter(pk=OuterRef("project_id")).values("pulse"))

# Where an edit may go once its engine was asked, besides the next step of a good run.
_BROKE_OFF: Final = frozenset(
    {State.QUEUED, State.RETRY_WAIT, State.UNKNOWN, State.BILLED_UNUSABLE, State.CANCELED}
) | {State.FAILED}

NEXT: Final[Mapping[State, frozenset[State]]] = {
    # To unknown, received or waiting: the same token was sent before, to a service that
    # recognises it; its answer may come before it is sent again. Or the row is of a backup, and
    # may have run.
    State.QUEUED: frozenset({State.CLAIMED, State.CANCELED, State.FAILED})
    | {State.UNKNOWN, State.RECEIVED},
    State.CLAIMED: frozenset({State.SENDING, State.QUEUED, State.CANCELED, State.FAILED})
    | {State.RETRY_WAIT, State.UNKNOWN, State.RECEIVED},
    # An answer may be there before we could write that all had left.
    State.SENDING: _BROKE_OFF | {State.AWAITING, State.RECEIVED},
    State.AWAITING: _BROKE_OFF | {State.RECEIVED},
    # To itself: somebody else finishes it.
    State.RECEIVED: frozenset({State.SUCCEEDED, State.RECEIVED, State.QUEUED})
    | {State.BILLED_UNUSABLE, State.CANCELED, State.FAILED},
    State.RETRY_WAIT: frozenset({State.CLAIMED, State.CANCELED, State.FAILED})
    | {State.UNKNOWN, State.RECEIVED},
    # To received: the answer came after all, or is read again.
    State.UNKNOWN: frozenset({State.QUEUED, State.RECEIVED, State.FAILED}),
    State.BILLED_UNUSABLE: frozenset({State.QUEUED, State.RECEIVED, State.FAILED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELED: frozenset(),
}

if set(NEXT) != set(State):
    raise RuntimeError("Every state needs a row in the transition table.")


class LostLease(Exception):
    """The row is no longer as its holder knew it: somebody else decided. Write nothing more."""


# What somebody may be waiting for.
NEWS: Final = TERMINAL_STATES | UNDECIDED_STATES | {State.RECEIVED}


class IllegalMove(Exception):
    """The table has no such transition: a mistake in the code that asked for it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An edit in one state under one fence: what a writer must show to move it on.

    ``calls_out``: it was claimed for a provider's lane.
    """

    edit_id: int
    project_id: int
    state: State
    fence: int
    calls_out: bool = field(default=False, compare=False)

    @classmethod
    def on(cls, edit: Edit) -> "Hold":
        """Take the row as it was read."""
        return cls(edit.pk, edit.project_id, State(edit.state), edit.fence)


@transaction.atomic
def move(
    hold: Hold,
    to: State,
    *,
    new_fence: bool = False,
    expired: bool = False,
    unless_canceled: bool = False,
    **fields: Any,
) -> Hold:
    """Move the edit on and return the new hold; `fields` are written in the same UPDATE.

    With `expired` only if its lease has run out, by the database's clock, at this very moment; with
    `unless_canceled` only while nobody asked to cancel it. Activity and pulse belong to the same
    transaction. Raises IllegalMove when the table does not know the step, LostLease when the row
    has another state or fence by now.
    """
    if to not in NEXT[hold.state]:
        raise IllegalMove(f"{hold.state} -> {to}")
    fence = hold.fence + 1 if new_fence else hold.fence
    only: dict[str, Any] = {"lease_until__lt": Now()} if expired else {}
    if unless_canceled:
        only["cancel_requested_at"] = None
    _write(hold, only, state=to, fence=fence, **fields)
    if to in NEWS:
        _tell(hold)
    activities.note(f"edit.{to}", project=hold.project_id, edit=hold.edit_id, fence=fence)
    moved = Hold(hold.edit_id, hold.project_id, to, fence)
    if to == State.SUCCEEDED:
        _begin_next(moved)
    elif to in TERMINAL_STATES:
        end_next(moved, to)
    return moved


@transaction.atomic(savepoint=False)
def move_each(holds: Sequence[Hold], to: State, **fields: Any) -> dict[int, Hold]:
    """Move edits of one state on together; return the new holds by edit, without those lost.

    Projects are locked in one order, before edits. Raises IllegalMove.
    """
    (state,) = {hold.state for hold in holds}
    if to not in NEXT[state]:
        raise IllegalMove(f"{state} -> {to}")
    count_changes(lock_projects({hold.project_id for hold in holds}))
    write = _moving(state, to, tuple(fields.items()))
    moved: dict[int, Hold] = {}
    for fence in {hold.fence for hold in holds}:
        ours = {hold.edit_id: hold for hold in holds if hold.fence == fence}
        for some in in_places(ours):
            written = write({OTHER_KEY: fence, **some})
            moved |= {pk: replace(ours[pk], state=to) for (pk,) in written}
    if to in NEWS:
        transaction.on_commit(partial(bell.ring, bell.Rope.NEWS, tuple(moved)))
    activities.note_each(
        f"edit.{to}",
        [(one.project_id, one.edit_id, {"fence": one.fence}) for one in moved.values()],
    )
    return moved


@lru_cache
def _moving(state: State, to: State, fields: tuple[tuple[str, Any], ...]) -> PreparedUpdate[Edit]:
    rows = Edit.objects.filter(pk__in=ANY_KEYS, state=state, fence=OTHER_KEY)
    return PreparedUpdate(rows, state=to, pulse=PULSE, **dict(fields))


def count_changes(projects: Iterable[int]) -> None:
    """Count one change in each project, in the transaction that makes it."""
    for some in in_places(projects):
        _counting()(some)


@cache
def _counting() -> PreparedUpdate[Project]:
    return PreparedUpdate(Project.objects.filter(pk__in=ANY_KEYS), pulse=F("pulse") + 1)


def lock_projects(keys: set[int]) -> set[int]:
    """Lock projects until the transaction ends, in the one order that all keep; return the keys.

    SQLite's transactions have nobody beside them anyway.
    """
    if connection.features.has_select_for_update:
        rows = Project.objects.filter(pk__in=keys).select_for_update(no_key=True)
        list(rows.order_by("pk").values_list("pk"))
    return keys


@transaction.atomic
def note_progress(hold: Hold, percent: int) -> None:
    """Write how far the held edit has come, 0 to 100. Raises LostLease."""
    _write(hold, progress=percent)


@transaction.atomic
def show_change(hold: Hold, **fields: Any) -> None:
    """Write the fields, and let pages look at the held edit again. Raises LostLease."""
    _write(hold, **fields)
    _tell(hold)


def _tell(hold: Hold) -> None:
    transaction.on_commit(partial(bell.ring, bell.Rope.NEWS, (hold.edit_id,)))


def _begin_next(done: Hold) -> None:
    """Let the edit of the next area begin, on the picture that holds all areas so far."""
    for edit in Edit.objects.waiting_for(done.edit_id):
        picture = result_of(done.edit_id) or edit.picture
        _write(Hold.on(edit), picture=picture, next_run_at=Now())
        transaction.on_commit(partial(bell.ring, bell.Rope.WORK))


def end_next(ended: Hold, to: State) -> None:
    """End the edit of the next area, and with it those after: the one before will bring nothing.

    It was not sent, so what is reserved for it is given back. Its picture is then the one with the
    areas that were done, from which it can be asked for once more.
    """
    words: dict[str, Any] = {}
    if to == State.FAILED:
        words = {"error_code": AREA_BEFORE, "error_class": ErrorClass.INPUT}
    for edit in Edit.objects.waiting_for(ended.edit_id):
        picture = Edit.objects.values_list("picture", flat=True).get(pk=ended.edit_id)
        move(Hold.on(edit), to, new_fence=True, picture=picture, finished_at=Now(), **words)
        ledger.release(edit)


def result_of(edit_id: int) -> Picture | None:
    """The picture that came of an edit, of its last execution."""
    newest = F("attempt").desc(nulls_last=True)
    return Picture.objects.filter(edit=edit_id).order_by(newest, "number", "pk").first()


def _write(hold: Hold, only: Mapping[str, Any] = MappingProxyType({}), **fields: Any) -> None:
    """The conditional UPDATE; the project is locked before the edit, here as everywhere."""
    count_changes([hold.project_id])
    mine = Edit.objects.filter(pk=hold.edit_id, state=hold.state, fence=hold.fence, **only)
    if mine.update(pulse=PULSE, **fields) != 1:
        raise LostLease(f"edit {hold.edit_id} is no longer {hold.state} under fence {hold.fence}")
