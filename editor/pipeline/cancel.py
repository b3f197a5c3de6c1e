"""A member no longer wants an edit."""

from django.db import transaction
from django.db.models.functions import Now

from editor.models import Edit, Project, State
from editor.pipeline import ledger
from editor.pipeline.endings import open_attempt
from editor.pipeline.states import Hold, LostLease, end_next, move

# Nothing has left the house in these: the edit ends at once.
AT_ONCE = frozenset({State.QUEUED, State.RETRY_WAIT, State.CLAIMED})


def cancel(edit: Edit) -> Edit:
    """End a waiting edit, or ask the worker that holds it to stop; an ended one stays as it is.

    Returns the row as it is afterwards. A free engine stops within 3 s; a paid one that was sent
    is only marked, and what arrives is kept (reliability.md 4.3). Areas that wait for this one are
    cancelled with it.
    """
    for _attempt in range(3):  # the state may change between the read and the write
        edit.refresh_from_db()
        try:
            _cancel_now(edit) if _at_once(edit) else ask(edit)
        except LostLease:
            continue
        break
    edit.refresh_from_db()
    return edit


def cancel_open(project: Project) -> None:
    """End what waits in a project that was deleted, and ask what runs to stop."""
    for edit in Edit.objects.open().filter(project=project).order_by("pk"):
        cancel(edit)


def _at_once(edit: Edit) -> bool:
    """Whether nothing can have been charged: no token of the edit waits to be sent again."""
    return edit.state in AT_ONCE and (edit.provider_id is None or open_attempt(edit) is None)


@transaction.atomic
def _cancel_now(edit: Edit) -> None:
    move(
        Hold.on(edit),
        State.CANCELED,
        new_fence=True,
        lease_until=None,
        finished_at=Now(),
        cancel_requested_at=Now(),
    )
    ledger.release(edit)


@transaction.atomic
def ask(edit: Edit) -> None:
    """Mark a running edit as no longer wanted. Raises LostLease if it is not as it was read."""
    if not edit.can_cancel:
        return
    pulse = Project.objects.bump(edit.project_id)
    as_read = Edit.objects.filter(pk=edit.pk, state=edit.state, fence=edit.fence)
    if not as_read.update(cancel_requested_at=Now(), pulse=pulse):
        raise LostLease(f"edit {edit.pk} is no longer {edit.state}")
    end_next(Hold.on(edit), State.CANCELED)
