"""What the next requests will meet, as tests order it."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults.fake_provider import drifts
from tests.faults.fake_provider.faults import FAULTS, Fault, Stage, parse_spec
from tests.faults.fake_provider.registry import Spec, markers

if TYPE_CHECKING:
    from tests.faults.fake_provider.asks import Ask


@dataclass(slots=True)
class Script:
    """A queue for requests in the order they come, and what holds for all.

    A request can also carry its own fate: in its path (``/~NAME:ARGUMENT~/v1/…``) or in its
    prompt (``[[fault:NAME:ARGUMENT]]``, ``[[drift:…]]``, ``[[delay:SECONDS]]``); that goes first.
    """

    drift: tuple[str, ...] = ()
    delay: float = 0
    done: bool = False
    _queue: deque[Spec] = field(default_factory=deque)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def order(self, wish: dict[str, Any]) -> None:
        """Take a new order. Raises ValueError for what does not exist."""
        self.drift = drifts.names(str(wish.get("drift", "+".join(self.drift))))
        self.delay = float(wish.get("delay", self.delay))
        self.done = bool(wish.get("done", self.done))
        if wish.get("clear"):
            self._queue.clear()
            self._counts.clear()
        for text in wish.get("next", ()):
            spec = parse_spec(text)
            self._queue.extend([spec] * max(1, spec.times))

    def early(self, prefix: str) -> tuple[Fault, str] | None:
        """Return the fault that strikes before the body is read, if any."""
        if prefix:
            return self._counted(prefix, prefix, early=True)
        if self._queue and self._queue[0].name in FAULTS:
            fault = FAULTS[self._queue[0].name]
            if fault.stage == Stage.UPLOAD:
                return fault, self._queue.popleft().argument
        return None

    def late(self, prefix: str, ask: Ask) -> tuple[Fault, str] | None:
        """Return the fault for a request that is here, if any."""
        found = self._chosen(prefix, ask)
        if found and found[0].name == "unknown-parameter":
            return found if (found[1] or "quality") in ask.fields else None
        return found

    def _chosen(self, prefix: str, ask: Ask) -> tuple[Fault, str] | None:
        if prefix:
            return self._counted(prefix, prefix)
        if marker := markers(ask.prompt).get("fault"):
            return self._counted(marker, ask.prompt)
        spec = self._queue.popleft() if self._queue else None
        return (FAULTS[spec.name], spec.argument) if spec and spec.name in FAULTS else None

    def _counted(self, text: str, owner: str, *, early: bool = False) -> tuple[Fault, str] | None:
        spec = parse_spec(text)
        fault = FAULTS.get(spec.name)
        if fault is None or (fault.stage == Stage.UPLOAD) != early:
            return None
        self._counts[text, owner] += 1
        if spec.times and self._counts[text, owner] > spec.times:
            return None
        return fault, spec.argument
