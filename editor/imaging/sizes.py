"""Which picture sizes a model draws."""

from __future__ import annotations

from dataclasses import dataclass

type Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SizeRules:
    """Legal sizes: the listed ones, or, with a ``step``, all that keep within the limits.

    Edges are multiples of ``step`` and at most ``max_edge`` pixels, the longer at most
    ``max_ratio`` times the shorter, the area from ``min_pixels`` to ``max_pixels``. ``listed`` are
    then the sizes worth offering.
    """

    listed: tuple[Size, ...] = ()
    step: int = 0
    max_edge: int = 0
    max_ratio: float = 0.0
    min_pixels: int = 0
    max_pixels: int = 0

    @property
    def is_free(self) -> bool:
        """Whether any size within limits will do."""
        return self.step > 0
