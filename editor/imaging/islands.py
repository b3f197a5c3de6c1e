"""Parts of a mask that lie far apart: whether each by itself would be cheaper than all in one."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

from editor.imaging.focus import union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from editor.imaging.focus import Box


def grouped(boxes: Iterable[Box], cost: Callable[[Box], float]) -> list[Box]:
    """Put boxes together as long as that is no dearer, the pair that saves most first.

    Those that touch each other belong together in any case: what is cut apart by boxes has to be
    apart. In reading order.
    """
    price = cache(cost)
    left = joined(set(boxes))
    while len(left) > 1:
        saving, pair = max(
            (price(one) + price(other) - price(union(one, other)), (one, other))
            for one, other in combinations(sorted(left), 2)
        )
        if saving < 0:
            break
        left = joined((left - set(pair)) | {union(*pair)})
    return sorted(left, key=lambda box: (box[1], box[0]))


def joined(boxes: set[Box]) -> set[Box]:
    """The boxes with those that touch each other made one, until none do."""
    while True:
        pairs = combinations(sorted(boxes), 2)
        touching = next(((one, other) for one, other in pairs if touch(one, other)), None)
        if touching is None:
            return boxes
        boxes = (boxes - set(touching)) | {union(*touching)}


def touch(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel or an edge."""
    return all(one[axis] <= other[axis + 2] and other[axis] <= one[axis + 2] for axis in (0, 1))
