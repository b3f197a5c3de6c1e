"""Eight processes, one queue: every edit is claimed exactly once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest
from django.db.models.functions import Now

from editor.models import Edit
from tests.faults.processes import ROOT, environment
from tests.making import make_edit_row, make_project, make_rows, make_user

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES = 8
CLAIMER = """
import django, sys
django.setup()
from editor.pipeline.claim import claim
while holds := claim(owner=sys.argv[1], limit=3, lease_seconds=600):
    print(*(hold.edit_id for hold in holds), sep="\\n")
"""
# What everybody writes first: look, then take. The control: this test must notice.
NAIVE_CLAIMER = """
import django, sys
django.setup()
from django.db.models.functions import Now
from editor.models import Edit
while due := list(Edit.objects.filter(state="queued", next_run_at__lte=Now()).order_by("pk")[:3]):
    for edit in due:
        Edit.objects.filter(pk=edit.pk).update(state="claimed", lease_owner=sys.argv[1])
        print(edit.pk)
"""


def race(program: str, count: int) -> Counter[int]:
    user = make_user("olga")
    project = make_project(user)
    (picture,) = make_rows(project, user, 1)
    for _number in range(count):
        make_edit_row(project, user, picture, next_run_at=Now())
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", program, f"racer-{number}"],
            cwd=ROOT,
            env=environment() | {"PYTHONPATH": os.fspath(ROOT)},
            stdout=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    claims: Counter[int] = Counter()
    for racer in racers:
        out, _ = racer.communicate(timeout=120)
        assert racer.returncode == 0
        claims.update(int(line) for line in out.split())
    return claims


def assert_each_once(count: int) -> None:
    claims = race(CLAIMER, count)
    assert len(claims) == count
    assert set(claims.values()) == {1}
    assert set(Edit.objects.values_list("fence", flat=True)) == {1}


def test_every_edit_is_claimed_once() -> None:
    assert_each_once(120)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(10))
def test_every_edit_is_claimed_once_in_full(turn: int) -> None:
    assert_each_once(500)


@pytest.mark.faults
def test_the_control_shows_duplicates() -> None:
    assert max(race(NAIVE_CLAIMER, 500).values()) > 1
