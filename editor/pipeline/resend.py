"""Whether a token whose outcome is open may go out again, when the time to send it has come."""

from django.db import transaction

from editor.engines.base import Engine
from editor.models import Edit, State
from editor.pipeline import attempts, endings
from editor.pipeline.states import Hold


@transaction.atomic
def refuse(hold: Hold, engine: Engine) -> bool:
    """End an edit in doubt if the token it waits with means nothing to this engine.

    The provider's row may have changed in the pause: it no longer recognises repeats, or lies at
    another address. A new token could then pay for a second execution. Raises LostLease.
    """
    edit = Edit.objects.get(pk=hold.edit_id)
    waiting = None if engine.replay_safe else endings.open_attempt(edit)
    if waiting is None or attempts.may_resend(waiting, engine):
        return False
    endings.give_back(edit, hold, State.UNKNOWN, waiting)
    return True
