"""An engine for tests of the pipeline: it draws a flat colour when it is told to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image

from editor.engines.base import (
    Answer,
    EditRequest,
    EditResult,
    Engine,
    Instruction,
    Runner,
    Watch,
)
from editor.engines.costs import NO_COST, Cost
from editor.engines.plans import FREE_PLAN, Abilities, Plan, Wanted
from editor.engines.registry import Registry
from editor.imaging.focus import FocusRules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from editor.imaging.sandbox.wire import ChildJob


@dataclass
class StubEngine:
    """Each call of `edit` runs the next of `script`; the last is kept for all others."""

    script: list[Callable[[], None]] = field(default_factory=list)
    free: bool = True
    replay_safe: bool = True
    id: str = "stub"
    label: str = "Stub"
    started: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    calls: int = 0
    host: str = ""
    resend_safe: bool = True
    redraws: bool = False
    max_answer_bytes: int = 1_000_000
    abilities: Abilities = field(default_factory=Abilities)

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        return {"prompt": prompt, "has_mask": has_mask}

    def rules(self, instruction: Instruction) -> FocusRules:
        return FocusRules(margin_factor=0.5, margin_min=4)

    def plan(self, wanted: Wanted) -> Plan:
        return FREE_PLAN

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        return NO_COST

    def preparation(self, request: EditRequest) -> ChildJob | None:
        return None

    def forward(self, request: EditRequest) -> bool:
        return False

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        await watch.sent()
        self.calls += 1
        self.started.set()
        watch.progress(0.5)
        if self.script:
            (self.script.pop(0) if len(self.script) > 1 else self.script[0])()
        await self.release.wait()
        with Image.open(request.image) as crop:
            answer = Image.new(crop.mode, crop.size, 200 if crop.mode == "L" else None)
        target = request.work / "drawn.png"
        answer.save(target)
        return Answer(target, {})

    async def read(self, answer: Answer, work: Path) -> EditResult:
        return EditResult((answer.file,), {"drawn": "flat"})


def registry_of(engine: StubEngine) -> Registry:
    """A registry that knows this engine only."""

    def factory(_runner: Runner | None) -> Engine:
        return engine

    return Registry(factories={engine.id: factory})
