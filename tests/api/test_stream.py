"""Answers as server-sent events, as both official SDKs read them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from editor.api import stream
from editor.api.call import EditCall
from editor.models import Edit, State
from tests.api.calling import Came, Line
from tests.api.studio import Painter, connect, edited, form, picture, within
from tests.pipeline.paid_engine import timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = {"type", "b64_json", "created_at", "size", "quality", "background", "output_format"}
USAGE = {
    "input_tokens": 50,
    "output_tokens": 272,
    "total_tokens": 322,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
}


def events(body: bytes) -> list[dict[str, Any]]:
    """What a client reads: comments left out, each event named by its line as by its data."""
    found = []
    for frame in body.decode().split("\n\n"):
        lines = [line for line in frame.split("\n") if line and not line.startswith(":")]
        if not lines:
            continue
        name, data = lines
        said = json.loads(data.removeprefix("data: "))
        assert name == f"event: {said['type']}"
        found.append(said)
    return found


def opened(event: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(event["b64_json"])))


@pytest.mark.parametrize("more", [{}, {"partial_images": "0"}, {"partial_images": "2"}])
def test_an_engine_without_previews_sends_the_picture_alone(
    caller: Caller, more: dict[str, Any]
) -> None:
    came = edited(caller, form(stream="true", **more))
    assert (came.status, came.headers["content-type"]) == (200, "text/event-stream")
    assert came.headers["cache-control"] == "no-cache"
    assert came.headers["x-accel-buffering"] == "no"
    assert came.edit == Edit.objects.get().public_id
    (done,) = events(came.body)
    assert set(done) == FACTS | {"usage"}
    assert (done["type"], done["size"]) == ("image_edit.completed", "80x60")
    assert opened(done).size == (80, 60)


def test_each_picture_is_completed_and_usage_adds_up(people: People, caller: Caller) -> None:
    connect(people)
    engine = Painter(count=3, said={"usage": USAGE})
    done = events(edited(caller, form(stream="true", n="3"), engine).body)
    assert [one["type"] for one in done] == ["image_edit.completed"] * 3
    sums = {
        name: sum(one["usage"][name] for one in done) for name in USAGE if "details" not in name
    }
    assert sums == {name: USAGE[name] for name in sums}
    for name in ("input_tokens_details", "output_tokens_details"):
        assert all(set(one["usage"][name]) == {"text_tokens", "image_tokens"} for one in done)


def test_addresses_instead_of_pictures(caller: Caller) -> None:
    (done,) = events(edited(caller, form(stream="true", response_format="url")).body)
    assert done["url"].startswith("http://testserver/v1/images/results/")
    assert "b64_json" not in done


class Sketcher(Painter):
    """Sends previews, each when it is told to."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.sketches = count
        self.turn = asyncio.Queue[None]()

    async def _answer(self, request: Any, watch: Any) -> Any:
        for number in range(self.sketches):
            await self.turn.get()
            sketch = request.work / f"partial-{number}.b64"
            sketch.write_bytes(base64.b64encode(picture(number, (40 + number, 30))))
            watch.partial(sketch)
        await self.turn.get()
        return await super()._answer(request, watch)


@pytest.mark.parametrize(("asked", "sent"), [(1, 1), (3, 3)])
def test_no_more_previews_than_asked_for(
    people: People, caller: Caller, asked: int, sent: int
) -> None:
    connect(people)
    engine, line = Sketcher(3), Line()

    def heard(data: bytes) -> None:
        if b"partial_image" in data:
            engine.turn.put_nowait(None)

    line.heard = heard

    async def script() -> Came:
        engine.turn.put_nowait(None)
        if asked < 3:
            for _ in range(3):
                engine.turn.put_nowait(None)
        wanted = form(stream="true", partial_images=str(asked))
        return await caller.edit(wanted, line=line)

    *partials, done = events(within(script, engine).body)
    assert done["type"] == "image_edit.completed"
    assert len(partials) == sent
    for number, partial in enumerate(partials):
        assert set(partial) == FACTS | {"partial_image_index"}
        assert partial["partial_image_index"] == number
        shown = opened(partial)
        assert (shown.format, f"{shown.width}x{shown.height}") == ("WEBP", partial["size"])


def test_a_failure_comes_nested_and_ends_the_stream(people: People, caller: Caller) -> None:
    connect(people)
    came = edited(caller, form(stream="true"), Painter([timed_out()]))
    assert came.status == 200
    (error,) = events(came.body)
    assert set(error) == {"type", "error"}
    assert set(error["error"]) == {"message", "type", "param", "code"}
    assert (error["type"], error["error"]["code"]) == ("error", "upstream_outcome_unknown")


def test_what_is_wrong_with_the_call_is_no_stream(caller: Caller) -> None:
    came = edited(caller, form(stream="true", size="7x7"))
    assert came.told == (400, "invalid_value", "size")
    assert came.headers["content-type"] == "application/json"


def test_signs_of_life_are_comments(people: People, caller: Caller, settings: Any) -> None:
    connect(people)
    settings.API_KEEPALIVE_SECONDS = 0.05
    engine, line = Painter(hold_back=True), Line()
    signs = []

    def heard(data: bytes) -> None:
        if data == b": ping\n\n":
            signs.append(data)
            if len(signs) == 3:
                engine.release.set()

    line.heard = heard
    came = within(lambda: caller.edit(form(stream="true"), line=line), engine)
    assert came.body.startswith(b": ping\n\n: ping\n\n: ping\n\n")
    assert [one["type"] for one in events(came.body)] == ["image_edit.completed"]


@pytest.mark.parametrize("streams", ["true", "false"])
def test_a_client_that_leaves_cancels_nothing(people: People, caller: Caller, streams: str) -> None:
    connect(people)
    engine, line = Painter(hold_back=True), Line()

    async def script() -> Came:
        asked = asyncio.create_task(caller.edit(form(stream=streams), line=line))
        await engine.started.wait()
        line.gone.set()
        await asked
        engine.release.set()
        while await Edit.objects.exclude(state=State.SUCCEEDED).aexists():
            await asyncio.sleep(0.02)
        return await caller.edit(form(stream=streams), x_stainless_retry_count="1")

    came = within(script, engine)
    assert came.status == 200
    assert (Edit.objects.get().cancel_requested_at, len(engine.executed)) == (None, 1)


def test_a_fault_of_ours_is_told_in_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> AsyncIterator[None]:
        yield None
        raise ZeroDivisionError("secret")

    async def read() -> bytes:
        call = EditCall(prompt="x", images=(), stream=True)
        edit = Edit(pk=1, public_id="e1")
        return b"".join([piece async for piece in stream.events(edit, call, broken())])

    (error,) = events(asyncio.run(read()))
    assert (error["type"], error["error"]["type"]) == ("error", "server_error")
    assert "secret" not in str(error)
    assert "the stream of edit e1 broke off" in caplog.text


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_the_size_of_a_preview_is_read_from_its_head(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (37, 21), 120 if mode == "L" else None).save(out, "WEBP", quality=80)
    assert stream._size_of(out.getvalue()) == "37x21"
