"""The life of an edit as one table, and the only function that changes its state.

    submit -> queued -> claimed -> sending -> awaiting -> received -> succeeded
                ^  \\        \\         |           |            \\
                |   canceled  \\       v           v             billed_unusable, failed
                +-- retry_wait <- (did not run)   unknown (may have run)

Every move is one conditional UPDATE that names the state and the fence it expects. A worker whose
lease was given away writes 0 rows, learns it here, and stops.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from editor.models import Edit, Project, State
from editor.services import activities

NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.QUEUED: frozenset({State.CLAIMED, State.CANCELED, State.FAILED}),
    State.CLAIMED: frozenset({State.SENDING, State.QUEUED, State.CANCELED, State.FAILED}),
    State.SENDING: frozenset(
        {
            State.AWAITING,
            State.QUEUED,
            State.RETRY_WAIT,
            State.UNKNOWN,
            State.CANCELED,
            State.FAILED,
        }
    ),
    State.AWAITING: frozenset(
        {
            State.RECEIVED,
            State.QUEUED,
            State.RETRY_WAIT,
            State.UNKNOWN,
            State.BILLED_UNUSABLE,
            State.CANCELED,
            State.FAILED,
        }
    ),
    State.RECEIVED: frozenset(
        {State.SUCCEEDED, State.QUEUED, State.BILLED_UNUSABLE, State.CANCELED, State.FAILED}
    ),
    State.RETRY_WAIT: frozenset({State.CLAIMED, State.CANCELED, State.FAILED}),
    State.UNKNOWN: frozenset({State.QUEUED, State.FAILED}),
    State.BILLED_UNUSABLE: frozenset({State.QUEUED, State.RECEIVED, State.FAILED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELED: frozenset(),
}

if set(NEXT) != set(State):
    raise RuntimeError("Every state needs a row in the transition table.")


class LostLease(Exception):
    """The row is no longer as its holder knew it: somebody else decided. Write nothing more."""


class IllegalMove(Exception):
    """The table has no such transition: a mistake in the code that asked for it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An edit in one state under one fence: what a writer must show to move it on."""

    edit_id: int
    project_id: int
    state: State
    fence: int

    @classmethod
    def on(cls, edit: Edit) -> "Hold":
        """Take the row as it was read."""
        return cls(edit.pk, edit.project_id, State(edit.state), edit.fence)


@transaction.atomic
def move(hold: Hold, to: State, *, new_fence: bool = False, **fields: Any) -> Hold:
    """Move the edit on and return the new hold; `fields` are written in the same UPDATE.

    Raises IllegalMove when the table does not know the step, LostLease when the row has another
    state or fence by now. Activity and pulse belong to the same transaction.
    """
    if to not in NEXT[hold.state]:
        raise IllegalMove(f"{hold.state} -> {to}")
    fence = hold.fence + 1 if new_fence else hold.fence
    pulse = Project.objects.bump(hold.project_id)
    rows = Edit.objects.filter(pk=hold.edit_id, state=hold.state, fence=hold.fence).update(
        state=to, fence=fence, pulse=pulse, **fields
    )
    if rows != 1:
        raise LostLease(f"edit {hold.edit_id} is no longer {hold.state} under fence {hold.fence}")
    edit = Edit.objects.select_related("project").get(pk=hold.edit_id)
    activities.record(f"edit.{to}", edit.project, edit=edit, fence=fence)
    return Hold(hold.edit_id, hold.project_id, to, fence)


@transaction.atomic
def note_progress(hold: Hold, percent: int) -> None:
    """Write how far the held edit has come, 0 to 100. Raises LostLease."""
    pulse = Project.objects.bump(hold.project_id)
    rows = Edit.objects.filter(pk=hold.edit_id, state=hold.state, fence=hold.fence).update(
        progress=percent, pulse=pulse
    )
    if rows != 1:
        raise LostLease(f"edit {hold.edit_id} has moved on")
