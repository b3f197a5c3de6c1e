"""Calendar months in UTC, by which money is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from editor.models.ledger import today

A_MONTH_AND_MORE = timedelta(days=31)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month, by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month of a day."""
        return cls(day.replace(day=1))

    @classmethod
    def current(cls) -> Self:
        """Return the month it is."""
        return cls.of(today())

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def next(self) -> Month:
        """The month after."""
        return Month.of(self.first + A_MONTH_AND_MORE)

    @property
    def previous(self) -> Month:
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    def days(self) -> list[date]:
        """Return all its days."""
        count = (self.next.first - self.first).days
        return [self.first + timedelta(days=number) for number in range(count)]
