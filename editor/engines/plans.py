"""What an engine can be asked for, what a member wants of it, and what will be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from editor.engines.costs import FREE, CostRange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.imaging.sandbox.wire import JSON
    from editor.imaging.sizes import SizeRules

type Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Abilities:
    """Which parameters an engine takes; an empty choice means it knows no such parameter.

    ``sizes`` is None when the engine draws at whatever size it is given.
    """

    n_max: int = 1
    inputs_max: int = 1
    mask: bool = True
    sizes: SizeRules | None = None
    qualities: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    fidelities: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    moderations: tuple[str, ...] = ()
    compression: bool = False
    partial_images_max: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish in pixels: the crop to be edited, further pictures, and parameters by API name.

    A parameter that is absent was left to the engine; ``size`` is "auto" or "WxH".
    """

    crop: Size
    has_mask: bool
    prompt: str
    inputs: tuple[Size, ...] = ()
    parameters: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter that will not be sent as asked: ``sent`` is None when it is left out.

    ``reason``: "unsupported", "snapped", "needs_alpha_format", "refused_before", …
    """

    name: str
    asked: JSON
    sent: JSON
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be sent for a wish: stored with the edit, shown before and after.

    ``size`` is what crop and mask are scaled to, None when they are sent as they are; ``fields``
    are the request's parameters by API name.
    """

    size: Size | None
    fields: Mapping[str, JSON]
    changes: tuple[Change, ...]
    cost: CostRange

    @property
    def count(self) -> int:
        """How many pictures are asked for."""
        n = self.fields.get("n", 1)
        return n if isinstance(n, int) else 1

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "size": list(self.size) if self.size else None,
            "fields": dict(self.fields),
            "changes": [[c.name, c.asked, c.sent, c.reason] for c in self.changes],
            "cost": [self.cost.low, self.cost.high],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`; an empty value is the plan of a free engine."""
        if not value:
            return cls(None, {}, (), FREE)
        size, (low, high) = value["size"], value["cost"]
        return cls(
            size=(size[0], size[1]) if size else None,
            fields=value["fields"],
            changes=tuple(Change(*change) for change in value["changes"]),
            cost=CostRange(low, high),
        )


FREE_PLAN: Final = Plan(None, {}, (), FREE)
