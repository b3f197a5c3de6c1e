"""A provider that several use at once: its budget is never passed, and nobody waits in a circle."""

from __future__ import annotations

from tests.faults.test_claim_race import Where, numbers, start, where

__all__ = ["where"]

ROOM = 10
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
# Two of each project ask far more often than there is room.
SPENDER = """
import django, sys
django.setup()
from django.db import transaction
from editor.models import Picture, Provider
from editor.pipeline import ledger
from editor.services import budgets
from tests.making import make_priced_row
picture = Picture.objects.get(project__name=sys.argv[1])
for _ in range(15):
    try:
        with transaction.atomic():
            edit = make_priced_row(picture, picture.created_by, Provider.objects.get(project=None), 100)
            ledger.reserve(edit)
    except budgets.OverBudget:
        continue
    print(1)
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


def test_two_projects_share_a_budget_and_never_pass_it(where: Where) -> None:
    numbers(start(SEED, where))
    spenders = [start(SPENDER, where, name) for name in ("one", "two") * 2]
    assert sum(len(numbers(spender)) for spender in spenders) == ROOM


def test_claiming_and_changing_a_provider_never_wait_for_each_other(where: Where) -> None:
    """A deadlock would end one of them with an error."""
    numbers(start(SEED, where))
    both = [start(CLAIMER, where), start(SWITCHER, where)]
    assert [numbers(process) for process in both] == [[], []]
