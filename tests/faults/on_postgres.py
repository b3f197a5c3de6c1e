"""Kills, sleepers and lost connections on PostgreSQL; test_on_postgres.py starts it and runs this.

A connection is lost in three ways: while nothing is written, amid a transaction, and when it was
committed already and nobody could be told.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections, transaction

from editor.management.checkup import CHECKS
from editor.models import Edit, State
from editor.pipeline.claim import claim
from editor.pipeline.database import DatabaseThread
from editor.services.hasty import hasty
from tests.faults import paying, real_client
from tests.faults.processes import nursery, until
from tests.faults.test_kills import rests
from tests.faults.test_paid_kills import (
    POINTS,
    WEB_POINTS,
    Ending,
    assert_only_the_painted_changed,
    ending,
    kill_at_every_point,
)
from tests.faults.test_zombies import FULL, sleep_through
from tests.making import make_api_key, make_project, make_user
from tests.pipeline.paid_engine import ESTIMATE, PaidEngine, queue_paid
from tests.pipeline.parcels import begin, make_agreed, make_parcel, request_of
from tests.pipeline.test_carrier import carrying
from tests.services import test_prepared, test_rate_limits, test_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from editor.pipeline.carrier import Carrier
    from editor.pipeline.carry import Parcel
    from tests.conftest import People
    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

SOME_KILLS = ("K2 before the reply", "K4 sending", "K9 half_answered", "K13 stored")
SOME_SLEEPERS = ("headed", "stored")
# What those wait for who write in a worker: its loop and its heartbeat.
IDLE, LOCKED, IN_DOUBT = ("Client", "%"), ("Lock", "%"), ("IPC", "SyncRep")
WRITERS = 2
LEASE_SECONDS = 5
DONE = Ending("succeeded", 1, 1)
LOST = {
    "idle": dict.fromkeys(("claimed", "sending", "connected", "awaiting", "headed"), DONE)
    | dict.fromkeys(("spooled", "received", "stored"), DONE),
    "amid": dict.fromkeys(("claimed", "sending", "spooled", "stored"), DONE),
    "in doubt": dict.fromkeys(("claimed", "sending", "spooled", "stored"), DONE),
}


def waiting(what: tuple[str, str]) -> list[int]:
    """The server's processes for other connections to this database that wait for something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND wait_event_type LIKE %s AND wait_event LIKE %s",
            what,
        )
        return [pid for (pid,) in cursor.fetchall()]


def end_connections(what: tuple[str, str]) -> None:
    execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", waiting(what))


