"""The built-in engine as the pipeline sees it. Loads neither NumPy nor OpenCV."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from editor.engines.base import Answer, EditResult
from editor.engines.builtin import language
from editor.engines.costs import NO_COST
from editor.engines.errors import CannotFill, EngineCrashed, EngineError, NoRunner, Refused
from editor.engines.plans import FREE_PLAN, Abilities
from editor.imaging.focus import FocusRules
from editor.imaging.sandbox.errors import JobCrashed, JobRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from editor.engines.base import EditRequest, Instruction, Runner, Watch
    from editor.engines.costs import Cost
    from editor.engines.plans import Plan, Wanted
    from editor.imaging.sandbox.wire import JSON, ChildJob

JOB: Final = "editor.engines.builtin.work:paint"
ANSWER: Final = "painted.png"
COVERAGE: Final = "coverage.png"
# The same job would end the same way; a signal may have come from outside.
PERMANENT_CRASHES: Final = frozenset({"memory", "cpu", "time", "exception"})

# One box of context around a hole is what the search copies from (builtin-engine.md, "Take").
AROUND_HOLES: Final = FocusRules(margin_factor=1.0, margin_min=96)
# Three sigmas of the strongest blur, which is a tenth of the mask's side.
AROUND_BLURS: Final = FocusRules(margin_factor=0.35, margin_min=32)
AROUND_TONES: Final = FocusRules(margin_factor=0.0, margin_min=16)
# The mask marks what stays: everything else is changed.
AROUND_SUBJECTS: Final = FocusRules(margin_factor=0.0, margin_min=0, whole=True)


class Builtin:
    """Removes, fills and changes tones on the CPU, with no key."""

    id = "builtin"
    label = "Built-in"
    host = ""
    free = True
    replay_safe = True
    resend_safe = True
    # It works on the crop's own pixels.
    redraws = False
    # A lossless PNG of the largest crop.
    max_answer_bytes = 512 * 1024 * 1024
    abilities = Abilities()

    def __init__(
        self, runner: Runner | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._runner = runner
        self._clock = clock

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        """Read a prompt. Raises `NotUnderstood` or `NeedsMask`."""
        return language.read(prompt, has_mask=has_mask)

    def rules(self, instruction: Instruction) -> FocusRules:
        """Return the widest context that one of the steps wants."""
        if _is_about_background(instruction):
            return AROUND_SUBJECTS
        todo = _names(instruction)
        if todo & {"remove", "fill"}:
            return AROUND_HOLES
        return AROUND_BLURS if "blur" in todo else AROUND_TONES

    def plan(self, wanted: Wanted) -> Plan:
        """Nothing is sent anywhere, and it costs nothing."""
        return FREE_PLAN

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        """Nothing."""
        return NO_COST

    def preparation(self, request: EditRequest) -> ChildJob | None:
        """Nothing: the crop is all it needs."""
        return None

    def forward(self, request: EditRequest) -> bool:
        """It has to open them anyway."""
        return False

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        """Draw in a child process.

        Raises `CannotFill`, `EngineCrashed`, `NoRunner`; cancelling kills the child.
        """
        if self._runner is None:
            raise NoRunner(self.id)
        await watch.sent()
        about_background = _is_about_background(request.instruction)
        coverage = request.work / COVERAGE if about_background else None
        out = request.work / ANSWER
        begun = self._clock()
        try:
            actual = await self._paint(self._runner, request, (out, coverage), watch)
        except JobRejected as refusal:
            raise _refused(refusal) from refusal
        except JobCrashed as crash:
            raise _crashed(crash) from crash
        seconds = round(self._clock() - begun, 2)
        return Answer(out, {"actual": {"seconds": seconds, **actual}, "coverage": about_background})

    async def read(self, answer: Answer, work: Path) -> EditResult:
        """The answer is the picture."""
        actual = answer.head["actual"]
        if not isinstance(actual, dict):
            raise TypeError("an answer's head holds what was done")
        coverage = work / COVERAGE if answer.head["coverage"] else None
        return EditResult((answer.file,), actual, coverage=coverage)

    async def _paint(
        self,
        runner: Runner,
        request: EditRequest,
        files: tuple[Path, Path | None],
        watch: Watch,
    ) -> Mapping[str, JSON]:
        out, coverage = files
        return await runner.run(
            JOB,
            progress=watch.progress,
            image=str(request.image),
            mask=str(request.mask) if request.mask else None,
            instruction=request.instruction,
            seed=request.seed,
            out=str(out),
            coverage=str(coverage) if coverage else None,
        )


def _is_about_background(instruction: Instruction) -> bool:
    return any(step.get("region") == "background" for step in _steps(instruction))


def _names(instruction: Instruction) -> set[JSON]:
    return {step["do"] for step in _steps(instruction)}


def _steps(instruction: Instruction) -> list[dict[str, JSON]]:
    steps = instruction["steps"]
    if not isinstance(steps, list | tuple):
        raise TypeError("an instruction holds a list of steps")
    return [step for step in steps if isinstance(step, dict)]


def _refused(refusal: JobRejected) -> EngineError:
    if refusal.code == CannotFill.CODE:
        return CannotFill(refusal.message)
    return Refused(refusal.message, code=refusal.code, params=refusal.params)


def _crashed(crash: JobCrashed) -> EngineCrashed:
    # What the operating system refused, a full disk above all, it may grant later.
    permanent = crash.kind in PERMANENT_CRASHES and crash.errno is None
    message = f"The built-in engine broke off ({crash.kind})."
    return EngineCrashed(message, kind=crash.kind, permanent=permanent)
