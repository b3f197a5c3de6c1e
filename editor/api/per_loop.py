"""What each event loop has one of."""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary


class PerLoop[T]:
    """Makes one for the running event loop when it is asked for first."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def __call__(self) -> T:
        """Return the running event loop's."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop] = self._make()
        return self._made[loop]

    def put(self, one: T) -> None:
        """Let the running event loop have this one."""
        self._made[asyncio.get_running_loop()] = one
