"""Ledger rules: what is reserved is settled, released or held, once."""

from django.db import transaction

from editor.engines.costs import Cost
from editor.models import Attempt, CostBasis, Edit, LedgerEntry, LedgerKind


def reserve(edit: Edit) -> None:
    """Set the edit's possible cost aside, in the transaction that queues it."""
    _add(edit, LedgerKind.RESERVE, edit.reserved_micros)


def settle(edit: Edit, attempt: Attempt | None, cost: Cost) -> None:
    """Write what an execution cost, in the transaction that learns it.

    What was held for the attempt is given back, or else what was reserved for the edit.
    """
    _add(edit, LedgerKind.SETTLE, cost.micros, attempt, cost.basis)
    held = LedgerEntry.objects.filter(attempt=attempt, kind=LedgerKind.HOLD).exists()
    _add(edit, LedgerKind.RELEASE, edit.reserved_micros, attempt if held else None)


def hold(edit: Edit, attempt: Attempt) -> None:
    """Keep what may have been charged: it counts against the budget as if it had been."""
    _add(edit, LedgerKind.HOLD, edit.reserved_micros, attempt)
    _add(edit, LedgerKind.RELEASE, edit.reserved_micros)


@transaction.atomic
def release(edit: Edit) -> None:
    """Give back what was reserved for an edit that cost nothing."""
    _add(edit, LedgerKind.RELEASE, edit.reserved_micros)


def _add(
    edit: Edit,
    kind: LedgerKind,
    micros: int,
    attempt: Attempt | None = None,
    basis: str = CostBasis.ESTIMATE,
) -> None:
    LedgerEntry.objects.create(
        project_id=edit.project_id,
        edit=edit,
        attempt=attempt,
        actor_id=edit.actor_id,
        provider_id=edit.provider_id,
        model=edit.model,
        kind=kind,
        micros=micros,
        basis=basis if edit.provider_id else CostBasis.FREE,
    )
