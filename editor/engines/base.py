"""The contract between the pipeline and whoever draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from editor.imaging.sandbox.wire import JSON

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.focus import FocusRules

type Instruction = Mapping[str, JSON]
type Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class EditRequest:
    """One edit as an engine sees it.

    ``image`` is a PNG crop in the picture's working mode (L, LA, RGB or RGBA); ``mask`` is an
    8-bit grey PNG of the same size, 255 = edit, 0 = protected, or ``None`` for the whole
    picture; ``instruction`` is what the engine's own ``understand`` made of ``prompt``;
    ``work`` is an existing directory for answers.
    """

    image: Path
    mask: Path | None
    prompt: str
    instruction: Instruction
    seed: int
    work: Path


@dataclass(frozen=True, slots=True)
class EditResult:
    """What came back: a lossless PNG of the crop's size, and what was really done.

    Only painted pixels of ``image`` are meant to be used; ``seconds`` is the wall time spent. When
    the mask marked a subject whose surroundings were to change, ``coverage`` says which pixels the
    engine meant instead: an 8-bit grey PNG, 0 = protected; ``image`` may then have another mode.
    """

    image: Path
    actual: Mapping[str, JSON]
    seconds: float
    coverage: Path | None = None


class Runner(Protocol):
    """Runs ``"module:function"`` in a child process; cancelling the task kills the child."""

    async def run(
        self, function: str, *, progress: Progress | None = None, **arguments: JSON
    ) -> Mapping[str, JSON]:
        """Return the function's JSON answer."""


class Engine(Protocol):
    """Who draws.

    ``free`` engines cost nothing; a ``replay_safe`` one may simply run again when its answer
    was lost.
    """

    @property
    def id(self) -> str:
        """Stable name, stored with every edit."""

    @property
    def label(self) -> str:
        """Name for people, plain English."""

    @property
    def free(self) -> bool:
        """Whether an edit costs nothing."""

    @property
    def replay_safe(self) -> bool:
        """Whether a lost edit may run again without asking."""

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        """Read a prompt before anything is queued.

        Raises `NotUnderstood` or `NeedsMask`.
        """

    def rules(self, instruction: Instruction) -> FocusRules:
        """How much context around the mask this instruction wants to see."""

    async def edit(self, request: EditRequest, *, progress: Progress) -> EditResult:
        """Draw. ``progress`` is called with shares from 0 to 1. Raises `EngineError`."""
