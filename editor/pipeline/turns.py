"""Whose edit is next. Pure: members take turns, and no provider gets more than it bears.

A project that holds its share of the calls comes after all others: many members, or providers of
its own, buy it no more than half of what all share while somebody else waits.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

# Who was served longer ago than so many others counts as a newcomer again.
MEMORY: Final = 10_000


# A project, and a member in it.
type Queue = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit that is due; `provider` is None for one that stays in the house."""

    edit: int
    project: int
    actor: int | None
    provider: int | None


@dataclass(slots=True)
class Turns:
    """Who was served last, as one worker remembers it.

    Members who hold as many edits come in the order in which they were last served, so that a
    newcomer waits for no more than what runs already, however long the queue of another is.
    """

    _served: dict[int | None, int] = field(default_factory=dict)
    _count: int = 0

    def choose(
        self,
        due: Iterable[Candidate],
        *,
        held: Mapping[int | None, int],
        rooms: Mapping[int | None, int],
        limit: int,
        shares: Mapping[int, int] | None = None,
    ) -> list[Candidate]:
        """Return at most `limit` of `due`, which come in the order of their waiting.

        `held`: how many edits of a member run already; `rooms`: how many more each provider takes
        (one that is not named takes none); `shares`: how many more each project may take before
        all others (one that is not named has no limit).
        """
        queues: dict[Queue, deque[Candidate]] = defaultdict(deque)
        for candidate in due:
            queues[candidate.project, candidate.actor].append(candidate)
        left, running, share = Counter(rooms), Counter(held), Counter(shares or {})

        def turn(queue: Queue) -> tuple[bool, int, int]:
            project, actor = queue
            is_over = project in share and share[project] <= 0
            return is_over, running[actor], self._served.get(actor, 0)

        chosen: list[Candidate] = []
        while queues and len(chosen) < limit:
            queue = min(queues, key=turn)
            found = _next_with_room(queues[queue], left)
            if found is None:
                del queues[queue]
                continue
            left[found.provider] -= 1
            running[found.actor] += 1
            if found.project in share:
                share[found.project] -= 1
            chosen.append(found)
        return chosen

    def remember(self, served: Iterable[Candidate]) -> None:
        """These were taken; their members come after those who were not served since."""
        for candidate in served:
            self._count += 1
            self._served.pop(candidate.actor, None)
            self._served[candidate.actor] = self._count
        while len(self._served) > MEMORY:
            del self._served[next(iter(self._served))]


def _next_with_room(queue: deque[Candidate], left: Mapping[int | None, int]) -> Candidate | None:
    """Take the first whose provider has room; those before it wait for another time."""
    while queue:
        candidate = queue.popleft()
        if left.get(candidate.provider, 0) > 0:
            return candidate
    return None
