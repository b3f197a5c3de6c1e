"""Rows written by statements that are mostly built before are as Django would have written them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connections
from django.db.models import BooleanField, Value
from django.db.models.functions import Now
from django.utils import timezone

from editor.models import Activity, Attempt, Edit, Execution, LedgerEntry, Picture, PictureKind
from editor.models.written import NOW, insert_each, insert_values, write_values
from tests.making import make_edit_row, make_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, EACH = 4, 10


def picture_rows(people: People, count: int) -> list[Any]:
    return [
        Picture(
            project=people.project,
            kind=PictureKind.ORIGINAL,
            name="x",
            width=1,
            height=1,
            size_bytes=1,
            folder=f"c/{number}",
            sha256=f"new {number}",
        )
        for number in range(count)
    ]


def make_attempt(edit: Edit, number: int) -> Attempt:
    return Attempt.objects.create(edit=edit, number=number, fence=1, intent_at=timezone.now())


def test_a_new_row_is_as_it_is_otherwise(people: People) -> None:
    pictures = [
        Picture(
            project=people.project,
            kind=PictureKind.ORIGINAL,
            name="é \\ % ☐ 'x'.jpg",
            created_by=people.olga,
            notices=["unread", {"of": [1, None]}],
            width=30,
            height=20,
            sha256=str(number) * 64,
            size_bytes=9,
            folder=f"a/{number}",
        )
        for number in range(2)
    ]
    ours, usual = pictures
    insert_each([ours])
    Picture.objects.bulk_create([usual])
    names = [field.attname for field in Picture._meta.concrete_fields]
    apart = {"id", "public_id", "sha256", "folder", "created_at"}
    for read in (lambda row: row, lambda row: Picture.objects.get(pk=row.pk)):
        one, other = read(ours), read(usual)
        assert {name: getattr(one, name) for name in names if name not in apart} == {
            name: getattr(other, name) for name in names if name not in apart
        }
    assert ours.pixels == 600
    assert ours.created_at == Picture.objects.get(pk=ours.pk).created_at
    assert not ours._state.adding


def test_new_rows_know_whose_they_are_though_these_were_written_later(
    people: People, django_assert_num_queries: Callable[..., object]
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edits = [make_edit_row(people.project, people.olga, picture) for _ in range(2)]
    Edit.objects.all().delete()
    for edit in edits:
        edit.pk = None
    attempts = [Attempt(edit=edit, number=1, fence=1, intent_at=Now()) for edit in edits]
    notes = [Activity(project=people.project, edit=edit, kind="edit.queued") for edit in edits]
    with django_assert_num_queries(3):  # type: ignore[attr-defined]
        insert_each(edits)
        insert_each(attempts)
        insert_each(notes)
        assert [one.edit for one in attempts] == edits
    assert [one.edit_id for one in attempts] == [edit.pk for edit in edits]
    stored = Attempt.objects.order_by("pk")
    assert [(one.pk, one.edit_id) for one in stored] == [(one.pk, one.edit_id) for one in attempts]
    assert all(abs((timezone.now() - one.intent_at).total_seconds()) < 60 for one in stored)
    told = Activity.objects.filter(kind="edit.queued").order_by("pk")
    assert [one.edit_id for one in told] == [edit.pk for edit in edits]


def test_no_rows_are_no_query(
    people: People, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        insert_each([])


def test_rows_that_may_not_be_are_refused_whole(people: People) -> None:
    (there,) = make_rows(people.project, people.olga, 1)
    make = {"project": people.project, "kind": PictureKind.ORIGINAL, "name": "x"}
    size = {"width": 1, "height": 1, "size_bytes": 1, "folder": "b/1"}
    new = [Picture(**make, **size, sha256="new"), Picture(**make, **size, sha256=there.sha256)]
    with pytest.raises(IntegrityError):
        insert_each(new)
    assert list(Picture.objects.all()) == [there]


def test_an_expression_is_built_once_and_means_the_same(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edits = [make_edit_row(people.project, people.olga, picture) for _ in range(2)]
    Edit.objects.all().delete()
    later = NOW + timedelta(minutes=1)
    for edit in edits:
        edit.pk, edit.started_at, edit.lease_until = None, NOW, later
    insert_each(edits[:1])
    insert_each(edits[1:])
    for stored in Edit.objects.all():
        assert stored.started_at
        assert stored.lease_until
        assert abs((timezone.now() - stored.started_at).total_seconds()) < 60
        assert 59 < (stored.lease_until - stored.started_at).total_seconds() < 61


def test_expressions_that_are_equal_are_not_taken_for_each_other(people: People) -> None:
    first, second = picture_rows(people, 2)
    first.has_gps = Value(True, output_field=BooleanField())
    second.has_gps = Value(False, output_field=BooleanField())
    first.number, second.number = Value(1), Value(2)
    insert_each([first, second])
    stored = Picture.objects.order_by("pk").values_list("has_gps", "number")
    assert list(stored) == [(True, 1), (False, 2)]


def test_a_word_of_a_choice_is_written_as_a_text(people: People) -> None:
    (row,) = picture_rows(people, 1)
    insert_each([row])
    stored = Picture.objects.get(pk=row.pk)
    assert type(stored.kind) is str
    assert stored.kind == PictureKind.ORIGINAL


def test_values_without_a_model_are_the_same_row(
    people: People, django_assert_num_queries: Callable[..., object]
) -> None:
    project, olga = people.project, people.olga
    Activity.objects.create(project=project, actor=olga, kind="a", detail={"is": ["é", None]})
    Activity.objects.create(project=project, kind="b")
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        insert_values(
            Activity,
            [
                {
                    "project_id": project.pk,
                    "actor_id": olga.pk,
                    "kind": "a",
                    "detail": {"is": ["é", None]},
                },
                {"project_id": project.pk, "kind": "b"},
            ],
        )
    names = ("project", "actor", "edit", "picture", "kind", "detail")
    written = Activity.objects.filter(kind__in="ab").order_by("pk")
    rows = list(written.values_list(*names))
    assert rows[2:] == rows[:2]
    assert all(timezone.now() - row.at < timedelta(minutes=1) for row in written)


def test_defaults_are_not_shared_between_rows(people: People) -> None:
    values = {"project_id": people.project.pk, "kind": "reserve", "micros": 7}
    insert_values(LedgerEntry, [values, values | {"basis": "usage"}])
    one, other = LedgerEntry.objects.order_by("pk")
    assert (one.basis, one.model, one.micros, one.edit_id) == ("free", "", 7, None)
    assert (other.basis, other.model, other.micros, other.edit_id) == ("usage", "", 7, None)


def test_what_is_no_column_is_refused(people: People) -> None:
    with pytest.raises(TypeError, match="project"):
        insert_values(Activity, [{"project": people.project, "kind": "a"}])
    assert not Activity.objects.filter(kind="a").exists()


def test_values_of_one_row_are_written(
    people: People, django_assert_num_queries: Callable[..., object]
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.olga, picture)
    mine, other = (make_attempt(edit, number) for number in (1, 2))
    values = {
        "answer_head": {"é": [1, None, "%s"]},
        "execution": Execution.YES,
        "finished_at": NOW,
        "http_status": None,
        "host": "50 %s",
    }
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        write_values(Attempt, mine.pk, values)
    stored = Attempt.objects.get(pk=mine.pk)
    assert (stored.answer_head, stored.execution) == ({"é": [1, None, "%s"]}, "yes")
    assert (stored.http_status, stored.host, stored.number) == (None, "50 %s", 1)
    assert stored.finished_at
    assert timezone.now() - stored.finished_at < timedelta(minutes=1)
    assert Attempt.objects.get(pk=other.pk).finished_at is None


def test_threads_that_write_at_once_write_their_own(people: People) -> None:
    def run(number: int) -> None:
        try:
            for at in range(EACH):
                values = {"project_id": people.project.pk, "kind": f"{number}.{at}"}
                insert_values(Activity, [values])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(run, range(THREADS)))
    kinds = sorted(Activity.objects.filter(detail={}, actor=None).values_list("kind", flat=True))
    assert kinds == sorted(f"{number}.{at}" for number in range(THREADS) for at in range(EACH))
