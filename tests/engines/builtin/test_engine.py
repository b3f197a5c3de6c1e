from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.engines.base import EditRequest, EditResult
from editor.engines.builtin.engine import Builtin
from editor.engines.errors import CannotFill, EngineCrashed, EngineError, NoRunner, Refused
from editor.imaging.sandbox.client import Limits, Sandbox
from editor.imaging.sandbox.errors import CrashKind, JobCrashed, JobRejected
from tests.engines.builtin.textures import MAGENTA, make_grass, make_hole, spoiled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from editor.engines.base import Progress
    from editor.imaging.sandbox.wire import JSON


class Recorder:
    """A runner that notes what it was asked for, and answers or fails as told."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.function = ""
        self.arguments: dict[str, JSON] = {}

    async def run(
        self, function: str, *, progress: Progress | None = None, **arguments: JSON
    ) -> Mapping[str, JSON]:
        self.function, self.arguments = function, arguments
        if self.failure:
            raise self.failure
        if progress:
            progress(0.5)
        return {"steps": [{"do": "remove"}]}


class Seen:
    """Remembers how far the work was said to be."""

    def __init__(self, shares: list[float] | None = None) -> None:
        self.progress = (shares if shares is not None else []).append

    async def leaving(self) -> None:
        raise AssertionError("nothing leaves the built-in engine")

    async def sent(self) -> None:
        pass

    async def headed(self, head: object) -> None:
        raise AssertionError("the built-in engine has no head to tell")

    def partial(self, file: Path) -> None:
        raise AssertionError("the built-in engine shows no previews")


def draw(engine: Builtin, request: EditRequest, watch: Seen) -> EditResult:
    async def both() -> EditResult:
        return await engine.read(await engine.edit(request, watch), request.work)

    return asyncio.run(both())


def make_request(folder: Path, mask: Path | None) -> EditRequest:
    return EditRequest(
        image=folder / "crop.png",
        mask=mask,
        prompt="remove this",
        instruction={"steps": [{"do": "remove"}]},
        seed=7,
        work=folder,
    )


def edit_with(failure: Exception, folder: Path) -> EngineError:
    engine = Builtin(Recorder(failure))
    with pytest.raises(EngineError) as caught:
        asyncio.run(engine.edit(make_request(folder, None), Seen()))
    return caught.value


def test_an_edit_hands_the_job_paths_and_comes_back_with_the_answer(tmp_path: Path) -> None:
    runner, told = Recorder(), list[float]()
    times = iter([10.0, 12.5])
    engine = Builtin(runner, clock=lambda: next(times))
    request = make_request(tmp_path, tmp_path / "mask.png")
    result = draw(engine, request, Seen(told))
    assert runner.function == "editor.engines.builtin.work:paint"
    assert runner.arguments == {
        "image": str(tmp_path / "crop.png"),
        "mask": str(tmp_path / "mask.png"),
        "instruction": {"steps": [{"do": "remove"}]},
        "seed": 7,
        "out": str(result.images[0]),
        "coverage": None,
    }
    assert result.images[0].parent == tmp_path
    assert result.actual == {"seconds": 2.5, "steps": [{"do": "remove"}]}
    assert told == [0.5]


def test_without_a_mask_the_job_gets_none(tmp_path: Path) -> None:
    runner = Recorder()
    engine = Builtin(runner)
    asyncio.run(engine.edit(make_request(tmp_path, None), Seen()))
    assert runner.arguments["mask"] is None


def test_a_change_of_the_background_comes_back_with_its_coverage(tmp_path: Path) -> None:
    runner = Recorder()
    engine = Builtin(runner)
    request = replace(
        make_request(tmp_path, tmp_path / "mask.png"),
        instruction=engine.understand("blur the background", has_mask=True),
    )
    result = draw(engine, request, Seen())
    assert result.coverage is not None
    assert runner.arguments["coverage"] == str(result.coverage)
    assert engine.rules(request.instruction).whole


def test_without_a_runner_it_understands_but_does_not_draw(tmp_path: Path) -> None:
    engine = Builtin()
    assert engine.understand("remove this", has_mask=True) == {"steps": [{"do": "remove"}]}
    with pytest.raises(NoRunner):
        asyncio.run(engine.edit(make_request(tmp_path, None), Seen()))


def test_a_job_with_nothing_to_fill_from_is_a_refusal(tmp_path: Path) -> None:
    error = edit_with(JobRejected("nothing_to_fill_from", {}, "leave something"), tmp_path)
    assert isinstance(error, CannotFill)
    assert error.message == "leave something"


def test_other_refusals_of_the_job_keep_their_code(tmp_path: Path) -> None:
    error = edit_with(JobRejected("needs_mask", {"part": "it"}, "paint first"), tmp_path)
    assert isinstance(error, Refused)
    assert (error.code, error.params) == ("needs_mask", {"part": "it"})


@pytest.mark.parametrize(
    ("kind", "errno", "permanent"),
    [
        ("memory", None, True),
        ("time", None, True),
        ("exception", None, True),
        ("signal", None, False),
        ("exception", 28, False),
    ],
)
def test_a_crash_is_permanent_when_it_would_happen_again(
    tmp_path: Path, kind: CrashKind, errno: int | None, *, permanent: bool
) -> None:
    error = edit_with(JobCrashed(kind, "Traceback (secret)", errno), tmp_path)
    assert isinstance(error, EngineCrashed)
    assert (error.permanent, error.params) == (permanent, {"kind": kind})
    assert "secret" not in error.message


@pytest.mark.parametrize(
    ("prompt", "factor", "least"),
    [
        ("remove this", 1.0, 96),
        ("make it darker and fill the hole", 1.0, 96),
        ("blur this", 0.35, 32),
        ("brighter", 0.0, 16),
    ],
)
def test_rules_ask_for_the_context_the_steps_need(prompt: str, factor: float, least: int) -> None:
    engine = Builtin()
    rules = engine.rules(engine.understand(prompt, has_mask=True))
    assert (rules.margin_factor, rules.margin_min) == (factor, least)


def test_a_real_child_removes_the_thing_and_tells_its_progress(tmp_path: Path) -> None:
    grass, hole, told = make_grass(), make_hole(), list[float]()
    Image.fromarray(spoiled(grass, hole)).save(tmp_path / "crop.png")
    Image.fromarray(hole.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    limits = Limits(cpu_seconds=60, memory_bytes=None, wall_seconds=120.0, file_bytes=10**8)
    sandbox = Sandbox(preload=["editor.engines.builtin.work"], limits=limits, slots=1)
    request = make_request(tmp_path, tmp_path / "mask.png")
    try:
        result = draw(Builtin(sandbox), request, Seen(told))
    finally:
        sandbox.close()
    with Image.open(result.images[0]) as answer:
        pixels = np.asarray(answer)
    assert (pixels[~hole] == grass[~hole]).all()
    assert not (pixels == MAGENTA).all(axis=2).any()
    assert result.actual["filled"] == {"search": 1}
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] < 1
