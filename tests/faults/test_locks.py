"""Somebody holds the database's only write lock: nothing fails, and what was paid for is kept."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from editor.models import Edit
from tests.faults import paying, real_client
from tests.faults.processes import until, worker
from tests.faults.test_kills import rests
from tests.faults.test_paid_kills import Ending, ending
from tests.making import make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

# Long enough to meet the edit on its way to and from the service.
DELAY_SECONDS = 0.5


@contextmanager
def lock() -> Iterator[None]:
    """Hold the write lock, as a long backup or a stuck program would."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


def hold_for(seconds: float) -> None:
    with lock():
        threading.Event().wait(seconds)


@contextmanager
def meanwhile(seconds: float) -> Iterator[None]:
    """Hold the lock while this process does something."""
    locked = threading.Event()

    def hold() -> None:
        with lock():
            locked.set()
            threading.Event().wait(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    yield
    thread.join()


def submit_through(seconds: float, fake: Fake) -> Edit:
    user = make_user("olga")
    picture = paying.new_picture(make_project(user), user)
    provider = paying.add_provider(fake.base_url)
    with meanwhile(seconds):
        return paying.queue(provider, picture, user, "k")


def run_with_locks(seconds: float, fake: Fake) -> None:
    """Submit, claim, heartbeats while it waits, and the finish: each meets a lock."""
    fake.script(delay=DELAY_SECONDS)
    edit = submit_through(seconds, fake)
    with lock(), worker(engines=real_client.REGISTRY):
        threading.Event().wait(seconds)  # nobody can claim
    with worker(engines=real_client.REGISTRY):
        until(fake.executions, "the request arrives")
        hold_for(DELAY_SECONDS + seconds)  # no heartbeat is written, and no answer taken
        until(lambda: Edit.objects.filter(state="received") or rests([edit]), "it is received")
        hold_for(seconds)
        until(lambda: rests([edit]), "the edit rests")
    edit.refresh_from_db()
    assert ending(edit, fake) == Ending("succeeded", 1, 1)
    assert paying.breaches(fake) == []


def test_an_edit_outlasts_locks(fake: Fake) -> None:
    run_with_locks(1.0, fake)


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [1.0, 10.0])
def test_an_edit_outlasts_locks_in_full(seconds: float, fake: Fake) -> None:
    run_with_locks(seconds, fake)


@pytest.mark.faults
def test_an_answer_outlasts_a_very_long_lock(fake: Fake) -> None:
    fake.script(delay=DELAY_SECONDS)
    edit = submit_through(0, fake)
    with worker(engines=real_client.REGISTRY):
        until(fake.executions, "the request arrives")
        hold_for(40)
        until(lambda: rests([edit]), "the edit rests")
    edit.refresh_from_db()
    assert ending(edit, fake) == Ending("succeeded", 1, 1)
    assert paying.breaches(fake) == []
