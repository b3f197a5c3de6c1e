"""How a job tells how far it is; outside a sandbox the report goes nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_listener: Callable[[float], None] | None = None


def listen(listener: Callable[[float], None]) -> None:
    """Send every later report of this process to `listener` alone."""
    global _listener
    _listener = listener


def report(fraction: float) -> None:
    """Say that `fraction` (0 to 1) of the job is done."""
    if _listener:
        _listener(min(1.0, max(0.0, fraction)))
