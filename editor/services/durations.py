"""How long an engine usually takes, from what it took lately."""

from datetime import timedelta
from typing import NamedTuple

from django.core.cache import caches
from django.utils.translation import gettext as _

from editor.models import Attempt, Edit, Execution, State

SAMPLES = 50
# Fewer say nothing.
FEWEST = 5
KEPT_SECONDS = 300
MINUTE = 60
# From here on nobody counts single seconds.
COARSE_FROM, COARSE_STEP = 20, 5
UNKNOWN = "unknown"


class Usual(NamedTuple):
    """Between which the middle half of the executions took, in seconds."""

    least: float
    most: float

    def __str__(self) -> str:
        least, most = _rounded(self.least), _rounded(self.most)
        if most >= 2 * MINUTE:
            least, most = max(1, round(self.least / MINUTE)), round(self.most / MINUTE)
            text = (
                _("usually %(least)s\u2013%(most)s min")
                if least < most
                else _("usually %(most)s min")
            )
        else:
            text = (
                _("usually %(least)s\u2013%(most)s s") if least < most else _("usually %(most)s s")
            )
        return text % {"least": least, "most": most}


def usual(edit: Edit) -> Usual | None:
    """Return how long the engine of an edit usually takes, or None when too little is known.

    It counts from sending to the end of the answer. Asked of the database now and then only; each
    process remembers it for five minutes.
    """
    known = caches["process"]
    key = f"usual:{edit.engine}"
    found = known.get(key)
    if found is None:
        found = measured(edit) or UNKNOWN
        known.set(key, found, KEPT_SECONDS)
    return None if found == UNKNOWN else found


def measured(edit: Edit) -> Usual | None:
    """Ask the database. One query."""
    rows = Attempt.objects.filter(
        edit__provider=edit.provider_id,
        edit__state=State.SUCCEEDED,
        edit__engine=edit.engine,
        execution=Execution.YES,
        sent_at__isnull=False,
        finished_at__isnull=False,
    )
    times = rows.order_by("-pk").values_list("sent_at", "finished_at")[:SAMPLES]
    took = sorted((end - start) / timedelta(seconds=1) for start, end in times if start and end)
    if len(took) < FEWEST:
        return None
    quarter = len(took) // 4
    return Usual(took[quarter], took[-1 - quarter])


def _rounded(seconds: float) -> int:
    if seconds < COARSE_FROM:
        return max(1, round(seconds))
    return COARSE_STEP * round(seconds / COARSE_STEP)
