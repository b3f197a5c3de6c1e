"""How often a key may ask: so many requests in a minute, counted in its row.

The minute begins with its first request. One UPDATE that only matches while there is room both
looks and counts, so that of two requests at once the second sees the first; its clock is the
database's, which all processes share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Now

from editor.models import ApiKey
from editor.models.prepared import ANY_KEY, PreparedUpdate
from editor.services.hasty import hasty

if TYPE_CHECKING:
    from datetime import datetime

MINUTE: Final = timedelta(minutes=1)
COUNTS: Final = ("requests_per_minute", "window_count", "window_began_at")


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


def take(key: ApiKey) -> Allowance:
    """Count one request of a key and note that it was used. One write. Raises TooMany."""
    (told,) = take_each(key, 1)
    if isinstance(told, TooMany):
        raise told
    return told


def take_each(key: ApiKey, count: int) -> list[Allowance | TooMany]:
    """Count so many requests of a key; return what each is told. One write if all are let in."""
    if count == 0:
        return []
    with hasty():
        counted, allowance = _take(key, count)
    if counted:
        return [
            replace(allowance, remaining=allowance.remaining + after)
            for after in reversed(range(count))
        ]
    if count == 1:
        return [TooMany(allowance)]
    return [told for _request in range(count) for told in take_each(key, 1)]


def _take(key: ApiKey, count: int) -> tuple[bool, Allowance]:
    counted = _counting(count)({ANY_KEY: key.pk})
    return bool(counted), _allowance(*counted[0]) if counted else _now(key)


@cache
def _counting(count: int) -> PreparedUpdate[ApiKey]:
    # A clock that was set back must not leave a minute that never ends. A beginning that lies ahead
    # by less is that of another request, whose statement began later and was quicker.
    ahead = Q(window_began_at__gt=Now() + MINUTE)
    is_over = Q(window_began_at=None) | Q(window_began_at__lte=Now() - MINUTE) | ahead
    is_over &= Q(requests_per_minute__gte=count)
    has_room = is_over | Q(window_count__lte=F("requests_per_minute") - count)
    return PreparedUpdate(
        ApiKey.objects.filter(has_room, pk=ANY_KEY),
        returning=(*COUNTS, "last_used_at"),
        window_count=Case(When(is_over, then=Value(count)), default=F("window_count") + count),
        window_began_at=Case(When(is_over, then=Now()), default=F("window_began_at")),
        last_used_at=Now(),
    )


def _now(key: ApiKey) -> Allowance:
    now = ExpressionWrapper(Now(), output_field=DateTimeField())
    return _allowance(*ApiKey.objects.values_list(*COUNTS, now).get(pk=key.pk))


def _allowance(limit: int, count: int, began_at: datetime | None, now: datetime) -> Allowance:
    return Allowance(limit, max(0, limit - count), _seconds_left(began_at, now))


def _seconds_left(began_at: datetime | None, now: datetime) -> int:
    left = ((began_at or now) + MINUTE - now).total_seconds()
    return min(60, max(1, math.ceil(left)))
