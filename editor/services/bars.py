"""Bars of a chart of days, in the units of its drawing: 100 high, and as many as it needs wide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.services.usage import Line, Tally

HEIGHT = 100
STEP, BAR = 10, 8
# What is there can be seen, however little it is beside the highest.
LEAST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: what was paid stands on the ground, what is open on top of it."""

    line: Line
    x: int
    paid_y: int
    paid_height: int
    open_y: int
    open_height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All days; `peak` is the amount at the upper edge."""

    bars: list[Bar]
    width: int
    peak: int


def chart(days: Sequence[Line]) -> Chart:
    """Return the bars of some days."""
    peak = max(line.tally.total for line in days)
    bars = [_bar(line, number, peak) for number, line in enumerate(days)]
    return Chart(bars, STEP * len(days), peak)


def _bar(line: Line, number: int, peak: int) -> Bar:
    paid, still_open = _heights(line.tally, peak)
    return Bar(
        line=line,
        x=number * STEP + (STEP - BAR) // 2,
        paid_y=HEIGHT - paid,
        paid_height=paid,
        open_y=HEIGHT - paid - still_open,
        open_height=still_open,
    )


def _heights(tally: Tally, peak: int) -> tuple[int, int]:
    paid, still_open = (_height(micros, peak) for micros in (tally.paid, tally.open))
    return min(paid, HEIGHT - still_open), still_open


def _height(micros: int, peak: int) -> int:
    return max(LEAST, micros * HEIGHT // peak) if micros > 0 else 0
