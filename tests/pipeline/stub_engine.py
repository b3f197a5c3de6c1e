"""An engine for tests of the pipeline: it draws a flat colour when it is told to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image

from editor.engines.base import EditRequest, EditResult, Engine, Instruction, Progress, Runner
from editor.engines.registry import Registry
from editor.imaging.focus import FocusRules

if TYPE_CHECKING:
    from collections.abc import Callable


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

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        return {"prompt": prompt, "has_mask": has_mask}

    def rules(self, instruction: Instruction) -> FocusRules:
        return FocusRules(margin_factor=0.5, margin_min=4)

    async def edit(self, request: EditRequest, *, progress: Progress) -> EditResult:
        self.calls += 1
        self.started.set()
        progress(0.5)
        if self.script:
            (self.script.pop(0) if len(self.script) > 1 else self.script[0])()
        await self.release.wait()
        with Image.open(request.image) as crop:
            answer = Image.new(crop.mode, crop.size, 200 if crop.mode == "L" else None)
        target = request.work / "drawn.png"
        answer.save(target)
        return EditResult(target, {"drawn": "flat"}, 0.1)


def registry_of(engine: StubEngine) -> Registry:
    """A registry that knows this engine only."""

    def factory(_runner: Runner | None) -> Engine:
        return engine

    return Registry(factories={engine.id: factory})
