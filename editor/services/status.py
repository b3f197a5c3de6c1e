"""How the instance does, in figures for its operators: no names of pictures, no prompts."""

import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils import timezone

from editor.models import (
    HELD_STATES,
    UNDECIDED_STATES,
    WAITING_STATES,
    Edit,
    State,
    Worker,
)
from editor.services import renders

LOOK_BACK = timedelta(hours=24)
CODES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Queue:
    """Edits on their way; `oldest` is when the longest waiting was asked for."""

    waiting: int
    running: int
    undecided: int
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
    outcomes: Outcomes
    disk: Disk
    sizes: Sizes
    version: str

    @property
    def slots(self) -> int:
        """Edits that the living workers can run at once."""
        return sum(worker.slots for worker in self.workers if worker.alive)


def read() -> Status:
    """Take stock. Five queries, however much there is."""
    return Status(
        queue=_queue(),
        workers=_workers(),
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
    return Queue(**figures, now=timezone.now())


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
    return Sizes(_database_bytes(), _folder_bytes(settings.RENDERS_DIR), renders.CACHE_BYTES)


def _database_bytes() -> int:
    statement = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if connection.vendor == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _folder_bytes(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(_size(file) for file in folder.iterdir())


def _size(file: Path) -> int:
    """Return a file's size; 0 when it went away meanwhile."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
