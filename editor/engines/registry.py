"""The table of engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from editor.engines.builtin.engine import Builtin
from editor.engines.errors import UnknownEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from editor.engines.base import Engine, Runner

type Factory = Callable[[Runner | None], Engine]

FACTORIES: Final[Mapping[str, Factory]] = {"builtin": Builtin}


class EngineSource(Protocol):
    """Wherever engines come from; it may ask the database."""

    def engine(self, name: str, row: Any = None) -> Engine:
        """Return the engine of this id, or raise `UnknownEngine`.

        `row` is what the caller has just read of it in the database, if anything.
        """

    def reader(self, name: str) -> Engine:
        """Return an engine that reads what this one answered; it must not be asked anything."""


class Registry:
    """The house's own engines by id, made once each.

    With a ``runner`` the engines draw; without one they only understand prompts and plan.
    """

    def __init__(
        self, runner: Runner | None = None, *, factories: Mapping[str, Factory] = FACTORIES
    ) -> None:
        self._engines = {name: factory(runner) for name, factory in factories.items()}

    def engine(self, name: str, row: Any = None) -> Engine:
        """Return the engine of this id, or raise `UnknownEngine`."""
        try:
            return self._engines[name]
        except KeyError:
            raise UnknownEngine(name) from None

    def reader(self, name: str) -> Engine:
        """Return the engine itself: nothing of ours is ever deleted. Raises `UnknownEngine`."""
        return self.engine(name)

    def engines(self) -> tuple[Engine, ...]:
        """Return all engines in the order they are offered to people."""
        return tuple(self._engines.values())
