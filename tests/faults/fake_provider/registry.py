"""How a fault is declared, and how one is asked for: ``NAME``, ``NAME:ARGUMENT``, ``NAME*TIMES``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.fake_provider.case import Case

type Act = Callable[[Case, str], Awaitable[None]]

SPEC = re.compile(r"(?P<name>[a-z0-9-]+)(?::(?P<argument>[^*\]]*))?(?:\*(?P<times>\d+))?")
MARKER = re.compile(r"\[\[(fault|drift|delay):([^\]]+)\]\]")


class Stage(StrEnum):
    """When a fault strikes: before the body was read, instead of any work, or after it."""

    UPLOAD = "upload"
    REFUSAL = "refusal"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong. ``charged``: a real service would bill it."""

    name: str
    line: str
    stage: Stage
    charged: bool
    act: Act


@dataclass(frozen=True, slots=True)
class Spec:
    """A fault as it was asked for; ``times`` bounds how often, 0 = always."""

    name: str
    argument: str = ""
    times: int = 0


FAULTS: dict[str, Fault] = {}


def fault(name: str, stage: Stage, *, charged: bool = False) -> Callable[[Act], Act]:
    """Enter a fault; its line is the first of the docstring."""

    def enter(act: Act) -> Act:
        add(name, stage, (act.__doc__ or "").strip().splitlines()[0], act, charged=charged)
        return act

    return enter


def add(name: str, stage: Stage, line: str, act: Act, *, charged: bool) -> None:
    """Enter a fault by hand. Raises ValueError for a name that is taken."""
    if name in FAULTS:
        raise ValueError(name)
    FAULTS[name] = Fault(name, line, stage, charged, act)


def parse_spec(text: str) -> Spec:
    """Return the spec; "ok" stands for none. Raises ValueError for an unknown fault."""
    found = SPEC.fullmatch(text)
    if not found or (found["name"] not in FAULTS and found["name"] != "ok"):
        raise ValueError(f"no such fault: {text}")
    return Spec(found["name"], found["argument"] or "", int(found["times"] or 0))


def markers(prompt: str) -> dict[str, str]:
    """Return what a prompt orders for itself: fault, drift, delay."""
    return dict(MARKER.findall(prompt))
