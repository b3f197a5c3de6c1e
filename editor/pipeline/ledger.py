"""Ledger rules: what is reserved is settled, released or held, once.

Every function belongs into the transaction that learns of the fact, and asks the edit's own rows
what is still open, so that saying a thing twice writes it once.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from editor.engines import costs
from editor.engines.plans import Plan
from editor.models import Attempt, CostBasis, Edit, LedgerEntry, LedgerKind
from editor.models.ledger import today
from editor.models.written import insert_values
from editor.services import budgets
from editor.services.books import Books


@transaction.atomic
def reserve(edit: Edit) -> None:
    """Set the edit's possible cost aside, in the transaction that queues it, again or at first.

    Raises budgets.OverBudget, budgets.PriceUnknown; then nothing may be sent.
    """
    if _is_paid(edit):
        budgets.check(edit)
    LedgerEntry.objects.create(**_reservation(edit))


def reserve_unbound(edits: Iterable[Edit]) -> None:
    """The same for edits that no budget binds. One query."""
    insert_values(LedgerEntry, [_reservation(edit) for edit in edits])


def _reservation(edit: Edit) -> dict[str, Any]:
    return {
        **_whose(edit),
        "kind": LedgerKind.RESERVE,
        "micros": edit.reserved_micros,
        "basis": _basis_of_plan(edit),
        "day": today(),
    }


@transaction.atomic
def settle(edit: Edit, attempt: Attempt | None, cost: costs.Cost) -> None:
    """Write what an execution cost, in the transaction that learns it.

    What was held for that attempt is given back, else what is reserved for the edit. An attempt
    that was settled before stays as it was settled; `correct` mends an estimate.
    """
    books = _books(edit)
    key = attempt.pk if attempt else None
    if key in books.settled:
        return
    charged = _charged(edit, cost)
    held = books.held.get(key)
    given_back = held or books.reserved
    LedgerEntry.objects.create(
        **_whose(edit),
        attempt=attempt,
        kind=LedgerKind.SETTLE,
        micros=charged.micros,
        basis=charged.basis if _is_paid(edit) else CostBasis.FREE,
        day=given_back.day if given_back else today(),
    )
    if given_back:
        _give_back(edit, given_back)


@transaction.atomic
def correct(edit: Edit, attempt: Attempt, count: costs.Cost) -> None:
    """Put the provider's count in the place of what an attempt was settled by before.

    The old row stays: another takes it back, and counts for the same day. A count that stands
    already is not replaced.
    """
    before = _books(edit).settled.get(attempt.pk)
    if before is None or before.basis == CostBasis.USAGE:
        return
    LedgerEntry.objects.create(
        **_whose(edit),
        attempt=attempt,
        kind=LedgerKind.REVERSE,
        micros=before.micros,
        basis=before.basis,
        day=before.day,
    )
    LedgerEntry.objects.create(
        **_whose(edit),
        attempt=attempt,
        kind=LedgerKind.SETTLE,
        micros=count.micros,
        basis=count.basis,
        day=before.day,
    )


@transaction.atomic
def hold(edit: Edit, attempt: Attempt) -> None:
    """Keep what may have been charged: it counts against the budget as if it had been.

    What is known of the attempt already stays as it is.
    """
    books = _books(edit)
    if attempt.pk in books.settled or attempt.pk in books.held:
        return
    LedgerEntry.objects.create(
        **_whose(edit),
        attempt=attempt,
        kind=LedgerKind.HOLD,
        micros=edit.reserved_micros,
        basis=_basis_of_plan(edit),
        day=books.reserved.day if books.reserved else today(),
    )
    if books.reserved:
        _give_back(edit, books.reserved)


@transaction.atomic
def release(edit: Edit) -> None:
    """Give back what is reserved for an edit that will not run; what is held stays held."""
    reserved = _books(edit).reserved
    if reserved:
        _give_back(edit, reserved)


def _give_back(edit: Edit, row: LedgerEntry) -> None:
    """Take back a reservation or a hold: it counts for the same day."""
    LedgerEntry.objects.create(
        **_whose(edit),
        attempt_id=row.attempt_id,
        kind=LedgerKind.RELEASE,
        micros=row.micros,
        basis=row.basis,
        day=row.day,
    )


def _books(edit: Edit) -> Books:
    return Books.read(LedgerEntry.objects.filter(edit=edit).order_by("pk"))


def _charged(edit: Edit, cost: costs.Cost) -> costs.Cost:
    """Return the cost; where nobody knows it, what was reserved must do."""
    if cost.basis == costs.CostBasis.UNKNOWN and edit.reserved_micros:
        return costs.Cost(edit.reserved_micros, costs.CostBasis.ESTIMATE)
    return cost


def _basis_of_plan(edit: Edit) -> CostBasis:
    if not _is_paid(edit):
        return CostBasis.FREE
    known = Plan.from_json(edit.plan).cost.is_known
    return CostBasis.ESTIMATE if known else CostBasis.UNKNOWN


def _is_paid(edit: Edit) -> bool:
    return edit.provider_id is not None


def _whose(edit: Edit) -> dict[str, Any]:
    return {
        "project_id": edit.project_id,
        "edit_id": edit.pk,
        "actor_id": edit.actor_id,
        "provider_id": edit.provider_id,
        "api_key_id": edit.api_key_id,
        "model": edit.model,
    }
