"""Queries that are built once say the same as those that are built each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Count, F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import (
    Edit,
    Membership,
    Picture,
    PictureKind,
    Project,
    State,
)
from editor.models.prepared import (
    ANY_KEY,
    ANY_KEYS,
    ANY_TEXT,
    OTHER_KEY,
    Prepared,
    PreparedUpdate,
    executed,
    in_places,
)
from tests.making import make_edit_row, make_project, make_row, make_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, EACH = 8, 25


def test_it_finds_what_the_blanks_are_filled_with(people: People) -> None:
    other = make_project(people.olga, "Yard")
    rows = [*make_rows(people.project, people.olga, 3), *make_rows(other, people.olga, 2)]
    asked = Prepared(Picture.objects.filter(project=ANY_KEY, sha256=ANY_TEXT))
    for row in rows:
        assert asked({ANY_KEY: row.project_id, ANY_TEXT: row.sha256}) == [row]
    assert asked({ANY_KEY: other.pk, ANY_TEXT: rows[0].sha256}) == []
    assert asked({ANY_KEY: 0, ANY_TEXT: ""}) == []


def test_every_field_is_what_it_is_otherwise(people: People) -> None:
    row = make_row(people.project, people.olga, "é \\ % ☐.jpg", notices=["unread"])
    (found,) = Prepared(Picture.objects.filter(pk=ANY_KEY))({ANY_KEY: row.pk})
    usual = Picture.objects.get(pk=row.pk)
    names = [field.attname for field in Picture._meta.concrete_fields]
    assert {name: getattr(found, name) for name in names} == {
        name: getattr(usual, name) for name in names
    }
    assert not found._state.adding
    assert found._state.db == "default"


def test_several_blanks_of_a_kind_are_told_apart(people: People) -> None:
    asked = Prepared(Membership.objects.filter(user=ANY_KEY, project=OTHER_KEY))
    (found,) = asked({ANY_KEY: people.emil.pk, OTHER_KEY: people.project.pk})
    assert found.user == people.emil
    assert asked({ANY_KEY: people.sam.pk, OTHER_KEY: people.project.pk}) == []


def test_what_is_joined_is_there_without_another_query(
    people: People, django_assert_num_queries: Callable[..., object]
) -> None:
    asked = Prepared(Membership.objects.select_related("project", "user").filter(user=ANY_KEY))
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        (found,) = asked({ANY_KEY: people.rita.pk})
        assert (found.project, found.user.name) == (people.project, "Rita")
    assert found.project is not people.project


def test_columns_counts_and_limits_are_those_of_the_query(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    for state in (State.QUEUED, State.QUEUED, State.UNKNOWN):
        make_edit_row(people.project, people.olga, picture, state=state)
    query = Edit.objects.filter(project=ANY_KEY)
    counts = Prepared(query.order_by().values_list("state").annotate(n=Count("pk")))
    assert dict(counts({ANY_KEY: people.project.pk})) == {State.QUEUED: 2, State.UNKNOWN: 1}
    newest = Prepared(query.order_by("-pk").values_list("pk", flat=True)[:2])
    every = list(Edit.objects.order_by("-pk").values_list("pk", flat=True))
    assert newest({ANY_KEY: people.project.pk}) == every[:2]
    assert newest({ANY_KEY: 0}) == []


def test_what_changes_is_seen_and_what_was_read_stays_apart(people: People) -> None:
    asked = Prepared(Project.objects.filter(pk=ANY_KEY))
    (first,) = asked({ANY_KEY: people.project.pk})
    first.name = "Only here"
    Project.objects.update(name="Park")
    assert [row.name for row in asked({ANY_KEY: people.project.pk})] == ["Park"]


def test_constants_are_no_blanks(people: People) -> None:
    make_rows(people.project, people.olga, 2)
    originals = Picture.objects.filter(kind=PictureKind.ORIGINAL, project=ANY_KEY)
    assert len(Prepared(originals)({ANY_KEY: people.project.pk})) == 2
    results = Picture.objects.filter(kind=PictureKind.WHOLE, project=ANY_KEY)
    assert Prepared(results)({ANY_KEY: people.project.pk, "original": "whole"}) == []


def test_texts_that_are_known_are_part_of_the_query(people: People) -> None:
    (row,) = make_rows(people.project, people.olga, 1)
    Picture.objects.update(name="50 %s 'o''clock' %%")
    named = Picture.objects.filter(name="50 %s 'o''clock' %%", project=ANY_KEY)
    assert Prepared(named)({ANY_KEY: people.project.pk}) == [row]
    assert Prepared(named.exclude(folder=ANY_TEXT))({ANY_KEY: people.project.pk, ANY_TEXT: ""}) == [
        row
    ]
    assert Prepared(named.filter(sha256="other"))({ANY_KEY: people.project.pk}) == []


def test_other_kinds_of_rows_are_not_known() -> None:
    with pytest.raises(KeyError):
        Prepared(Picture.objects.values("pk"))


def test_a_row_that_is_as_it_was_is_made_once(people: People) -> None:
    asked = Prepared(Project.objects.filter(pk=ANY_KEY), kept=4)
    (first,) = asked({ANY_KEY: people.project.pk})
    assert asked({ANY_KEY: people.project.pk})[0] is first
    Project.objects.update(name="Park")
    (changed,) = asked({ANY_KEY: people.project.pk})
    assert (first.name, changed.name) == ("Garden", "Park")


def test_errors_are_those_of_django(people: People) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        executed("SELECT nothing FROM nowhere WHERE %s", [1])
    assert executed("SELECT %s", [people.project.pk]) == [(people.project.pk,)]
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic(savepoint=False):
            raise ZeroDivisionError
        with pytest.raises(transaction.TransactionManagementError):
            executed("SELECT 1", [])
        transaction.set_rollback(False)


def test_whoever_looks_on_sees_what_is_asked(people: People) -> None:
    seen: list[str] = []

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    asked = Prepared(Project.objects.filter(pk=ANY_KEY))
    with connection.execute_wrapper(look), CaptureQueriesContext(connection) as logged:
        assert asked({ANY_KEY: people.project.pk}) == [people.project]
    assert asked({ANY_KEY: people.project.pk}) == [people.project]
    assert (len(seen), len(logged)) == (1, 1)


def test_a_connection_is_opened_for_what_is_asked(people: People) -> None:
    connection.close()
    asked = Prepared(Project.objects.filter(pk=ANY_KEY))
    connection.close()
    assert asked({ANY_KEY: people.project.pk}) == [people.project]


def test_threads_that_ask_at_once_are_told_their_own(people: People) -> None:
    rows = make_rows(people.project, people.olga, THREADS)
    asked = Prepared(Picture.objects.select_related("project").filter(pk=ANY_KEY))
    barrier = Barrier(THREADS)

    def run(row: Picture) -> int:
        barrier.wait()
        try:
            return sum(asked({ANY_KEY: row.pk}) == [row] for _ in range(EACH))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(run, rows)) == [EACH] * THREADS


def test_what_is_written_is_what_the_blanks_mean(people: People) -> None:
    rows = make_rows(people.project, people.olga, 3)
    write = PreparedUpdate(
        Picture.objects.filter(pk=ANY_KEY, sha256=ANY_TEXT),
        returning=("name", "trashed_at"),
        name="Another",
        pulse=F("pulse") + 7,
        trashed_at=Now(),
    )
    assert write({ANY_KEY: rows[0].pk, ANY_TEXT: rows[1].sha256}) == []
    ((name, trashed_at),) = write({ANY_KEY: rows[1].pk, ANY_TEXT: rows[1].sha256})
    written = Picture.objects.get(pk=rows[1].pk)
    assert (name, trashed_at) == (written.name, written.trashed_at) == ("Another", trashed_at)
    assert abs((timezone.now() - trashed_at).total_seconds()) < 60
    assert written.pulse == rows[1].pulse + 7
    assert Picture.objects.filter(name="Another").count() == 1


@pytest.mark.parametrize("count", [0, 1, 2, 32, 33, 70])
def test_any_number_of_keys_has_its_places(people: People, count: int) -> None:
    rows = make_rows(people.project, people.olga, 71)
    write = PreparedUpdate(Picture.objects.filter(pk__in=ANY_KEYS), number=F("number") + 1)
    keys = [row.pk for row in rows[:count]]
    written = [pk for some in in_places(keys) for (pk,) in write(some)]
    assert sorted(written) == keys
    numbers = Picture.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [rows[0].number + 1] * count + [rows[0].number] * (71 - count)
