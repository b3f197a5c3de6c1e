"""Eight processes, one queue: every edit is claimed exactly once, on either database."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.faults import migrated
from tests.faults.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.migrated import Where


@pytest.fixture(params=[migrated.sqlite, migrated.postgresql], ids=["sqlite", "postgres"])
def where(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Where]:
    """An empty database of each kind, for programs of their own."""
    with request.param(tmp_path, tmp_path_factory) as found:
        yield found


def race(count: int, where: Where, *flags: str) -> tuple[Counter[int], set[str]]:
    """How often each edit was claimed, and the fences after that."""
    command = [sys.executable, "-m", "tests.faults.claim_racers", str(count), *flags]
    done = subprocess.run(
        command, cwd=ROOT, env=where, stdout=subprocess.PIPE, text=True, timeout=300
    )
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    claims = Counter(int(line) for line in lines if line.isdecimal())
    return claims, {line for line in lines if line.startswith("fence")}


def assert_each_once(count: int, where: Where) -> None:
    claims, fences = race(count, where)
    assert len(claims) == count
    assert set(claims.values()) == {1}
    assert fences == {"fence 1"}


def test_every_edit_is_claimed_once(where: Where) -> None:
    """And what everybody writes first is seen to claim some twice."""
    assert_each_once(500, where)
    claims, _fences = race(500, where, "--naive")
    assert max(claims.values()) > 1


@pytest.mark.faults
def test_every_edit_is_claimed_once_in_full(where: Where) -> None:
    for _turn in range(10):
        assert_each_once(500, where)
