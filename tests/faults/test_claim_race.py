"""Eight processes, one queue: every edit is claimed exactly once, on either database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.faults.postgres import postgres
from tests.faults.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

type Where = dict[str, str]

PROCESSES = 8
# Half of the edits are ours, half a provider's; two members, two projects.
SEED = """
import django, sys
django.setup()
from django.db.models.functions import Now
from editor.models import Activity, Edit
from tests.making import make_edit_row, make_project, make_rows, make_user
from tests.pipeline.paid_engine import make_provider
Edit.objects.all().delete()
provider = make_provider(concurrency=30000)
for name in ("one", "two"):
    user = make_user(f"{name}-{provider.pk}")
    project = make_project(user)
    (picture,) = make_rows(project, user, 1)
    for number in range(int(sys.argv[1]) // 2):
        paid = {"provider": provider} if number % 2 else {}
        make_edit_row(project, user, picture, next_run_at=Now(), **paid)
"""
CLAIMER = """
import django, sys
django.setup()
from editor.pipeline.claim import claim
while holds := claim(owner=sys.argv[1], limit=3, calls=3, lease_seconds=600):
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
FENCES = """
import django
django.setup()
from editor.models import Activity, Edit
print(*Edit.objects.values_list("fence", flat=True), sep="\\n")
assert Activity.objects.filter(kind="edit.claimed").count() >= Edit.objects.count()
"""


def start(program: str, where: Where, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=where, stdout=subprocess.PIPE
    )


def numbers(process: subprocess.Popen[bytes]) -> list[int]:
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return [int(line) for line in out.split()]


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """An empty database of each kind, for programs of their own."""
    base = os.environ | {
        "DJANGO_SETTINGS_MODULE": "project.settings.test",
        "PENTIMENTO_DATA": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    if request.param == "sqlite":
        found = base | {"DATABASE_URL": f"sqlite:///{tmp_path}/race.sqlite3"}
        migrate(found)
        yield found
        return
    with postgres() as server:
        migrate(base | server)
        yield base | server


def migrate(where: Where) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=where, check=True)


def race(program: str, count: int, where: Where) -> Counter[int]:
    numbers(start(SEED, where, str(count)))
    racers = [start(program, where, f"racer-{number}") for number in range(PROCESSES)]
    claims: Counter[int] = Counter()
    for racer in racers:
        claims.update(numbers(racer))
    return claims


def assert_each_once(count: int, where: Where) -> None:
    claims = race(CLAIMER, count, where)
    assert len(claims) == count
    assert set(claims.values()) == {1}
    assert set(numbers(start(FENCES, where))) == {1}


def test_every_edit_is_claimed_once(where: Where) -> None:
    assert_each_once(120, where)


@pytest.mark.faults
def test_every_edit_is_claimed_once_in_full(where: Where) -> None:
    for _turn in range(10):
        assert_each_once(500, where)


@pytest.mark.faults
def test_the_control_shows_duplicates(where: Where) -> None:
    assert max(race(NAIVE_CLAIMER, 500, where).values()) > 1
