"""Somebody holds the database's only write lock: what was paid for waits, and is kept."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from editor.management.checkup import CHECKS
from tests.faults import paid_upstream
from tests.faults.processes import until, worker
from tests.faults.test_kills import ending, rests
from tests.making import make_project, make_user
from tests.pipeline.paid_engine import PaidEngine, make_provider, queue_paid

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)


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


def run_with_a_lock(moment: str, seconds: float) -> None:
    user = make_user("olga")
    project = make_project(user)
    make_provider()
    edit = queue_paid(PaidEngine(), project, user)
    if moment == "claim":
        with lock(), worker(engines=paid_upstream.REGISTRY):
            threading.Event().wait(seconds)
    with worker(engines=paid_upstream.REGISTRY):
        if moment == "answer":
            until(paid_upstream.charged, "the request arrives")
            hold_for(seconds)
        until(lambda: rests([edit]), "the edit rests")
    edit.refresh_from_db()
    assert ending(edit) == ("succeeded", 1, 1)
    assert [line for check in CHECKS.values() for line in check()] == []


def test_an_answer_outlasts_a_lock() -> None:
    run_with_a_lock("answer", 1.0)


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [1.0, 10.0, 40.0])
@pytest.mark.parametrize("moment", ["claim", "answer"])
def test_an_edit_outlasts_a_lock_in_full(moment: str, seconds: float) -> None:
    run_with_a_lock(moment, seconds)
