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
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from editor.models import ApiKey
from editor.models.prepared import ANY_KEY, Prepared

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
    counted, allowance = _take(key, count)
    if counted:
        return [
            replace(allowance, remaining=allowance.remaining + after)
            for after in reversed(range(count))
        ]
    if count == 1:
        return [TooMany(allowance)]
    return [told for _request in range(count) for told in take_each(key, 1)]


@transaction.atomic
def _take(key: ApiKey, count: int) -> tuple[bool, Allowance]:
    with connection.cursor() as rows:
        sql, params = _counting(count)
        rows.execute(sql, [key.pk if param == ANY_KEY else param for param in params])
        counted = rows.rowcount == 1
    return counted, _allowance(key)


@cache
def _counting(count: int) -> tuple[str, tuple[Any, ...]]:
    """The UPDATE that counts, with a place for the key: building it took far longer than asking."""
    # A clock that was set back must not leave a minute that never ends. A beginning that lies ahead
    # by less is that of another request, whose statement began later and was quicker.
    ahead = Q(window_began_at__gt=Now() + MINUTE)
    is_over = Q(window_began_at=None) | Q(window_began_at__lte=Now() - MINUTE) | ahead
    is_over &= Q(requests_per_minute__gte=count)
    has_room = is_over | Q(window_count__lte=F("requests_per_minute") - count)
    query: Any = ApiKey.objects.filter(has_room, pk=ANY_KEY).query.chain(UpdateQuery)
    query.add_update_values(
        {
            "window_count": Case(
                When(is_over, then=Value(count)), default=F("window_count") + count
            ),
            "window_began_at": Case(When(is_over, then=Now()), default=F("window_began_at")),
            "last_used_at": Now(),
        }
    )
    sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(params)


def _allowance(key: ApiKey) -> Allowance:
    ((limit, count, began_at, read_at),) = _counts()({ANY_KEY: key.pk})
    return Allowance(limit, max(0, limit - count), _seconds_left(began_at, read_at))


@cache
def _counts() -> Prepared[ApiKey, tuple[Any, ...]]:
    now = ExpressionWrapper(Now(), output_field=DateTimeField())
    columns = ("requests_per_minute", "window_count", "window_began_at", now)
    return Prepared(ApiKey.objects.filter(pk=ANY_KEY).values_list(*columns))


def _seconds_left(began_at: datetime | None, now: datetime) -> int:
    left = ((began_at or now) + MINUTE - now).total_seconds()
    return min(60, max(1, math.ceil(left)))
