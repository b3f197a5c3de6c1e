"""Queries that are built once: for one row, building takes Django several times as long as asking.

For the few that every call of the programming interface asks. Values that are not known when a query
is built are stood for by blanks, each of which appears in it as it is.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache, partial
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField
from django.db.models.sql import InsertQuery, UpdateQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.models import Model, QuerySet

# What a blank is where a key or a number is wanted, or a text.
ANY_KEY, OTHER_KEY, ANY_TEXT = 987_654_321, 123_456_789, "\N{WHITE SQUARE} any text"
# Blanks for any number of keys, `in_places` at once.
ANY_KEYS: Final = tuple(range(1_987_654_321, 1_987_654_321 + 32))


def in_places(keys: Iterable[int]) -> Iterator[dict[Any, Any]]:
    """What stands for `ANY_KEYS`, for as many keys at a time; the last stands in all places left."""
    for some in batched(keys, len(ANY_KEYS)):
        yield {blank: some[min(at, len(some) - 1)] for at, blank in enumerate(ANY_KEYS)}


class Prepared[M: Model, Row]:
    """A query with blanks; it may be asked by several threads at once."""

    def __init__(self, queryset: QuerySet[M, Row]) -> None:
        self._queryset = queryset
        self._compiler: Any = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = self._compiler.as_sql()
        self._sql, self._params = sql, tuple(params)
        columns = self._compiler.select[: self._compiler.col_count]
        # Which of the columns are read how: a quarter of the time that asking takes.
        self._converters = self._compiler.get_converters([column for column, *_rest in columns])

    def __call__(self, filled: Mapping[Any, Any]) -> list[Row]:
        """Return the rows; `filled` says what stands for each blank. One query."""
        params = _filled(self._params, filled)
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        compiler.as_sql = partial(_as_built, self._sql, params)
        compiler.get_converters = lambda _columns: self._converters
        asked = self._queryset.all()
        asked.query.get_compiler = lambda *_args, **_how: compiler  # type: ignore[method-assign]
        return list(asked)


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
        self._read = _Returned(compiler)

    def __call__(self, filled: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """Return `returning` of each row that was written. One query."""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self._sql, _filled(self._params, filled))
            return self._read(cursor.fetchall())


class _Returned:
    """Reads what a statement returns of the rows it wrote."""

    def __init__(self, compiler: Any) -> None:
        table = compiler.query.get_meta().db_table
        self._compiler = compiler
        self._converters = compiler.get_converters(
            [field.get_col(table) for field in compiler.returning_fields]
        )

    def __call__(self, rows: list[Any]) -> list[tuple[Any, ...]]:
        if not self._converters:
            return rows
        compiler = copy.copy(self._compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        return [tuple(row) for row in compiler.apply_converters(rows, self._converters)]


@dataclass(frozen=True, slots=True)
class _Insert:
    """What stands before and behind the values of new rows; `read` reads what these became."""

    fields: tuple[Any, ...]
    returned: tuple[Any, ...]
    head: str
    tail: str
    read: _Returned


def insert_each(rows: Sequence[Model]) -> None:
    """Write new rows of one model and give them their keys, as `bulk_create` does. One query.

    Rows they belong to must be written already. Values may be expressions.
    """
    if not rows:
        return
    connection, insert = connections[DEFAULT_DB_ALIAS], _insert(type(rows[0]))
    compiler: Any = InsertQuery(type(rows[0])).get_compiler(connection=connection)
    places: list[str] = []
    params: list[Any] = []
    for row in rows:
        written = [_written(compiler, field, row) for field in insert.fields]
        places.append(f"({', '.join(sql for sql, _ in written)})")
        params += [param for _, some in written for param in some]
    with connection.cursor() as cursor:
        cursor.execute(f"{insert.head} {', '.join(places)} {insert.tail}", params)
        became = insert.read(cursor.fetchall())
    for row, values in zip(rows, became, strict=True):
        for field, value in zip(insert.returned, values, strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insert(model: type[Model]) -> _Insert:
    compiler: Any = InsertQuery(model).get_compiler(DEFAULT_DB_ALIAS)
    meta, quote = model._meta, compiler.connection.ops.quote_name
    made = [one for one in meta.concrete_fields if one.generated or isinstance(one, AutoField)]
    fields = tuple(one for one in meta.concrete_fields if one not in made)
    compiler.returning_fields = made
    columns = ", ".join(quote(one.column) for one in fields)
    return _Insert(
        fields,
        tuple(made),
        head=f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES",
        tail=compiler.connection.ops.returning_columns(made)[0],
        read=_Returned(compiler),
    )


def _written(compiler: Any, field: Any, row: Model) -> tuple[str, Sequence[Any]]:
    """A value's place in an INSERT, and what stands there."""
    value = field.pre_save(row, add=True)
    if value is None and field.is_relation and (owner := field.get_cached_value(row, None)):
        setattr(row, field.name, owner)  # it was written since it was set
        value = owner.pk
    if hasattr(value, "resolve_expression"):
        built: tuple[str, Sequence[Any]] = compiler.compile(compiler.prepare_value(field, value))
        return built
    return "%s", (field.get_db_prep_save(value, compiler.connection),)


def _filled(params: tuple[Any, ...], filled: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(filled.get(param, param) for param in params)


def _as_built(
    sql: str, params: tuple[Any, ...], *_args: Any, **_how: Any
) -> tuple[str, tuple[Any, ...]]:
    return sql, params
