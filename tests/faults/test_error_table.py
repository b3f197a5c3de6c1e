"""Every row of the error table, and every cause of it, through a real worker process.

One worker meets all of them at once, on one fake provider; each case is a provider of its own.
Pauses between tries are read, and cut short. The outcomes are then looked at one by one.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from editor.management.checkup import CHECKS
from editor.models import (
    OPEN_STATES,
    Edit,
    LedgerEntry,
    Picture,
    Provider,
    State,
    User,
)
from project import encryption
from tests.faults.error_table import TABLE, Case, Places
from tests.faults.fake import deaf_port, fake_provider, hanging_up_port, refused_port
from tests.faults.paying import KEY, add_provider, queue
from tests.faults.processes import until, worker
from tests.making import make_picture, make_project, make_user
from tests.once import once

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.django_db(transaction=True)

WORKER_MIB = 512
# All at once would need the machine for longer than anybody's patience.
WAVE = 22


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case, in plain values."""

    ending: tuple[str, str, str]  # state, execution of the last attempt, whose turn it is
    code: str
    message: str
    executions: tuple[str, ...]
    reserved: int
    money: dict[str, int]
    received: list[dict[str, Any]]
    results: int
    actual: str
    trouble: str
    wait: float | None


@dataclass(slots=True)
class Outcomes:
    """All of them, from one run."""

    cases: dict[str, Outcome] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    canary: list[dict[str, Any]] = field(default_factory=list)
    downloads: list[dict[str, Any]] = field(default_factory=list)
    afterwards: str = ""
    worker_mib: float = 0


