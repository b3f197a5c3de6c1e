"""The engine as the pipeline knows it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from editor.engines.base import Answer, EditResult
from editor.engines.costs import Cost, CostBasis, CostRange
from editor.engines.errors import EngineError, ErrorClass, Execution, NoRunner, ProviderError
from editor.engines.openai.catalog import catalog, offered
from editor.engines.openai.engine import JOBS, OpenAICompatible
from editor.engines.plans import Plan, Wanted
from editor.imaging.sandbox.client import Limits, Sandbox
from tests.engines.openai.pictures import b64, picture
from tests.engines.openai.setting import (
    Inline,
    Server,
    Watcher,
    answer,
    make_engine,
    make_provider,
    make_request,
    prepare,
    read_request,
    send,
)

if TYPE_CHECKING:
    from editor.imaging.sandbox.wire import JSON

PNG = picture()
BODY = json.dumps({"data": [{"b64_json": b64(PNG)}]}).encode()


def test_a_whole_edit_with_real_children_over_a_real_line(tmp_path: Path) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader)
        assert b'name="mask"' in request
        writer.write(answer(BODY, "Content-Type: application/json", "X-Request-Id: r-1"))

    async def run(sandbox: Sandbox) -> EditResult:
        async with Server(handler) as server:
            engine = OpenAICompatible(make_provider(server.base_url), "m", runner=sandbox)
            kept = await send(engine, make_request(tmp_path), Watcher())
            return await engine.read(kept, tmp_path)

    limits = Limits(cpu_seconds=20, memory_bytes=None, wall_seconds=40.0, file_bytes=2**30)
    sandbox = Sandbox(preload=JOBS, limits=limits, slots=1)
    try:
        result = asyncio.run(run(sandbox))
    finally:
        sandbox.close()
    assert [file.read_bytes() for file in result.images] == [PNG]
    assert result.actual["request_id"] == "r-1"


def test_another_process_can_read_what_this_one_received(tmp_path: Path) -> None:
    """The head beside the body holds all that reading needs."""
    engine = make_engine(
        make_provider(),
        transport=lambda: httpx.MockTransport(lambda _: httpx.Response(200, content=BODY)),
    )
    kept = asyncio.run(send(engine, make_request(tmp_path, n=3), Watcher()))
    assert json.loads((tmp_path / "answer.head").read_text()) == kept.head
    result = asyncio.run(make_engine(make_provider()).read(kept, tmp_path))
    assert (result.actual["count"], result.actual["asked"]) == (1, 3)


def test_a_refused_parameter_is_named_whatever_field_it_was(tmp_path: Path) -> None:
    """Also one that no plan holds, as the member's hash; never one that makes the request."""

    def refusing(name: str) -> ProviderError:
        error = {"message": "no", "code": "unknown_parameter", "param": name}
        transport = httpx.MockTransport(lambda _: httpx.Response(400, json={"error": error}))
        engine = make_engine(make_provider(), transport=lambda: transport)
        with pytest.raises(ProviderError) as caught:
            asyncio.run(send(engine, make_request(tmp_path, quality="low"), Watcher()))
        return caught.value

    assert refusing("quality").unknown_parameter == "quality"
    assert refusing("user").unknown_parameter == "user"
    for name in ("prompt", "model", "image", "mask", "elsewhere"):
        error = refusing(name)
        assert (error.unknown_parameter, error.code) == ("", "bad_request")
        assert (error.execution, error.error_class) == (Execution.NO, ErrorClass.INPUT)


def test_the_cost_is_what_the_provider_counted() -> None:
    name = catalog().presets["openai"].models[0]
    model = catalog().models[name]
    engine = OpenAICompatible(make_provider(models={name: model}), name)
    plan = Plan(None, {}, (), CostRange(1, 9))
    assert engine.cost(plan, None) == Cost(9, CostBasis.ESTIMATE)


def make_result(count: int = 1, *, inputs: int = 1, bad: int = 0, **usage: JSON) -> EditResult:
    return EditResult((Path("a.png"),) * count, {"unreadable": bad}, usage or None, inputs=inputs)


def make_priced(name: str, preset: str) -> OpenAICompatible:
    return OpenAICompatible(make_provider(models={name: offered(preset, name)}), name)


def test_every_picture_that_went_along_is_counted() -> None:
    engine = make_priced("grok-imagine-image-2.0", "xai")
    plan = Plan(None, {}, (), CostRange(90_000, 90_000))
    assert engine.cost(plan, make_result(inputs=3)) == Cost(90_000, CostBasis.USAGE)


