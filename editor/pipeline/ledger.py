"""Ledger rules: what is reserved is settled, released or held, once."""

from django.db import transaction

from editor.models import Attempt, Edit, LedgerEntry, LedgerKind


def reserve(edit: Edit) -> None:
    """Set the edit's possible cost aside, in the transaction that queues it."""
    _add(edit, LedgerKind.RESERVE, edit.reserved_micros)


def settle(edit: Edit, attempt: Attempt | None, micros: int) -> None:
    """Write what it cost, in the transaction that ends the edit."""
    _add(edit, LedgerKind.SETTLE, micros, attempt)
    _add(edit, LedgerKind.RELEASE, edit.reserved_micros, attempt)


@transaction.atomic
def release(edit: Edit) -> None:
    """Give back what was reserved for an edit that cost nothing."""
    _add(edit, LedgerKind.RELEASE, edit.reserved_micros)


def _add(edit: Edit, kind: LedgerKind, micros: int, attempt: Attempt | None = None) -> None:
    LedgerEntry.objects.create(
        project_id=edit.project_id, edit=edit, attempt=attempt, kind=kind, micros=micros
    )
