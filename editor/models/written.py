"""Rows that are written by one statement, with all of it that can be known before built once.

For the few that every call of the programming interface writes, as `prepared.py` is for queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateField,
    Field,
    ForeignKey,
    IntegerField,
    TextField,
)
from django.db.models.functions import Now
from django.db.models.sql import InsertQuery

from editor.models.prepared import Returned, columns, executed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from django.db.models import Model
    from django.db.models.expressions import CombinedExpression

# The very same each time, so that it is built once.
NOW: Final = Now()
# What some fields keep as it comes, by an example; whether one does depends on the database.
_KEPT: Final[dict[type[Field[Any, Any]], Any]] = {
    CharField: "a text",
    TextField: "a text",
    BooleanField: True,
    IntegerField: 12_345,
    ForeignKey: 12_345,
}


@lru_cache
def after(delta: timedelta) -> CombinedExpression:
    """Return the database's time so much later; the very same each time."""
    return NOW + delta


class _Bare:
    """The values of a row of which nobody keeps a model: to make one costs more than to write it."""

    def __init__(self, columns: Sequence[_Column], values: Mapping[str, Any]) -> None:
        has = self.__dict__
        has.update((one.name, one.field.get_default()) for one in columns if one.name not in values)
        has.update(values)
        if len(has) != len(columns):
            raise TypeError(f"Not all of these are columns: {', '.join(values)}")


@dataclass(frozen=True, slots=True)
class _Column:
    """A field and the types whose values go to the database as they are."""

    field: Any
    name: str
    as_they_are: frozenset[type]

    @classmethod
    def of(cls, field: Any) -> _Column:
        connection = connections[DEFAULT_DB_ALIAS]
        examples = [one for kind, one in _KEPT.items() if isinstance(field, kind)]
        if not field.is_relation:
            examples.append(None)  # of a relation the row may have come since
        kept = [one for one in examples if field.get_db_prep_save(one, connection) is one]
        return cls(field, field.attname, frozenset(type(one) for one in kept))

    def placed(self, value: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        """A value's place in a statement, and what stands there."""
        if type(value) in self.as_they_are:
            return "%s", (value,)
        if hasattr(value, "resolve_expression"):
            return _built(self.field, _Same(value))
        return "%s", (self.field.get_db_prep_save(value, connection),)

    def owner(self, row: Model | _Bare) -> Any:
        """The key of a row's owner that was written since it was set; None without any."""
        if isinstance(row, _Bare) or not self.field.is_relation:
            return None
        owner = self.field.get_cached_value(row, None)
        if owner is None:
            return None
        setattr(row, self.field.name, owner)
        return owner.pk


@dataclass(frozen=True, slots=True)
class _Insert:
    """What stands before and behind the values of new rows; `read` reads what these became."""

    columns: tuple[_Column, ...]
    # Those whose value is noted just before.
    noted: tuple[_Column, ...]
    returned: tuple[str, ...]
    head: str
    tail: str
    read: Returned

    def __call__(self, rows: Sequence[Model | _Bare]) -> list[tuple[Any, ...]]:
        """Write rows; return what they became."""
        connection = connections[DEFAULT_DB_ALIAS]
        params: list[Any] = []
        places = ", ".join([self._placed(row, params, connection) for row in rows])
        return self.read(f"{self.head} {places} {self.tail}", params)

    def _placed(self, row: Model | _Bare, params: list[Any], connection: Any) -> str:
        """The places of a row's values; add what stands there to `params`."""
        has, places = row.__dict__, []
        for column in self.noted:
            has[column.name] = column.field.pre_save(row, add=True)
        for column in self.columns:
            value = has[column.name]
            if type(value) in column.as_they_are:
                places.append("%s")
                params.append(value)
            else:
                value = column.owner(row) if value is None else value
                place, some = column.placed(value, connection)
                places.append(place)
                params += some
        return f"({', '.join(places)})"


def insert_each(rows: Sequence[Model]) -> None:
    """Write new rows of one model and give them their keys, as `bulk_create` does. One query.

    Rows they belong to must be written already. Values may be expressions; an expression that is
    used again, the very same, is built but once.
    """
    if not rows:
        return
    insert = _insert(type(rows[0]))
    for row, values in zip(rows, insert(rows), strict=True):
        for name, value in zip(insert.returned, values, strict=True):
            setattr(row, name, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_values(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new rows that nobody needs afterwards. One query.

    Values are by column (`edit_id`, not `edit`); what is left out is as by default.
    """
    if rows:
        insert = _insert(model)
        insert([_Bare(insert.columns, values) for values in rows])


def write_values(model: type[Model], key: int, values: Mapping[str, Any]) -> None:
    """Write values of the row with that key, as `update` does; they are by column. One query."""
    connection = connections[DEFAULT_DB_ALIAS]
    quote, by_name, meta = connection.ops.quote_name, _by_name(model), cast("Any", model._meta)
    sets: list[str] = []
    params: list[Any] = []
    for name, value in values.items():
        place, some = by_name[name].placed(value, connection)
        sets.append(f"{quote(by_name[name].field.column)} = {place}")
        params += some
    table, own = quote(meta.db_table), quote(meta.pk.column)
    sql = " ".join(["UPDATE", table, "SET", ", ".join(sets), "WHERE", own, "= %s"])
    executed(sql, [*params, key])


@cache
def _by_name(model: type[Model]) -> dict[str, _Column]:
    return {column.name: column for column in _insert(model).columns}


@cache
def _insert(model: type[Model]) -> _Insert:
    compiler: Any = InsertQuery(model).get_compiler(DEFAULT_DB_ALIAS)
    meta, quote = model._meta, compiler.connection.ops.quote_name
    made = [one for one in meta.concrete_fields if one.generated or isinstance(one, AutoField)]
    fields = tuple(_Column.of(one) for one in meta.concrete_fields if one not in made)
    names = ", ".join(quote(one.field.column) for one in fields)
    return _Insert(
        fields,
        tuple(one for one in fields if _is_noted(one.field)),
        tuple(one.attname for one in made),
        head=f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES",
        tail=compiler.connection.ops.returning_columns(made)[0],
        read=Returned(compiler, columns(meta, made)),
    )


def _is_noted(field: Any) -> bool:
    if isinstance(field, DateField):
        return field.auto_now or field.auto_now_add
    return type(field).pre_save is not Field.pre_save


class _Same:
    """An expression that is compared by identity: some are equal that are not the same."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression

    def __hash__(self) -> int:
        return id(self.expression)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.expression is other.expression


@lru_cache(maxsize=64)
def _built(field: Any, same: _Same) -> tuple[str, tuple[Any, ...]]:
    """An expression's place in an INSERT, and what stands there."""
    compiler: Any = InsertQuery(field.model).get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.compile(compiler.prepare_value(field, same.expression))
    return sql, tuple(params)
