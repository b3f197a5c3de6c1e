"""Queries as SQLite takes them, translated once."""

import pytest
from django.db import connection, connections

from project.sqlite import base

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_here() -> None:
    assert isinstance(connections["default"], base.DatabaseWrapper)


def asked(sql: str, params: object = None) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)  # type: ignore[arg-type]
        return cursor.fetchall()


@pytest.mark.parametrize("time", ["first", "second"])
def test_places_and_percents_are_what_they_are_in_django(time: str) -> None:
    assert asked("SELECT %s, '%%s', '100 %%', '?'", [f"{time} ?"]) == [
        (f"{time} ?", "%s", "100 %", "?")
    ]


def test_without_parameters_nothing_is_translated() -> None:
    assert asked("SELECT '%s', '%%'") == [("%s", "%%")]


def test_names_are_taken_as_well() -> None:
    assert asked("SELECT %(a)s, %(b)s, %(a)s", {"a": 1, "b": "%s"}) == [(1, "%s", 1)]
    assert asked("SELECT %(a)s, %(b)s, %(a)s", {"a": 2, "b": ""}) == [(2, "", 2)]


def test_several_rows_at_once_are_taken_as_well() -> None:
    asked("CREATE TEMPORARY TABLE few (number integer)")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO few VALUES (%s)", [(1,), (2,)])
    assert asked("SELECT number FROM few WHERE number > %s", [1]) == [(2,)]
    asked("DROP TABLE few")


def test_long_texts_are_not_kept() -> None:
    before = base._translated.cache_info().currsize
    asked(f"SELECT %s, '{'x' * base.LONGEST}'", [1])
    assert base._translated.cache_info().currsize == before
