"""How the instance does, in figures for its operators: no names of pictures, no prompts."""

import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, Min, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from editor.models import (
    HELD_STATES,
    UNDECIDED_STATES,
    WAITING_STATES,
    Edit,
    LedgerEntry,
    LedgerKind,
    Provider,
    State,
    Worker,
)
from editor.services import budgets, render_cache
from editor.services.outcomes import KEY_REJECTED, host_of

LOOK_BACK = timedelta(hours=24)
CODES_SHOWN = 12
PROVIDERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """Edits on their way; `oldest` is when the longest waiting was asked for.

    `held`: what is held for undecided ones, in millionths of a US dollar.
    """

    waiting: int
    running: int
    undecided: int
    held: int
    oldest: datetime | None
    now: datetime

    @property
    def oldest_waits(self) -> timedelta:
        """How long the longest waiting edit has waited."""
        return self.now - self.oldest if self.oldest else timedelta()


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One worker and whether it was heard from lately."""

    name: str
    slots: int
    seen_at: datetime
    alive: bool


class Circuit(StrEnum):
    """Whether a provider is asked at present; the most urgent first."""

    KEY_REJECTED = "key_rejected"
    RESTS = "rests"
    FAILING = "failing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One provider in trouble; `waiting`: edits that wait for it."""

    name: str
    host: str
    circuit: Circuit
    failures: int
    open_until: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers in use; `troubled`: those that are in trouble, as many as are shown."""

    connected: int
    key_rejected: int
    resting: int
    troubled: list[ProviderLine]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How edits ended in the last 24 hours; failures by their machine code."""

    finished: int
    failed: int
    codes: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on the disk of the data folder, in bytes; below `limit` nothing more is taken in."""

    total: int
    free: int
    limit: int

    @property
    def is_full(self) -> bool:
        """Whether uploads and edits are refused."""
        return self.free < self.limit

    @property
    def used_percent(self) -> int:
        """Share in use, whole percent."""
        return round(100 * (self.total - self.free) / self.total) if self.total else 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """What takes the room, in bytes."""

    database: int
    renders: int
    renders_limit: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the health page shows, read at one time."""

    queue: Queue
    workers: list[WorkerLine]
    providers: Providers
    outcomes: Outcomes
    disk: Disk
    sizes: Sizes
    version: str

    @property
    def slots(self) -> int:
        """Edits that the living workers can run at once."""
        return sum(worker.slots for worker in self.workers if worker.alive)


def read() -> Status:
    """Take stock. Eight queries, however much there is."""
    return Status(
        queue=_queue(),
        workers=_workers(),
        providers=_providers(),
        outcomes=_outcomes(),
        disk=disk(),
        sizes=_sizes(),
        version=version(),
    )


def disk() -> Disk:
    """Return the room on the disk of the data folder."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return Disk(usage.total, usage.free, settings.MIN_FREE_BYTES)


def worker_alive() -> bool:
    """Whether any worker was heard from lately."""
    return Worker.objects.alive(settings.WORKER_SILENT_SECONDS).exists()


@cache
def version() -> str:
    """Return the version this code says it is."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def _queue() -> Queue:
    waiting = Q(state__in=WAITING_STATES)
    counted = WAITING_STATES | HELD_STATES | UNDECIDED_STATES
    figures = Edit.objects.filter(state__in=counted).aggregate(
        waiting=Count("pk", filter=waiting),
        running=Count("pk", filter=Q(state__in=HELD_STATES)),
        undecided=Count("pk", filter=Q(state__in=UNDECIDED_STATES)),
        oldest=Min("created_at", filter=waiting),
    )
    return Queue(**figures, held=_held(), now=timezone.now())


def _held() -> int:
    """What may have been charged for edits that nobody has decided about."""
    rows = LedgerEntry.objects.filter(edit__state__in=UNDECIDED_STATES)
    may_be_charged = Q(kind__in=[LedgerKind.HOLD, LedgerKind.SETTLE, LedgerKind.REVERSE])
    return rows.aggregate(n=budgets.committed(may_be_charged))["n"] or 0


def _providers() -> Providers:
    in_use = Provider.objects.filter(is_enabled=True, deleted_at=None)
    rejected, resting = Q(trouble=KEY_REJECTED), Q(open_until__gt=Now())
    figures = in_use.aggregate(
        connected=Count("pk"),
        key_rejected=Count("pk", filter=rejected),
        resting=Count("pk", filter=resting & ~rejected),
    )
    waiting = Count("edits", filter=Q(edits__state__in=WAITING_STATES))
    troubled = in_use.filter(rejected | resting | Q(failures__gt=0))
    rows = troubled.annotate(
        circuit=Case(
            When(rejected, then=Value(Circuit.KEY_REJECTED)),
            When(resting, then=Value(Circuit.RESTS)),
            default=Value(Circuit.FAILING),
        ),
        waiting=waiting,
    ).order_by("-waiting", "pk")[:PROVIDERS_SHOWN]
    return Providers(**figures, troubled=[_line(row) for row in rows])


def _line(row: Any) -> ProviderLine:
    return ProviderLine(
        name=row.name,
        host=host_of(row),
        circuit=Circuit(row.circuit),
        failures=row.failures,
        open_until=row.open_until,
        waiting=row.waiting,
    )


def _workers() -> list[WorkerLine]:
    alive = set(Worker.objects.alive(settings.WORKER_SILENT_SECONDS).values_list("pk", flat=True))
    rows = Worker.objects.order_by("-seen_at", "name")
    return [WorkerLine(row.name, row.slots, row.seen_at, row.pk in alive) for row in rows]


def _outcomes() -> Outcomes:
    ended = Edit.objects.filter(finished_at__gt=Now() - LOOK_BACK)
    rows = ended.values_list("state", "error_code").annotate(n=Count("pk")).order_by("-n", "state")
    counted = list(rows)
    failures = [(code, n) for state, code, n in counted if state == State.FAILED]
    return Outcomes(
        finished=sum(n for _state, _code, n in counted),
        failed=sum(n for _code, n in failures),
        codes=failures[:CODES_SHOWN],
    )


def _sizes() -> Sizes:
    return Sizes(_database_bytes(), render_cache.total_bytes(), settings.RENDER_CACHE_BYTES)


def _database_bytes() -> int:
    statement = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if connection.vendor == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
