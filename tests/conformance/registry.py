"""The cases by number, and for whom a case is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conformance.scene import Scene

    type Play = Callable[[Scene], None]

CLIENTS = ("python", "node", "curl")


@dataclass(frozen=True, slots=True)
class Case:
    """One numbered case. ``not_for``: client → why it cannot even ask this."""

    number: int
    title: str
    play: Play
    not_for: Mapping[str, str]


CASES: dict[int, Case] = {}


def case(number: int, title: str, **not_for: str) -> Callable[[Play], Play]:
    """Enter a case."""

    def enter(play: Play) -> Play:
        assert number not in CASES
        assert set(not_for) < set(CLIENTS)
        CASES[number] = Case(number, title, play, not_for)
        return play

    return enter