@pytest.fixture
def outcomes(data_dir: Path, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """The run, made by whoever asks first; tests in other processes wait for it and read it."""

    def make(kept: Path) -> None:
        settings.ENCRYPTION_KEYS = encryption.keys("", data_dir)  # the worker looks there
        kept.write_text(json.dumps(asdict(run_all())))

    kept = json.loads(once("error-table.json", make, tmp_path_factory).read_text())
    cases = {name: Outcome(**case) for name, case in kept.pop("cases").items()}
    return Outcomes(cases=cases, **kept)


def run_all() -> Outcomes:
    """Let one worker meet the whole table."""
    kept = Outcomes()
    user = make_user("olga")
    project = make_project(user)
    picture = make_picture(project, user)
    with ExitStack() as stack:
        fake = stack.enter_context(fake_provider())
        places = Places(
            fake,
            refused_port(),
            stack.enter_context(deaf_port()),
            stack.enter_context(hanging_up_port()),
        )
        edits: dict[str, Edit] = {}
        waits: dict[int, float] = {}
        process = stack.enter_context(worker())
        for wave in batched(TABLE, WAVE):
            edits |= meet(wave, places, picture, user, waits)
        kept.worker_mib = peak_mib(process.pid)
        lines = fake.ledger()
        for name, edit in edits.items():
            kept.cases[name] = outcome_of(edit, lines, waits)
        last = meet(TABLE[-1:], places, picture, user, waits)
        kept.afterwards = Edit.objects.get(pk=last[TABLE[-1].name].pk).state
        kept.canary, kept.downloads = fake.ledger("canary"), fake.ledger("download")
    kept.breaches = [line for check in CHECKS.values() for line in check()]
    return kept


def meet(
    wave: Iterable[Case], places: Places, picture: Picture, user: User, waits: dict[int, float]
) -> dict[str, Edit]:
    """Send some at once and wait for them."""
    edits = {case.name: send(case, places, picture, user) for case in wave}
    with suppress(AssertionError):  # one that never rests is found by its own test
        until(lambda: all_rest(edits.values(), waits), "every edit comes to rest")
    return edits


def send(case: Case, places: Places, picture: Picture, user: User) -> Edit:
    """Queue an edit at a provider of its own."""
    provider = add_provider(case.address(places), case.name, timeouts=case.timeouts, concurrency=8)
    streams = {"partial_images": 2} if case.streams else {}
    return queue(
        provider,
        picture,
        user,
        f"{case.name}-{provider.pk}",
        box=(8, 8, 24, 24),
        parameters=case.parameters | streams,
    )


def all_rest(edits: Iterable[Edit], waits: dict[int, float]) -> bool:
    """Cut pauses short, of edits and of providers, and say whether none of these is under way."""
    now = timezone.now()
    for edit in Edit.objects.filter(state=State.RETRY_WAIT, next_run_at__gt=now):
        began = edit.attempts.latest("number").finished_at or now
        waits.setdefault(edit.pk, ((edit.next_run_at or now) - began).total_seconds())
        Edit.objects.filter(pk=edit.pk, state=State.RETRY_WAIT).update(next_run_at=Now())
    resting = Provider.objects.filter(open_until__gt=now + timedelta(seconds=1), trouble="busy")
    resting.update(open_until=Now())
    keys = [edit.pk for edit in edits]
    return not Edit.objects.filter(pk__in=keys, state__in=OPEN_STATES).exists()


def outcome_of(edit: Edit, lines: list[dict[str, Any]], waits: dict[int, float]) -> Outcome:
    edit.refresh_from_db()
    tokens = {str(token) for token in edit.attempts.values_list("client_token", flat=True)}
    rows = LedgerEntry.objects.filter(edit=edit)
    money: dict[str, int] = {}
    for row in rows:
        money[row.kind] = money.get(row.kind, 0) + row.micros
    executions = list(edit.attempts.order_by("number").values_list("execution", flat=True))
    return Outcome(
        ending=(edit.state, executions[-1] if executions else "", edit.error_class),
        code=edit.error_code,
        message=edit.error_message,
        executions=tuple(executions),
        reserved=edit.reserved_micros,
        money=money,
        received=[line for line in lines if line["token"] in tokens],
        results=edit.results.count(),
        actual=json.dumps(edit.actual),
        trouble=edit.provider.trouble if edit.provider else "",
        wait=waits.get(edit.pk),
    )


def peak_mib(pid: int) -> float:
    """The most memory a process ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no such process")


def test_the_table_is_whole() -> None:
    assert len(TABLE) >= 26
    assert len({case.name for case in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    "case", TABLE, ids=[f"{number:03}-{case.name}" for number, case in enumerate(TABLE, 1)]
)
def test_a_row_of_the_table(outcomes: Outcomes, case: Case) -> None:
    found = outcomes.cases[case.name]
    expected = [case.state, case.execution, case.error_class]
    assert list(found.ending) == expected, (found.code, found.message)
    assert len(found.executions) == case.attempts
    assert len(found.received) == case.received
    assert set(found.executions[:-1]) <= {"no"}  # nothing is tried again that may have run
    assert bool(found.message) == (case.state != "succeeded")
    assert found.results == case.pictures
    if case.waits:
        assert found.wait is not None
        assert case.waits[0] <= found.wait <= case.waits[1]
    if case.trouble is not None:
        assert found.trouble == case.trouble


@pytest.mark.parametrize("case", TABLE, ids=[case.name for case in TABLE])
def test_nothing_is_paid_twice(outcomes: Outcomes, case: Case) -> None:
    """The service's own ledger, and ours."""
    found = outcomes.cases[case.name]
    assert len([line for line in found.received if line["charged"]]) <= 1
    assert len({line["token"] for line in found.received}) == len(found.received)
    assert ("settle" in found.money) == (case.execution == "yes")
    assert ("hold" in found.money) == (case.execution == "unknown")
    held = found.reserved if case.execution == "unknown" else 0
    assert found.money["reserve"] > 0
    assert found.money.get("hold", 0) == held


def test_the_rest_of_the_studio_is_whole(outcomes: Outcomes) -> None:
    assert outcomes.breaches == []


def test_nobody_came_where_nobody_should(outcomes: Outcomes) -> None:
    """Redirects are not followed, and no key goes along with a download."""
    assert outcomes.canary == []
    assert not [visit for visit in outcomes.downloads if visit["with_key"]]


def test_the_worker_lives_on_and_stays_small(outcomes: Outcomes) -> None:
    assert outcomes.afterwards == "succeeded"
    assert outcomes.worker_mib < WORKER_MIB


def test_the_key_is_in_no_row(outcomes: Outcomes) -> None:
    for found in outcomes.cases.values():
        assert KEY not in found.message + found.actual
