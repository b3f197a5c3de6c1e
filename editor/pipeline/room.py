"""Whether the disk has room for what engines may answer."""

from typing import Final

from django.db.models import Q

from editor.engines.base import Engine
from editor.models import Edit, State
from editor.pipeline import spool
from editor.pipeline.states import Hold

# Hardly an answer is as large as it may become; so many at once must fit all the same.
MOST_AT_ONCE: Final = 32


def for_flight(hold: Hold, engine: Engine) -> bool:
    """Whether this edit's answer would fit beside those that are on their way already."""
    if engine.free:
        return True
    if for_carrying(engine):
        return True  # as it is nearly always; nothing needs to be counted
    return spool.has_room(engine.max_answer_bytes * min(_ahead(hold) + 1, MOST_AT_ONCE))


def for_carrying(engine: Engine) -> bool:
    """Whether there is so much room that nothing needs to be counted."""
    return spool.has_room(engine.max_answer_bytes * MOST_AT_ONCE)


def for_results(engine: Engine) -> bool:
    """Whether the results of an answer that is here may be fetched and opened."""
    return engine.free or spool.has_room(engine.max_answer_bytes)


def _ahead(hold: Hold) -> int:
    """How many answers are awaited, at all workers.

    Of those that start together the older go first, so that not all of them wait for each other.
    """
    out = Q(state__in={State.SENDING, State.AWAITING})
    older = Q(state=State.CLAIMED, pk__lt=hold.edit_id)
    return Edit.objects.filter(out | older, provider__isnull=False).count()
