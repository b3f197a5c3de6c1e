"""Commits for which nobody waits for the disk, and those after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from editor.models import Project
from editor.services.hasty import hasty
from tests.making import make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)
FULL, NORMAL = 2, 1


def how() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def _as_in_production() -> Iterator[None]:
    before = how()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={FULL}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={before}")


def test_errors_are_djangos() -> None:
    """Those who try again what may be tried know no others."""
    connection.connection.close()
    try:
        with pytest.raises(DatabaseError), hasty():
            pass
    finally:
        connection.close()


def test_the_disk_is_waited_for_again_afterwards() -> None:
    project = make_project(make_user())
    with hasty():
        assert how() == NORMAL
        Project.objects.filter(pk=project.pk).update(name="Yard")
    assert how() == FULL
    project.refresh_from_db()
    assert project.name == "Yard"


def test_after_a_failure_as_well() -> None:
    with pytest.raises(ZeroDivisionError), hasty():
        raise ZeroDivisionError
    assert how() == FULL


def test_amid_a_transaction_nothing_changes() -> None:
    with transaction.atomic(), hasty():
        assert how() == FULL
    assert how() == FULL
