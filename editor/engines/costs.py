"""What an edit may cost and what it did cost, in millionths of a US dollar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


FREE = CostRange(0, 0)
NO_COST = Cost(0, CostBasis.FREE)
