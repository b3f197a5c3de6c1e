"""The first account, when two come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from editor.models import Project, User
from editor.services import setup
from tests.making import PASSWORD

RACERS = 4


@pytest.mark.django_db(transaction=True)
def test_of_several_that_come_at_once_one_is_the_administrator() -> None:
    """SQLite's transactions wait for each other by themselves; PostgreSQL's must be made to."""
    barrier = Barrier(RACERS)

    def come(number: int) -> bool:
        barrier.wait(10)
        try:
            setup.create_administrator(email=f"first{number}@example.test", password=PASSWORD)
        except setup.AlreadySetUp:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        assert sorted(pool.map(come, range(RACERS))) == [False] * (RACERS - 1) + [True]
    assert (User.objects.count(), Project.objects.count()) == (1, 1)