def test_what_was_drawn_and_cannot_be_read_was_paid_too() -> None:
    engine = make_priced("grok-imagine-image-2.0", "xai")
    plan = Plan(None, {"n": 2}, (), CostRange(130_000, 130_000))
    assert engine.cost(plan, make_result(1, bad=1)) == Cost(130_000, CostBasis.USAGE)


def test_fewer_pictures_than_asked_cost_the_most_that_was_estimated() -> None:
    """The count of a stream that was cut after one of three is that of the one."""
    engine = make_priced("gpt-image-2", "openai")
    plan, count = Plan(None, {"n": 3}, (), CostRange(1, 200_000)), {"input_tokens": 100}
    one = make_result(1, **count, output_tokens=1000)
    assert engine.cost(plan, one) == Cost(200_000, CostBasis.ESTIMATE)
    three = make_result(3, **count, output_tokens=3000)
    assert engine.cost(plan, three) == Cost(90_800, CostBasis.USAGE)
    dear = make_result(1, **count, output_tokens=9000)
    assert engine.cost(plan, dear) == Cost(270_800, CostBasis.USAGE)


def test_a_zero_is_settled_by_the_estimate() -> None:
    engine = make_priced("gpt-image-2", "openai")
    plan = Plan(None, {}, (), CostRange(1, 9))
    nothing = make_result(input_tokens=0, output_tokens=0)
    assert engine.cost(plan, nothing) == Cost(9, CostBasis.ESTIMATE)


def test_the_answer_says_how_many_pictures_went_along(tmp_path: Path) -> None:
    line = httpx.MockTransport(lambda _: httpx.Response(200, content=BODY))
    engine = make_engine(make_provider(), transport=lambda: line)
    request = make_request(tmp_path)
    kept = asyncio.run(send(engine, replace(request, inputs=(request.image,) * 2), Watcher()))
    assert asyncio.run(engine.read(kept, tmp_path)).inputs == 3


@pytest.mark.parametrize("preset", ["generic", "xai"])
@pytest.mark.parametrize("lost", ["outgoing.json", "outgoing/image-1.png"])
def test_what_is_missing_before_sending_was_not_sent(
    tmp_path: Path, lost: str, preset: str
) -> None:
    engine = make_engine(make_provider(preset=catalog().presets[preset]))
    request = make_request(tmp_path)
    asyncio.run(prepare(engine, request))
    (tmp_path / lost).unlink()
    with pytest.raises(EngineError) as caught:
        asyncio.run(engine.edit(request, Watcher()))
    assert (caught.value.code, caught.value.execution) == ("not_prepared", Execution.NO)
    assert not caught.value.permanent


def test_a_line_that_cannot_be_made_was_not_used(tmp_path: Path) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise OSError("no certificates")

    engine = make_engine(make_provider(), transport=lambda: httpx.MockTransport(broken))
    with pytest.raises(EngineError) as caught:
        asyncio.run(send(engine, make_request(tmp_path), Watcher()))
    assert (caught.value.code, caught.value.execution) == ("not_prepared", Execution.NO)


def test_a_plan_needs_neither_runner_nor_line() -> None:
    engine = OpenAICompatible(make_provider(), "any-model")
    plan = engine.plan(Wanted(crop=(640, 480), has_mask=True, prompt="x"))
    assert plan.count == 1
    assert engine.rules({}).margin_min == 64
    assert (engine.id, engine.host) == ("prov:any-model", "127.0.0.1")
    assert engine.understand("x", has_mask=False) == {}


def test_without_a_runner_nothing_is_read(tmp_path: Path) -> None:
    engine = OpenAICompatible(make_provider(), "any-model")
    with pytest.raises(NoRunner):
        asyncio.run(engine.read(Answer(tmp_path / "answer", {}), tmp_path))


def test_every_attempt_has_a_line_of_its_own(tmp_path: Path) -> None:
    made: list[httpx.MockTransport] = []

    def transport() -> httpx.MockTransport:
        made.append(httpx.MockTransport(lambda _: httpx.Response(200, content=BODY)))
        return made[-1]

    engine = OpenAICompatible(make_provider(), "m", runner=Inline(), transport=transport)
    for _ in range(2):
        asyncio.run(send(engine, make_request(tmp_path), Watcher()))
    assert len(set(made)) == 2
