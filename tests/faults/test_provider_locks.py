"""A provider that several use at once: its budget is never passed, and nobody waits in a circle."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.faults.processes import ROOT
from tests.faults.test_claim_race import where

if TYPE_CHECKING:
    from tests.faults.migrated import Where

__all__ = ["where"]

ROOM = 3
SEED = f"""
import django
django.setup()
from django.db.models.functions import Now
from tests.making import *
shared = make_provider_row(budget_micros={ROOM} * 100 + 99)
for name in ("one", "two"):
    user = make_user(name)
    project = make_project(user, name)
    (picture,) = make_rows(project, user, 1)
    own = make_provider_row(project, concurrency=32)
    make_priced_row(picture, user, own, 100, next_run_at=Now())
"""
# Members of many projects click at the same moment.
SPENDER = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connections, transaction
from editor.models import Provider
from editor.pipeline import ledger
from editor.services import budgets
from tests.making import *
user, shared, projects = make_user("many"), Provider.objects.get(project=None), 16
pictures = [make_rows(make_project(user, f"p{n}"), user, 1)[0] for n in range(projects)]
edits = [make_priced_row(picture, user, shared, 100) for picture in pictures]
barrier = Barrier(projects)
def click(edit):
    barrier.wait()
    try:
        with transaction.atomic():
            ledger.reserve(edit)
    except budgets.OverBudget:
        return 0
    finally:
        connections.close_all()
    return 1
with ThreadPoolExecutor(projects) as threads:
    print(sum(threads.map(click, edits)))
"""
CLAIMER = """
import django
django.setup()
from django.db.models.functions import Now
from editor.models import Edit
from editor.pipeline.claim import claim
for _ in range(150):
    claim(owner="one", limit=0, calls=9, lease_seconds=600)
    Edit.objects.update(state="queued", lease_owner="", lease_until=None, next_run_at=Now())
"""
SWITCHER = """
import django
django.setup()
from editor.access import fetch
from editor.models import Provider
from editor.services import providers
row = Provider.objects.get(project__name="one")
room = fetch.provider_room(row.project.created_by, row.project.slug)
for number in range(150):
    providers.switch(room=room, provider=row, on=number % 2 == 1)
"""


def start(program: str, where: Where) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=where, stdout=subprocess.PIPE
    )


def numbers(process: subprocess.Popen[bytes]) -> list[int]:
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return [int(line) for line in out.split()]


def test_projects_share_a_budget_and_never_pass_it(where: Where) -> None:
    numbers(start(SEED, where))
    assert numbers(start(SPENDER, where)) == [ROOM]


def test_claiming_and_changing_a_provider_never_wait_for_each_other(where: Where) -> None:
    """A deadlock would end one of them with an error."""
    numbers(start(SEED, where))
    both = [start(CLAIMER, where), start(SWITCHER, where)]
    assert [numbers(process) for process in both] == [[], []]
