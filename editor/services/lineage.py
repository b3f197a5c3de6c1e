"""Where a picture stands in its family: what it was made from, what came of it, what is beside it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.models import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS_LENGTH = 140
# What is shown before somebody asks for all of it.
NEAR_ANCESTORS, NEAR_SIBLINGS, NEAR_CHILDREN = 4, 6, 8
# Deeper steps stand beside each other: no reader counts so far, and browsers nest no deeper than
# 512 elements.
MAX_DEPTH = 60
MAX_COMPARED_SIBLINGS = 50


@dataclass(slots=True)
class Row:
    """One version in the tree, and how the nested lists begin and end around it.

    `step`: how many edits lie between the original and it; `depth`: in how many lists its own
    stands; `opens`: it is the first of a list; `closes`: one item for each list that ends after it;
    `skipped`: how many steps between it and the version above are left out.
    """

    picture: Picture
    words: str
    step: int
    depth: int
    skipped: int
    is_current: bool
    opens: bool = False
    closes: range = range(0)


@dataclass(frozen=True, slots=True)
class Tree:
    """The family as rows from top to bottom; `total` counts those that are not shown, too."""

    rows: list[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A version to compare a picture with; `is_before`: the picture came from it."""

    picture: Picture
    words: str
    is_before: bool


class Lineage:
    """A picture among its family, read in one query.

    A version in the trash is part of it only while something that is not was made from it.
    """

    def __init__(self, picture: Picture) -> None:
        rows = Picture.objects.family_of(picture).with_parts().select_related("created_by", "edit")
        self._members = {row.pk: row for row in rows}
        self._picture = picture
        self._children: dict[int, list[int]] = defaultdict(list)
        alive = self._alive()
        for pk, row in self._members.items():
            if pk in alive and row.parent_id is not None:
                self._children[row.parent_id].append(pk)
        self._total = len(alive)

    @property
    def root(self) -> Picture:
        """The original."""
        return self._members[self._picture.root_id or self._picture.pk]

    @property
    def current(self) -> Picture:
        """The picture itself, as one of its family."""
        return self._members[self._picture.pk]

    @property
    def ancestors(self) -> list[Picture]:
        """From the original down to what the picture was made from."""
        return [self._members[pk] for pk in self._line(self._picture.pk)[:-1]]

    @property
    def siblings(self) -> list[Picture]:
        """What else was made from the same version, newest first, not in the trash."""
        beside = self._children[self._picture.parent_id or 0]
        found = [self._members[pk] for pk in reversed(beside) if pk != self._picture.pk]
        return [row for row in found if row.trashed_at is None][:MAX_COMPARED_SIBLINGS]

    @property
    def compared(self) -> list[Compared]:
        """What the picture came from, nearest first, then what lies beside it."""
        before = [Compared(row, self.words(row), is_before=True) for row in self.ancestors[::-1]]
        beside = [Compared(row, self.words(row), is_before=False) for row in self.siblings]
        return before + beside

    def words(self, picture: Picture) -> str:
        """The beginning of the prompt that made a member of the family; empty for the original."""
        return picture.edit.prompt[:WORDS_LENGTH] if picture.edit else ""

    def tree(self, *, whole: bool) -> Tree:
        """The family as nested lists: all of it, or what is near the picture."""
        keep = set(self._members) if whole else self._near()
        rows = list(self._walk(keep))
        nest(rows)
        return Tree(rows, self._total)

    def _alive(self) -> set[int]:
        """Keys of what is not in the trash, of the picture itself, and of all these came from."""
        alive: set[int] = set()
        for pk, row in self._members.items():
            if row.trashed_at is None or pk == self._picture.pk:
                current: int | None = pk
                while current is not None and current not in alive:
                    alive.add(current)
                    current = self._members[current].parent_id
        return alive

    def _line(self, pk: int) -> list[int]:
        """Keys from the original down to that one."""
        line: list[int] = []
        current: int | None = pk
        while current is not None:
            line.append(current)
            current = self._members[current].parent_id
        return line[::-1]

    def _near(self) -> set[int]:
        line = self._line(self._picture.pk)
        beside = self._children[self._picture.parent_id or 0] or [self._picture.pk]
        start = max(0, beside.index(self._picture.pk) - NEAR_SIBLINGS // 2)
        return {
            line[0],
            *line[-1 - NEAR_ANCESTORS :],
            *beside[start : start + NEAR_SIBLINGS],
            *self._children[self._picture.pk][:NEAR_CHILDREN],
        }

    def _walk(self, keep: set[int]) -> Iterator[Row]:
        """Give what is kept from the original down, each followed by what was made from it."""
        waiting = [(self.root.pk, 0, 0, 0)]
        while waiting:
            pk, step, depth, skipped = waiting.pop()
            if pk in keep:
                member = self._members[pk]
                words, is_current = self.words(member), pk == self._picture.pk
                yield Row(member, words, step, depth, skipped, is_current)
                depth, skipped = min(depth + 1, MAX_DEPTH), -1
            below = (step + 1, depth, skipped + 1)
            waiting.extend((child, *below) for child in reversed(self._children[pk]))


def nest(rows: list[Row]) -> None:
    """Mark where lists begin and end, from the depth of each row."""
    depths = [-1, *(row.depth for row in rows), -1]
    for row, before, after in zip(rows, depths, depths[2:], strict=False):
        row.opens = row.depth > before
        row.closes = range(max(0, row.depth - after))
