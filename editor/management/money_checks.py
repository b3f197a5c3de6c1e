"""What must always hold of money (reliability.md 4.7), for the table in checkup."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Now

from editor.models import (
    OPEN_STATES,
    Activity,
    ApiKey,
    Attempt,
    CostBasis,
    Edit,
    Execution,
    LedgerEntry,
    LedgerKind,
    Membership,
    Project,
)
from editor.services import budgets, probes
from editor.services.books import Books
from editor.services.months import Month

CHUNK = 5000
# By then a worker has settled what a broken test left, if one runs.
HOUSEKEEPING = timedelta(hours=2)


def ledger_adds_up() -> Iterator[str]:
    """1: what was reserved or held is given back once; what may have been charged is written."""
    rows = LedgerEntry.objects.filter(edit__isnull=False).select_related("edit")
    needed = rows.only("kind", "micros", "basis", "attempt", "edit__state", "edit__public_id")
    ordered = needed.order_by("edit_id", "pk").iterator(CHUNK)
    for edit, entries in groupby(ordered, key=lambda row: row.edit):
        if edit is not None:
            yield from _faults(edit, entries)
    nothing_written = ~Exists(LedgerEntry.objects.filter(edit=OuterRef("pk")))
    for edit in Edit.objects.filter(nothing_written, state__in=OPEN_STATES):
        yield f"edit {edit} has no reservation"
    yield from _charges_not_written()
    yield from _counts_not_written()
    for row in probes.forgotten().filter(created_at__lt=Now() - HOUSEKEEPING):
        yield f"a test of provider {row.provider_id} on {row.day} still has a reservation"


def _faults(edit: Edit, entries: Iterable[LedgerEntry]) -> Iterator[str]:
    books = Books.read(entries)
    yield from (f"edit {edit}: {fault}" for fault in books.faults)
    is_open = edit.state in OPEN_STATES
    if is_open and books.reserved is None:
        yield f"edit {edit} has no reservation"
    if not is_open and books.reserved is not None:
        yield f"edit {edit} still has a reservation"


def _charges_not_written() -> Iterator[str]:
    """While an edit is open its attempt may be on its way, and nothing is known yet."""
    written = LedgerEntry.objects.filter(
        attempt=OuterRef("pk"), kind__in=[LedgerKind.SETTLE, LedgerKind.HOLD]
    )
    ran = Attempt.objects.filter(~Exists(written), edit__provider__isnull=False)
    ended = ran.exclude(execution=Execution.NO).exclude(edit__state__in=OPEN_STATES)
    for name, number in ended.values_list("edit__public_id", "number"):
        yield f"attempt {number} of edit {name} may have been charged, and is neither settled nor held"


def _counts_not_written() -> Iterator[str]:
    """What an attempt cost by the provider's count is what the ledger says was paid for it."""
    written = LedgerEntry.objects.filter(
        attempt=OuterRef("pk"),
        kind=LedgerKind.SETTLE,
        basis=CostBasis.USAGE,
        micros=OuterRef("cost_micros"),
    )
    counted = Attempt.objects.filter(cost_basis=CostBasis.USAGE, edit__provider__isnull=False)
    for name, number in counted.filter(~Exists(written)).values_list("edit__public_id", "number"):
        yield f"attempt {number} of edit {name} was counted, and the ledger says something else"


def budgets_hold() -> Iterator[str]:
    """9: this month no more was set aside than the budgets allowed.

    A provider may charge more than its prices promised: what lies above an edit's reservation is
    left out. So are budgets that were changed in the course of the month.
    """
    month = Month.current()
    began = datetime.combine(month.first, time.min, UTC)
    changed = Activity.objects.filter(at__gte=began, kind__startswith="budget.")
    settled = Project.objects.exclude(pk__in=changed.values("project"))
    for project in settled.filter(budget_micros__isnull=False):
        promised = _promised(budgets.in_month(project, month))
        if promised > (project.budget_micros or 0):
            yield f"project {project.slug} committed {promised} of {project.budget_micros}"
    members = Membership.objects.filter(
        Q(budget_micros__isnull=False) | Q(project__member_budget_micros__isnull=False),
        project__in=settled,
        created_at__lt=began,
    )
    for member in members.select_related("project"):
        cap = member.budget_micros
        cap = member.project.member_budget_micros if cap is None else cap
        rows = budgets.in_month(member.project, month).filter(actor=member.user_id)
        promised = _promised(rows)
        if promised > (cap or 0):
            yield f"account {member.user_id} committed {promised} of {cap} in {member.project.slug}"
    yield from _keys_budgets_hold(month)


def _keys_budgets_hold(month: Month) -> Iterator[str]:
    """A key's budget is never changed."""
    spent = LedgerEntry.objects.filter(day__gte=month.first, day__lt=month.next.first)
    used = ApiKey.objects.filter(budget_micros__isnull=False, pk__in=spent.values("api_key"))
    for key in used:
        promised = _promised(spent.filter(api_key=key))
        if promised > (key.budget_micros or 0):
            yield f"API key {key.public_id} committed {promised} of {key.budget_micros}"


def _promised(rows: QuerySet[LedgerEntry]) -> int:
    """Return what rows count, without what was charged above the reservation of its edit.

    A purged edit's reservation is not known any more: its charge is left out.
    """
    above = Case(
        When(edit=None, then=F("micros")),
        When(micros__gt=F("edit__reserved_micros"), then=F("micros") - F("edit__reserved_micros")),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    found = rows.aggregate(
        all=budgets.committed(),
        above=Sum(above, filter=Q(kind=LedgerKind.SETTLE)),
        taken_back=Sum(above, filter=Q(kind=LedgerKind.REVERSE)),
    )
    return (found["all"] or 0) - (found["above"] or 0) + (found["taken_back"] or 0)
