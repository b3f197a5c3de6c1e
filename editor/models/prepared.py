"""Queries that are built once: for one row, building takes Django several times as long as asking.

For the few that every call of the programming interface asks. Values that are not known when a query
is built are stood for by blanks, each of which appears in it as it is.
"""

from __future__ import annotations

import re
from contextlib import closing
from functools import lru_cache
from itertools import batched
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql import UpdateQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model, QuerySet

# What a blank is where a key or a number is wanted, or a text.
ANY_KEY, OTHER_KEY, ANY_TEXT = 987_654_321, 123_456_789, "\N{WHITE SQUARE} any text"
# Blanks for any number of keys, `in_places` at once.
ANY_KEYS: Final = tuple(range(1_987_654_321, 1_987_654_321 + 32))

_PLACE: Final = re.compile("(?<!%)%s")


def in_places(keys: Iterable[int]) -> Iterator[dict[Any, Any]]:
    """What stands for `ANY_KEYS`, for as many keys at a time; the last stands in all places left."""
    for some in batched(keys, len(ANY_KEYS)):
        yield {blank: some[min(at, len(some) - 1)] for at, blank in enumerate(ANY_KEYS)}


class Prepared[M: Model, Row]:
    """A query with blanks; it may be asked by several threads at once.

    With `kept` a row that comes again as it was is what it was made then, of so many: whoever asks
    must not change it.
    """

    def __init__(self, queryset: QuerySet[M, Row], *, kept: int = 0) -> None:
        compiler: Any = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = _with_texts(*compiler.as_sql())
        self._read = Returned(compiler, [one[0] for one in compiler.select[: compiler.col_count]])
        self._made_of: Callable[[tuple[Any, ...]], Row] = _made_by(queryset, compiler)
        self._made = lru_cache(kept)(self._make) if kept else self._make

    def __call__(self, filled: Mapping[Any, Any]) -> list[Row]:
        """Return the rows; `filled` says what stands for each blank. One query."""
        rows = executed(self._sql, _filled(self._params, filled))
        return [self._made(row) for row in rows]

    def _make(self, row: tuple[Any, ...]) -> Row:
        return self._made_of(self._read.converted(row))


def _made_by(queryset: Any, compiler: Any) -> Callable[[tuple[Any, ...]], Any]:
    """What a row becomes, by what was asked for: columns, one column, or models."""
    if compiler.annotation_col_map and queryset._iterable_class is ModelIterable:
        raise TypeError("models are made without annotations")
    kinds: dict[type, Callable[[], Callable[[tuple[Any, ...]], Any]]] = {
        ValuesListIterable: lambda: tuple,
        FlatValuesListIterable: lambda: itemgetter(0),
        ModelIterable: lambda: _Models(queryset, compiler),
    }
    return kinds[queryset._iterable_class]()


class _Models:
    """Makes models of rows, with those that are joined; as `ModelIterable` does."""

    def __init__(self, queryset: Any, compiler: Any) -> None:
        select, info = compiler.select, compiler.klass_info
        places = info["select_fields"]
        self._model, self._columns = info["model"], slice(places[0], places[-1] + 1)
        self._names = [one[0].target.attname for one in select[self._columns]]
        self._joined = get_related_populators(info, select, queryset.db, queryset._fetch_mode)

    def __call__(self, row: tuple[Any, ...]) -> Any:
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._columns])
        for joined in self._joined:
            joined.populate(row, made)
        return made


class PreparedUpdate[M: Model]:
    """An UPDATE with blanks in its conditions; `values` are written, by expressions or constants."""

    def __init__(
        self, queryset: QuerySet[M], *, returning: Sequence[str] = ("pk",), **values: Any
    ) -> None:
        meta: Any = queryset.model._meta
        names = [meta.pk.name if name == "pk" else name for name in returning]
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        query.clear_ordering(force=True)
        compiler: Any = query.get_compiler(DEFAULT_DB_ALIAS)
        compiler.returning_fields = [meta.get_field(name) for name in names]
        sql, params = compiler.as_sql()
        self._sql, self._params = sql, tuple(params)
        self._read = Returned(compiler, columns(meta, compiler.returning_fields))

    def __call__(self, filled: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """Return `returning` of each row that was written. One query."""
        return self._read(self._sql, _filled(self._params, filled))


def columns(meta: Any, fields: Sequence[Any]) -> list[Any]:
    return [field.get_col(meta.db_table) for field in fields]


class Returned:
    """Reads what a statement returns; how the values of each column are read is known before."""

    def __init__(self, compiler: Any, columns: Sequence[Any]) -> None:
        self._converters = [
            (place, converter, column)
            for place, (converters, column) in compiler.get_converters(columns).items()
            for converter in converters
        ]

    def __call__(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Have it done; return the rows. One query."""
        rows = executed(sql, params)
        return [self.converted(row) for row in rows] if self._converters else rows

    def converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a row as its fields have it."""
        if not self._converters:
            return row
        connection, values = connections[DEFAULT_DB_ALIAS], list(row)
        for place, converter, column in self._converters:
            values[place] = converter(values[place], column, connection)
        return tuple(values)


def executed(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Have a statement done in this thread's connection; return the rows as they come."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.queries_logged or connection.execute_wrappers:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description else []
    # What Django does around a query, without its cursor, which costs as much as most of ours.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, closing(connection.create_cursor()) as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def _with_texts(sql: str, params: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """Write out texts that are no blanks.

    Where an index holds only rows with some text, SQLite plans a query anew each time it is bound.
    """
    parts, left = _PLACE.split(sql), []
    written = [parts[0]]
    for param, part in zip(params, parts[1:], strict=True):
        if isinstance(param, str) and param != ANY_TEXT:
            quoted = str(param).replace("'", "''").replace("%", "%%")
            written.append(f"'{quoted}'{part}")
        else:
            written.append(f"%s{part}")
            left.append(param)
    return "".join(written), tuple(left)


def _filled(params: tuple[Any, ...], filled: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(filled.get(param, param) for param in params)
