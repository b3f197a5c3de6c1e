"""The ledger of one edit, read row by row: what is reserved, held and settled of it right now.

A reservation belongs to the edit and is open at most once; a hold and a settlement belong to an
attempt. A release with an attempt gives back what was held for it, any other the reservation. A
reversal takes back an attempt's settlement, and another follows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from editor.models import CostBasis, LedgerKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from editor.models import LedgerEntry


@dataclass(slots=True)
class Books:
    """Rows that count, and what is wrong with the order they came in."""

    reserved: LedgerEntry | None = None
    # By key of the attempt.
    held: dict[int | None, LedgerEntry] = field(default_factory=dict)
    settled: dict[int | None, LedgerEntry] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, rows: Iterable[LedgerEntry]) -> Self:
        """Read the rows of one edit, in the order they were written."""
        books = cls()
        for row in rows:
            books._take(row)
        return books

    @property
    def is_unknown(self) -> bool:
        """Whether something was or may have been paid, and nobody knows how much."""
        rows = [*self.held.values(), *self.settled.values()]
        return any(row.basis == CostBasis.UNKNOWN for row in rows)

    @property
    def spent(self) -> int:
        """What was paid, as far as it is known."""
        return sum(row.micros for row in self.settled.values())

    @property
    def at_risk(self) -> int:
        """What may have been paid."""
        return sum(row.micros for row in self.held.values())

    def _take(self, row: LedgerEntry) -> None:
        match LedgerKind(row.kind):
            case LedgerKind.RESERVE:
                if self.reserved is not None:
                    self.faults.append("reserved twice")
                self.reserved = row
            case LedgerKind.HOLD:
                self._enter(self.held, row, "held twice")
            case LedgerKind.SETTLE:
                self._enter(self.settled, row, "settled twice")
            case LedgerKind.RELEASE:
                self._release(row)
            case LedgerKind.REVERSE:
                self._reverse(row)

    def _enter(self, page: dict[int | None, LedgerEntry], row: LedgerEntry, if_there: str) -> None:
        if row.attempt_id in page:
            self.faults.append(if_there)
        page[row.attempt_id] = row

    def _release(self, row: LedgerEntry) -> None:
        given_back = self.held.pop(row.attempt_id, None) if row.attempt_id else None
        if given_back is None:
            given_back, self.reserved = self.reserved, None
        if given_back is None:
            self.faults.append("released what was not there")
        elif given_back.micros != row.micros:
            self.faults.append(f"released {row.micros} of {given_back.micros}")

    def _reverse(self, row: LedgerEntry) -> None:
        taken_back = self.settled.pop(row.attempt_id, None)
        if taken_back is None:
            self.faults.append("took back what was not settled")
        elif (taken_back.micros, taken_back.basis) != (row.micros, row.basis):
            self.faults.append(f"took back {row.micros} of {taken_back.micros}")
