"""Children that go on with the next job: of the same picture, or of the same errand."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from editor.imaging.sandbox.children import Child
    from editor.imaging.sandbox.server import Server

# A child that has nothing to do holds memory: what comes later gets another.
LINGER_SECONDS: Final = 1.0


@dataclass(slots=True)
class Own:
    """One child that does the jobs of one errand, which follow each other closely."""

    _child: Child | None = None
    _end: asyncio.TimerHandle | None = None

    def take(self, server: Server | None) -> Child | None:
        """Return the child if it lives and may go on."""
        child = self._let_go()
        if child is None or child.may_go_on(server):
            return child
        child.hang_up()
        return None

    def put(self, child: Child) -> None:
        """Keep a child that has done its job, for a moment."""
        self.clear()
        self._child = child
        self._end = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.clear)

    def clear(self) -> None:
        """Hang up."""
        if child := self._let_go():
            child.hang_up()

    def _let_go(self) -> Child | None:
        child, self._child = self._child, None
        if self._end:
            self._end.cancel()
        return child


class Kept:
    """Those that have a picture open, as long as somebody waits for it.

    At most `most` of them, of one event loop; each holds the memory of a picture.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: Counter[str] = Counter()
        # The oldest first.
        self._children: list[tuple[str, Child]] = []

    def __len__(self) -> int:
        return len(self._children)

    def await_turn(self, same: str) -> None:
        """Somebody waits for a slot, to open this."""
        if same:
            self._waiting[same] += 1

    def give_up(self, same: str) -> None:
        """Somebody who waited went away."""
        self._forget(same)
        self._drop_unwanted()

    def take(self, same: str, server: Server | None) -> Child | None:
        """Somebody's turn has come: return a living child that has this open."""
        self._forget(same)
        chosen = None
        for one in [one for one in self._children if one[0] == same]:
            self._children.remove(one)
            if one[1].may_go_on(server):
                chosen = one[1]
                break
            one[1].hang_up()
        self._drop_unwanted()
        return chosen

    def put(self, same: str, child: Child) -> None:
        """Keep a child that has done its job, if somebody waits for what it has open."""
        if self._waiting[same] <= 0:
            child.hang_up()
            return
        self._children.append((same, child))
        while len(self._children) > self._most:
            self._children.pop(0)[1].hang_up()

    def clear(self) -> None:
        """Hang up all of them."""
        while self._children:
            self._children.pop()[1].hang_up()

    def _forget(self, same: str) -> None:
        if self._waiting[same] > 1:
            self._waiting[same] -= 1
        else:
            del self._waiting[same]

    def _drop_unwanted(self) -> None:
        for one in list(self._children):
            if one[0] not in self._waiting:
                self._children.remove(one)
                one[1].hang_up()
