"""Queries that are built once: for one row, building takes Django several times as long as asking.

For the few that every call of the programming interface asks. Values that are not known when a query
is built are stood for by blanks, each of which appears in it as it is.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model, QuerySet

# What a blank is where a key is wanted, or a text.
ANY_KEY, OTHER_KEY, ANY_TEXT = -987_654_321, -123_456_789, "\N{WHITE SQUARE} any text"


class Prepared[M: Model, Row]:
    """A query with blanks; it may be asked by several threads at once."""

    def __init__(self, queryset: QuerySet[M, Row]) -> None:
        self._queryset = queryset
        self._compiler: Any = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = self._compiler.as_sql()
        self._sql, self._params = sql, tuple(params)

    def __call__(self, filled: Mapping[Any, Any]) -> list[Row]:
        """Return the rows; `filled` says what stands for each blank. One query."""
        params = tuple(filled.get(param, param) for param in self._params)
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        compiler.as_sql = partial(_as_built, self._sql, params)
        asked = self._queryset.all()
        asked.query.get_compiler = lambda *_args, **_how: compiler  # type: ignore[method-assign]
        return list(asked)


def _as_built(
    sql: str, params: tuple[Any, ...], *_args: Any, **_how: Any
) -> tuple[str, tuple[Any, ...]]:
    return sql, params
