"""After a restore: what the backup knows as waiting may have run since, and been paid for."""

from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from editor.engines.errors import ErrorClass
from editor.models import WAITING_STATES, Attempt, Edit, Execution, State
from editor.pipeline import attempts, endings, ledger
from editor.pipeline.states import Hold, move
from editor.services import consents

CODE: Final = "restored"


def hold_paid() -> int:
    """Send nothing of a provider's by itself: members decide about each. Returns how many.

    Only where no worker runs.
    """
    not_sent_yet = Edit.objects.filter(
        provider__isnull=False, state__in=WAITING_STATES | {State.CLAIMED}
    )
    found = list(not_sent_yet.select_related("provider").order_by("pk"))
    for edit in found:
        _hold(edit)
    return len(found)


@transaction.atomic
def _hold(edit: Edit) -> None:
    words: dict[str, Any] = {
        "error_code": CODE,
        "error_message": "",
        "error_class": ErrorClass.UNKNOWN,
    }
    move(Hold.on(edit), State.UNKNOWN, new_fence=True, **endings.LET_GO, **words)
    attempt = endings.open_attempt(edit) or _since_then(edit)
    attempts.close(attempt, Execution.UNKNOWN, CODE)
    ledger.hold(edit, attempt)


def _since_then(edit: Edit) -> Attempt:
    """Write the attempt that may have been made after the backup."""
    last = edit.attempts.order_by("-number").first()
    return Attempt.objects.create(
        edit=edit,
        number=last.number + 1 if last else 1,
        fence=edit.fence + 1,
        host=consents.host_of(edit.provider)[:255] if edit.provider else "",
        intent_at=Now(),
    )
