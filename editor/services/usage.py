"""What a month's edits cost: by day, by member, by model, by API key; and what is still undecided.

Rows are summed in one query by day, person, provider, model and key, and added up from there: a
hundred thousand rows are read once. What is reserved is given back by rows without an attempt, and
only edits that still exist can have a reservation open; so what is held needs no join.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Max, Min, Q, Sum
from django.utils.translation import gettext as _

from editor.models import (
    UNDECIDED_STATES,
    ApiKey,
    CostBasis,
    Edit,
    LedgerEntry,
    LedgerKind,
    Provider,
    User,
)
from editor.services import budgets
from editor.services.months import Month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet

    from editor.access.fetch import Door
    from editor.services.budgets import Budget

UNDECIDED_SHOWN = 5

SETTLE, HOLD = Q(kind=LedgerKind.SETTLE), Q(kind=LedgerKind.HOLD)
RESERVE, RELEASE = Q(kind=LedgerKind.RESERVE), Q(kind=LedgerKind.RELEASE)
REVERSE = Q(kind=LedgerKind.REVERSE)
HELD_BACK = RELEASE & Q(attempt__isnull=False)
OF_A_RESERVATION = Q(edit__isnull=False) & (RESERVE | (RELEASE & Q(attempt=None)))
NO_PRICE = Q(basis=CostBasis.UNKNOWN)
FIGURES = ("edits", "counted", "estimated", "set_aside", "total", "unknown")


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of some edits, in millionths: paid by the provider's count or by our estimate, set
    aside for edits on their way, and all that counts against a budget. `unknown`: how many edits
    have no price and are in none of the sums.
    """

    edits: int = 0
    counted: int = 0
    estimated: int = 0
    set_aside: int = 0
    total: int = 0
    unknown: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in FIGURES))

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Read a row of the query."""
        return cls(*(row[name] or 0 for name in FIGURES))

    @property
    def paid(self) -> int:
        """What was paid, as far as anybody knows."""
        return self.counted + self.estimated

    @property
    def held(self) -> int:
        """What may have been paid."""
        return self.total - self.paid - self.set_aside

    @property
    def open(self) -> int:
        """What may still come to be paid, or may have been."""
        return self.total - self.paid


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one day, person or model."""

    label: Any
    tally: Tally


@dataclass(frozen=True, slots=True)
class Usage:
    """A month as a member may see it; `days` has a line for each day of it, `keys` one for each API
    key, and one for what no program asked for; none at all without programs.
    """

    month: Month
    total: Tally
    days: list[Line]
    people: list[Line]
    models: list[Line]
    keys: list[Line]
    budgets: list[Budget]


def months(door: Door) -> list[Month]:
    """Return the months to choose from, newest first, the current one always among them."""
    found = LedgerEntry.objects.filter(project=door.project).aggregate(
        first=Min("day"), last=Max("day")
    )
    known = [Month.current(), *(Month.of(day) for day in found.values() if day)]
    chosen = [max(known)]
    while chosen[-1] > min(known):
        chosen.append(chosen[-1].previous)
    return chosen


def usage(*, door: Door, month: Month) -> Usage:
    """Return a month's figures: an owner's of all, an editor's of own edits.

    Five queries, and one more where programs spent.
    """
    cells = list(_cells(rows(door, month)))
    by_day = _sums(cells, lambda cell: cell["day"])
    people = _sums(cells, lambda cell: cell["actor"])
    models = _sums(cells, lambda cell: (cell["provider"], cell["model"]))
    keys = _sums(cells, lambda cell: cell["api_key"])
    return Usage(
        month=month,
        total=sum((Tally.of(cell) for cell in cells), Tally()),
        days=[Line(day, by_day.get(day, Tally())) for day in month.days()],
        people=_lines(people, _names(people)),
        models=_lines(models, _labels(models)),
        keys=_lines(keys, _key_names(keys)) if any(keys) else [],
        budgets=_budgets(door, month),
    )


def rows(door: Door, month: Month) -> QuerySet[LedgerEntry]:
    """Return the rows of a month that cost something and that the member may see."""
    found = budgets.in_month(door.project, month).exclude(basis=CostBasis.FREE)
    return found if door.sees_all_costs else found.filter(actor=door.user)


def figures() -> dict[str, Any]:
    """Return the sums of a Tally, for rows in groups."""
    return {
        "edits": Count("pk", filter=RESERVE),
        "counted": Sum("micros", filter=SETTLE & Q(basis=CostBasis.USAGE)),
        "estimated": budgets.committed((SETTLE | REVERSE) & Q(basis=CostBasis.ESTIMATE)),
        "set_aside": budgets.committed(OF_A_RESERVATION),
        "total": budgets.committed(),
        "unknown": Count("pk", filter=(SETTLE | HOLD) & NO_PRICE)
        - Count("pk", filter=(HELD_BACK | REVERSE) & NO_PRICE),
    }


def undecided(*, door: Door) -> tuple[list[Edit], int]:
    """Return the newest edits somebody has to decide about, and how many there are in all."""
    found = Edit.objects.filter(
        project=door.project, is_over=False, state__in=UNDECIDED_STATES, provider__isnull=False
    )
    if not door.sees_all_costs:
        found = found.filter(actor=door.user)
    newest = found.select_related("picture", "actor", "provider").prefetch_related("ledger")
    return list(newest.order_by("-created_at", "-pk")[:UNDECIDED_SHOWN]), found.count()


def _cells(found: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry, Any]:
    return (
        found.values("day", "actor", "provider", "model", "api_key")
        .order_by()
        .annotate(**figures())
    )


def _sums[K](cells: list[dict[str, Any]], key: Callable[[dict[str, Any]], K]) -> dict[K, Tally]:
    found: dict[K, Tally] = {}
    for cell in cells:
        found[key(cell)] = found.get(key(cell), Tally()) + Tally.of(cell)
    return found


def _lines[K](sums: dict[K, Tally], labels: dict[K, str]) -> list[Line]:
    """The dearest first."""
    order = sorted(sums, key=lambda key: (-sums[key].total, labels[key]))
    return [Line(labels[key], sums[key]) for key in order]


def _names(keys: Iterable[int | None]) -> dict[int | None, str]:
    known = User.objects.in_bulk([key for key in keys if key])
    return {key: str(known.get(key or 0, _("Closed account"))) for key in keys}


def _key_names(keys: Iterable[int | None]) -> dict[int | None, str]:
    known = ApiKey.objects.in_bulk([key for key in keys if key])
    named = {key: f"{row.name} \u00b7 sk-pent-{row.prefix}\u2026" for key, row in known.items()}
    return {key: named.get(key or 0, _("On the pages")) for key in keys}


def _labels(keys: Iterable[tuple[int | None, str]]) -> dict[tuple[int | None, str], str]:
    known = Provider.objects.in_bulk({key for key, _model in keys if key})
    return {
        (key, model): f"{model} \u00b7 {known[key].name}" if key in known else model
        for key, model in keys
    }


def _budgets(door: Door, month: Month) -> list[Budget]:
    """Budgets are those of now: they say nothing of a month that is over."""
    if month != Month.current():
        return []
    found = budgets.standing(door.project, door.user.pk, month)
    if door.sees_all_costs:
        return found
    return [budget for budget in found if budget.whose == budgets.Whose.MEMBER]