def execute(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@contextmanager
def locked(edit: Edit) -> Iterator[None]:
    """Hold the row of an edit, so that whoever moves it waits with its transaction half done."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM editor_edit WHERE id = %s FOR UPDATE", [edit.pk])
        yield
        cursor.execute("ROLLBACK")
    other.close()


@contextmanager
def nobody_confirms() -> Iterator[None]:
    """Let every commit be done, and its writer wait for a second server that does not exist."""
    execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        execute("ALTER SYSTEM RESET synchronous_standby_names")
        execute("SELECT pg_reload_conf()")


def lose_idle(_edit: Edit, wake: Callable[[], None]) -> None:
    assert waiting(IDLE)
    end_connections(IDLE)
    wake()


def lose_amid(edit: Edit, wake: Callable[[], None]) -> None:
    with locked(edit):
        wake()
        until(lambda: len(waiting(LOCKED)) >= WRITERS, "both write")
        end_connections(LOCKED)


def lose_in_doubt(edit: Edit, wake: Callable[[], None]) -> None:
    mine = Edit.objects.filter(pk=edit.pk, state=Edit.objects.get(pk=edit.pk).state)

    def is_written() -> bool:
        end_connections(IN_DOUBT)
        return not mine.exists()

    with nobody_confirms():
        wake()
        until(is_written, "the edit has moved, and its worker was not told")


LOSSES = {"idle": lose_idle, "amid": lose_amid, "in doubt": lose_in_doubt}


def lose_at(how: str, point: str, fake: Fake, folder: Path) -> None:
    user = make_user("olga")
    provider = paying.add_provider(fake.base_url)
    picture = paying.new_picture(make_project(user), user)
    edit = paying.queue(provider, picture, user, point)
    with nursery() as workers:
        sleeper = workers.sleep_at(point, engines=real_client.REGISTRY, lease=LEASE_SECONDS)
        LOSSES[how](edit, sleeper.wake)
        until(lambda: rests([edit]), "the edit rests")
        sleeper.stop()
    edit.refresh_from_db()
    assert ending(edit, fake) == LOST[how][point]
    if edit.state == "succeeded":
        assert_only_the_painted_changed(edit, folder)
    assert paying.breaches(fake) == []


@pytest.mark.parametrize(("how", "point"), [("idle", "headed"), ("amid", "spooled")])
def test_a_lost_connection_loses_nothing(how: str, point: str, fake: Fake, tmp_path: Path) -> None:
    lose_at(how, point, fake, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize(("how", "point"), [(how, point) for how in LOST for point in LOST[how]])
def test_a_lost_connection_loses_nothing_in_full(
    how: str, point: str, fake: Fake, tmp_path: Path
) -> None:
    lose_at(how, point, fake, tmp_path)


def test_whoever_idles_amid_a_transaction_loses_its_locks_and_tries_again() -> None:
    """A process that was stopped there would keep them from everybody."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
    tries = 0

    def write() -> str:
        nonlocal tries
        tries += 1
        with transaction.atomic(), connection.cursor() as cursor:
            if tries == 1:
                cursor.execute("SET idle_in_transaction_session_timeout = '50ms'")
                threading.Event().wait(0.5)
            cursor.execute("SELECT 'written'")
            return str(cursor.fetchone()[0])

    async def main() -> str:
        database = DatabaseThread()
        try:
            return str(await database(write))
        finally:
            await database.close()

    assert (asyncio.run(main()), tries) == ("written", 2)


def test_some_kills(fake: Fake, tmp_path: Path) -> None:
    every = POINTS | WEB_POINTS
    kill_at_every_point(fake, tmp_path, {point: every[point] for point in SOME_KILLS})


@pytest.mark.faults
def test_every_kill(fake: Fake, tmp_path: Path) -> None:
    kill_at_every_point(fake, tmp_path)


def test_some_sleepers(fake: Fake, tmp_path: Path) -> None:
    sleep_through({point: FULL[point] for point in SOME_SLEEPERS}, fake, tmp_path)


@pytest.mark.faults
def test_every_sleeper(fake: Fake, tmp_path: Path) -> None:
    sleep_through(FULL, fake, tmp_path)


def test_two_processes_let_in_no_more_than_a_keys_limit() -> None:
    test_rate_limits.assert_exact()


@pytest.mark.parametrize(
    "same",
    [
        test_prepared.test_it_finds_what_the_blanks_are_filled_with,
        test_prepared.test_every_field_is_what_it_is_otherwise,
        test_prepared.test_what_is_written_is_what_the_blanks_mean,
        test_prepared.test_texts_that_are_known_are_part_of_the_query,
        test_written.test_a_new_row_is_as_it_is_otherwise,
        test_written.test_an_expression_is_built_once_and_means_the_same,
        test_written.test_expressions_that_are_equal_are_not_taken_for_each_other,
        test_written.test_defaults_are_not_shared_between_rows,
    ],
    ids=lambda test: test.__name__,
)
def test_what_is_built_once_means_the_same(same: Callable[[People], None], people: People) -> None:
    same(people)


def test_a_hasty_commit_leaves_the_others_as_they_were() -> None:
    def how() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    before = how()
    with hasty():
        assert how() == "off"
    assert how() == before != "off"


def test_answers_of_old_rows_are_finished() -> None:
    """Of a row without a choice PostgreSQL knows neither that it has time nor that it has none."""
    owner = make_user()
    edit = queue_paid(PaidEngine(), make_project(owner), owner)
    Edit.objects.update(state=State.RECEIVED, fence=1, focus={"box": edit.focus["box"]})
    (hold,) = claim(owner="a", limit=1, calls=1, patient=0, lease_seconds=30)
    assert hold.edit_id == edit.pk


def test_carried_calls_are_begun_together() -> None:
    """Rows are locked there: two processes that begin for the same two projects, and one budget."""
    owner = make_user()
    engine = PaidEngine(forwards=True)
    rows = [make_project(owner, name) for name in ("Garden", "Yard")]
    providers = [make_agreed(row, owner) for row in rows]
    key, _token = make_api_key(rows[0], owner, budget_micros=5 * ESTIMATE)
    bundles = [
        [
            make_parcel(rows[at], owner, engine, providers[at], api_key=None if at else key)
            for at in order
        ]
        for order in [(0, 1, 0, 1), (1, 0, 1, 0)] * 4
    ]

    def run(bundle: list[Parcel]) -> int:
        try:
            return sum(one is not None for one in begin(*bundle))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bundles)) as threads:
        begun = sum(threads.map(run, bundles))
    assert begun == 5 + 16
    assert Edit.objects.filter(project=rows[0]).count() == 5
    assert Edit.objects.filter(project=rows[1]).count() == 16
    assert [line for check in CHECKS.values() for line in check()] == []


def test_carried_calls_are_received_together() -> None:
    owner = make_user()
    engine = PaidEngine(forwards=True)
    rows = [make_project(owner, name) for name in ("Garden", "Yard")]
    parcels = [make_parcel(row, owner, engine, make_agreed(row, owner)) for row in rows]
    requests = [request_of(parcel) for parcel in parcels]

    async def script(carrier: Carrier) -> list[bool]:
        found = await asyncio.gather(*map(carrier.carry, parcels, requests))
        return [one is not None and one.answered for one in found]

    assert carrying(engine, script) == [True, True]
    assert set(Edit.objects.values_list("state", flat=True)) == {State.RECEIVED}
