from __future__ import annotations

import asyncio

import pytest
from django.db import DatabaseError, Error, IntegrityError, InterfaceError, OperationalError

from editor.models import User
from editor.pipeline.database import DatabaseThread
from editor.pipeline.owners import new_owner
from tests.making import make_user

pytestmark = pytest.mark.django_db(transaction=True)


class Flaky:
    """Fails as often as told, like a database that somebody locked, then counts accounts."""

    def __init__(self, failures: int, error: type[Error] = OperationalError) -> None:
        self.left = failures
        self.error = error

    def __call__(self) -> int:
        found = User.objects.count()  # opens the thread's connection, which the failure closes
        if self.left:
            self.left -= 1
            raise self.error("database is locked")
        return found


async def ask(flaky: Flaky, tries: int) -> int:
    database = DatabaseThread(tries=tries, wait_seconds=0)
    try:
        return int(await database(flaky))
    finally:
        await database.close()


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_lock_is_waited_for(failures: int) -> None:
    make_user()
    assert asyncio.run(ask(Flaky(failures), tries=3)) == 1


def test_after_the_last_try_it_is_said() -> None:
    with pytest.raises(DatabaseError, match="locked"):
        asyncio.run(ask(Flaky(3), tries=3))


def test_a_lost_connection_is_replaced() -> None:
    assert asyncio.run(ask(Flaky(1, InterfaceError), tries=3)) == 0


def test_what_no_other_try_can_mend_is_said_at_once() -> None:
    flaky = Flaky(2, IntegrityError)
    with pytest.raises(IntegrityError):
        asyncio.run(ask(flaky, tries=3))
    assert flaky.left == 1


def test_no_two_workers_have_one_name() -> None:
    assert len({new_owner() for _number in range(100)}) == 100
