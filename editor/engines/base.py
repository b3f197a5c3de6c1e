"""The contract between the pipeline and whoever draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from editor.imaging.sandbox.wire import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from editor.engines.costs import Cost
    from editor.engines.plans import Abilities, Plan, Wanted
    from editor.imaging.focus import FocusRules
    from editor.imaging.sandbox.wire import ChildJob

type Instruction = Mapping[str, JSON]
type Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class EditRequest:
    """One edit as an engine sees it.

    ``image`` is a PNG crop in the picture's working mode (L, LA, RGB or RGBA); ``mask`` is an
    8-bit grey PNG of the same size, 255 = edit, 0 = protected, or ``None`` for the whole
    picture; ``instruction`` is what the engine's own ``understand`` made of ``prompt``;
    ``work`` is an existing directory for answers. ``inputs`` are further pictures, upright PNGs
    in the member's order; ``size`` and ``fields`` are those of the stored `Plan`; ``token``
    names this one attempt and ``user`` the member, both meaningless to anybody else.
    ``as_it_is``: image and mask are sent just as they are, for the engine said that it may.
    """

    image: Path
    mask: Path | None
    prompt: str
    instruction: Instruction
    seed: int
    work: Path
    inputs: tuple[Path, ...] = ()
    size: tuple[int, int] | None = None
    fields: Mapping[str, JSON] = field(default_factory=dict)
    token: str = ""
    user: str = ""
    as_it_is: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came, not yet read: ``file`` lies in the request's ``work``.

    ``head`` is plain JSON and holds all that ``Engine.read`` needs beside the file, so that
    another process can read it later.
    """

    file: Path
    head: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class EditResult:
    """What an answer holds: pictures, and what was really done.

    ``images`` are files that a child process may open (a built-in answer: a lossless PNG of the
    crop's size). Only painted pixels are meant to be used. When the mask marked a subject whose
    surroundings were to change, ``coverage`` says which pixels the engine meant instead: an 8-bit
    grey PNG, 0 = protected; the image may then have another mode. ``usage`` holds the tokens as
    the provider counted them; ``inputs`` pictures went along, the crop among them.
    """

    images: tuple[Path, ...]
    actual: Mapping[str, JSON]
    usage: Mapping[str, JSON] | None = None
    coverage: Path | None = None
    inputs: int = 1


class Runner(Protocol):
    """Runs ``"module:function"`` in a child process; cancelling the task kills the child."""

    async def run(
        self, function: str, *, progress: Progress | None = None, **arguments: JSON
    ) -> Mapping[str, JSON]:
        """Return the function's JSON answer."""


class Children(Runner, Protocol):
    """The same for several functions."""

    def start(self) -> None:
        """Get ready before the first is run."""

    async def run_each(
        self, jobs: Sequence[ChildJob], *, progress: Progress | None = None, same: str = ""
    ) -> Sequence[Mapping[str, JSON]]:
        """Run several in one child, one after the other; return all answers.

        Jobs that open nothing but what `same` names may follow each other in one child.
        """


class Watch(Protocol):
    """What an engine tells while it works. None of these raises."""

    def progress(self, share: float) -> None:
        """So much of the work is done, 0 to 1."""

    async def leaving(self) -> None:
        """The first byte of what is asked is about to leave the house; returns when it may."""

    async def sent(self) -> None:
        """The whole request has left; from here on it may be charged."""

    async def headed(self, head: Mapping[str, JSON]) -> None:
        """The head of the answer is here: ``status``, ``request_id``, ``content_type``, …"""

    def partial(self, file: Path) -> None:
        """A preview of the picture in the making lies in ``file``, as it came."""


class Engine(Protocol):
    """Who draws.

    ``free`` engines cost nothing; a ``replay_safe`` one may simply run again when its answer was
    lost; a ``resend_safe`` one recognises the attempt's token, so that the same request may be
    sent again. ``host`` is where the pixels go, empty when they stay in the house. One that
    ``redraws`` makes the whole crop anew: its answer may lie beside its place, in other colours.
    """

    @property
    def id(self) -> str:
        """Stable name, stored with every edit."""

    @property
    def label(self) -> str:
        """Name for people, plain English."""

    @property
    def host(self) -> str:
        """The machine that sees the pixels; empty for one of our own."""

    @property
    def free(self) -> bool:
        """Whether an edit costs nothing."""

    @property
    def replay_safe(self) -> bool:
        """Whether a lost edit may run again without asking."""

    @property
    def resend_safe(self) -> bool:
        """Whether the same token twice is executed once."""

    @property
    def redraws(self) -> bool:
        """Whether an answer must be aligned with the crop and given its colours."""

    @property
    def max_answer_bytes(self) -> int:
        """How large an answer may become on disk."""

    @property
    def abilities(self) -> Abilities:
        """Which parameters and how many pictures it takes."""

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        """Read a prompt before anything is queued.

        Raises `NotUnderstood` or `NeedsMask`.
        """

    def rules(self, instruction: Instruction) -> FocusRules:
        """How much context around the mask this instruction wants to see."""

    def plan(self, wanted: Wanted) -> Plan:
        """Return what would be sent for a wish, what not, and what it may cost."""

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        """Return what an execution cost: by its usage, else by the plan's estimate."""

    def preparation(self, request: EditRequest) -> ChildJob | None:
        """Return what a child must make in ``request.work`` before `edit`, if anything.

        It runs in the child that cut the crop, directly after that.
        """

    def forward(self, request: EditRequest) -> bool:
        """Whether the request's picture and mask may be sent just as they are, without a child.

        They are plain (editor.imaging.plain) and hold nothing but pixels; the mask's alpha is 0
        where to edit. False where that might not be what the service takes.
        """

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        """Draw, or have it drawn. Raises `EngineError`, which says whether it was executed."""

    async def read(self, answer: Answer, work: Path) -> EditResult:
        """Open an answer that is safe on disk; may be called again. Raises `EngineError`."""
