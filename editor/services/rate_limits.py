"""How often a key may ask: so many requests in a minute, counted in its row.

The minute begins with its first request. One UPDATE that only matches while there is room both
looks and counts, so that of two requests at once the second sees the first; its clock is the
database's, which all processes share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Now

from editor.models import ApiKey

if TYPE_CHECKING:
    from datetime import datetime

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests a minute a key has, how many are left, and in how many seconds it begins anew."""

    limit: int
    remaining: int
    reset_seconds: int


class TooMany(Exception):
    """The minute's requests are used up; `allowance.reset_seconds` says how long to wait."""

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(allowance)
        self.allowance = allowance

    @property
    def retry_after(self) -> int:
        """Seconds until the next request is let in: 1 to 60."""
        return self.allowance.reset_seconds


@transaction.atomic
def take(key: ApiKey) -> Allowance:
    """Count one request of a key and note that it was used. One write. Raises TooMany."""
    # A clock that was set back must not leave a minute that never ends. A beginning that lies ahead
    # by less is that of another request, whose statement began later and was quicker.
    ahead = Q(window_began_at__gt=Now() + MINUTE)
    is_over = Q(window_began_at=None) | Q(window_began_at__lte=Now() - MINUTE) | ahead
    has_room = is_over | Q(window_count__lt=F("requests_per_minute"))
    counted = ApiKey.objects.filter(has_room, pk=key.pk).update(
        window_count=Case(When(is_over, then=Value(1)), default=F("window_count") + 1),
        window_began_at=Case(When(is_over, then=Now()), default=F("window_began_at")),
        last_used_at=Now(),
    )
    allowance = _allowance(key)
    if not counted:
        raise TooMany(allowance)
    return allowance


def _allowance(key: ApiKey) -> Allowance:
    now = ExpressionWrapper(Now(), output_field=DateTimeField())
    row = ApiKey.objects.filter(pk=key.pk).values_list(
        "requests_per_minute", "window_count", "window_began_at", now
    )
    limit, count, began_at, read_at = row.get()
    return Allowance(limit, max(0, limit - count), _seconds_left(began_at, read_at))


def _seconds_left(began_at: datetime, now: datetime) -> int:
    left = (began_at + MINUTE - now).total_seconds()
    return min(60, max(1, math.ceil(left)))
