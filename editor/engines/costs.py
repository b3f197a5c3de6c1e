"""What an edit may cost and what it did cost, in millionths of a US dollar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class CostBasis(StrEnum):
    """How a cost is known."""

    FREE = "free"
    USAGE = "usage"
    ESTIMATE = "estimate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one execution cost. With an unknown basis ``micros`` is 0 and means nothing."""

    micros: int
    basis: CostBasis


@dataclass(frozen=True, slots=True)
class CostRange:
    """The least and the most that an edit may cost; None where no price is known."""

    low: int | None
    high: int | None

    @property
    def is_known(self) -> bool:
        """Whether there is a figure to reserve."""
        return self.high is not None


def total(costs: Iterable[CostRange]) -> CostRange:
    """Return what several edits may cost together; nobody knows if nobody knows one of them."""
    low, high = 0, 0
    for cost in costs:
        if cost.high is None:
            return CostRange(None, None)
        low, high = low + (cost.low or 0), high + cost.high
    return CostRange(low, high)


FREE = CostRange(0, 0)
NO_COST = Cost(0, CostBasis.FREE)
