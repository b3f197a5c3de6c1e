"""What is known of a model: abilities, prices, and how its tokens are counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from editor.engines.plans import Abilities


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars: per million tokens of each kind, or ``per_image`` and ``per_input`` picture.

    ``reported`` names a field of `usage` in which the service says what it charged, in units of
    ``reported_unit`` dollars.
    """

    text_in: float | None = None
    image_in: float | None = None
    image_out: float | None = None
    text_out: float | None = None
    per_image: float | None = None
    per_input: float | None = None
    reported: str = ""
    reported_unit: float = 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what it takes and what it costs.

    ``tokens`` and ``inputs`` are the rules by which its answers and the pictures it is sent are
    counted; ``refuses`` are fields that it answers with an error.
    """

    id: str
    label: str
    abilities: Abilities
    price: Price | None = None
    tokens: Mapping[str, Any] = field(default_factory=dict)
    ends: date | None = None
    valid_from: date | None = None
    source: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    refuses: tuple[str, ...] = ()

    def retired(self, today: date) -> bool:
        """Whether it has been switched off."""
        return self.ends is not None and self.ends <= today

    def ends_within(self, today: date, days: int) -> bool:
        """Whether it still works, but not for longer than that."""
        return (
            self.ends is not None
            and not self.retired(today)
            and self.ends <= today + timedelta(days=days)
        )
