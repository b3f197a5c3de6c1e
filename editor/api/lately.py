"""What was found out a moment ago, for the next who ask the same."""

import time
from collections.abc import Callable, Hashable

MOST = 1000


class Lately[K: Hashable, V]:
    """Keeps answers for so many seconds; used by several threads, two of which may both look."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K, find: Callable[[], V]) -> V:
        """Return what `find` returned last, unless that is too long ago. Raises what it raises."""
        now = self._clock()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        if len(self._kept) >= MOST:
            self._kept.clear()
        found = find()
        self._kept[key] = now, found
        return found
