"""A whole studio in one event loop: calls, and a worker beside them that asks an engine of tests."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PIL import Image

from editor.api.carriers import carrier
from editor.api.entrance import penned
from editor.engines.base import Answer, EditResult
from editor.pipeline.carrier import Carrier
from editor.pipeline.carrier import Timing as CarrierTiming
from editor.pipeline.database import DatabaseThread
from editor.pipeline.dispatch.local import Lanes, LocalDispatch, Timing
from editor.services.engines import Engines
from tests.api.asking import BOUNDARY, encoded
from tests.making import agree, as_bytes, make_image, make_provider_row
from tests.pipeline.paid_engine import PaidEngine, write_answer
from tests.sandboxes import shared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from editor.engines.base import EditRequest, Watch
    from editor.engines.registry import EngineSource
    from editor.models import Provider
    from tests.api.calling import Caller, Came
    from tests.conftest import People

TIMING = Timing(lease=5, heartbeat=0.2, rescue=0.2, tick=0.05, grace=0.2, paid_grace=0.2)
PATIENCE = 90
SIZE = (80, 60)
BOX = (20, 10, 40, 30)


@dataclass
class Painter(PaidEngine):
    """Answers as OpenAI's service does, with pictures of one colour; `said` goes into it."""

    host: str = "api.atelier.test"
    said: dict[str, Any] = field(default_factory=dict)
    # Held back once the answer is safe: then it cannot be finished yet.
    landing: asyncio.Event | None = None
    bodies: list[bytes] = field(default_factory=list)
    colour: tuple[int, int, int] = (200, 30, 30)

    async def _answer(self, request: EditRequest, watch: Watch) -> Answer:
        with Image.open(request.image) as crop:
            drawn = [as_bytes(Image.new("RGB", crop.size, self.colour)) for _ in range(self.count)]
        items = [{"b64_json": base64.b64encode(one).decode()} for one in drawn]
        body = json.dumps({"created": 7, "data": items, **self.said}).encode()
        self.bodies.append(body)
        head: dict[str, Any] = {
            "status": 200,
            "content_type": "application/json",
            "content_length": len(body),
        }
        await watch.headed(head)
        write_answer(request.work, body, head)
        return Answer(request.work / "answer.body", head)

    async def read(self, answer: Answer, work: Path) -> EditResult:
        if self.landing is not None:
            await self.landing.wait()
        if self.unreadable:
            raise self.unreadable.pop(0)
        said = json.loads(answer.file.read_bytes())
        images = []
        for number, entry in enumerate(said["data"], start=1):
            image = work / f"image-{number}.png"
            image.write_bytes(base64.b64decode(entry["b64_json"]))
            images.append(image)
        return EditResult(tuple(images), {}, said.get("usage", {}))


def connect(people: People, **fields: Any) -> Provider:
    """A provider of the project that the key's member has agreed to."""
    row = make_provider_row(people.project, **{"offered": ["brush-1"], **fields})
    agree(row, people.emil)
    return row


@asynccontextmanager
async def working(engine: EngineSource | None = None) -> AsyncIterator[LocalDispatch]:
    """A worker beside whatever is done in here."""
    registry = engine or Engines(shared())
    carrier.put(carrying(registry))
    dispatch = LocalDispatch(registry=registry, sandbox=shared(), lanes=Lanes(4, 40), timing=TIMING)
    async with asyncio.TaskGroup() as group:
        group.create_task(dispatch.run())
        try:
            yield dispatch
        finally:
            dispatch.stop()


def carrying(registry: EngineSource) -> Carrier:
    """Who sends the calls of this loop that need no worker, asking the same engines."""
    timing = CarrierTiming(TIMING.lease, TIMING.heartbeat)
    database = DatabaseThread(run=penned)
    return Carrier(registry=registry, database=database, timing=timing, owner="the web server")


def within[T](script: Callable[[], Coroutine[Any, Any, T]], engine: Any = None) -> T:
    """Run a script beside a worker; none needs so long."""

    async def main() -> T:
        async with asyncio.timeout(PATIENCE), working(engine):
            found = await script()
            await carrier().rest()
            return found

    return asyncio.run(main())


def alone[T](script: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a script where no worker takes up anything."""

    async def main() -> T:
        async with asyncio.timeout(PATIENCE):
            return await script()

    return asyncio.run(main())


def edited(caller: Caller, form: tuple[bytes, str], engine: Any = None, **how: Any) -> Came:
    """One call, answered."""
    return within(lambda: caller.edit(form, **how), engine)


def picture(seed: int = 0, size: tuple[int, int] = SIZE, mode: str = "RGB") -> bytes:
    return as_bytes(make_image(*size, mode, seed))


def painted(box: tuple[int, int, int, int] = BOX, size: tuple[int, int] = SIZE) -> bytes:
    """A mask as OpenAI has it: what is transparent is changed."""
    alpha = Image.new("L", size, 255)
    alpha.paste(0, box)
    mask = Image.new("RGBA", size)
    mask.putalpha(alpha)
    return as_bytes(mask)


def form(
    *more: Any, prompt: str = "black and white", mask: bool = True, seed: int = 0, **fields: str
) -> tuple[bytes, str]:
    """A call's body and its type: a picture, its mask, and fields."""
    parts: list[Any] = [("image", picture(seed), "a.png", "image/png"), ("prompt", prompt)]
    if mask:
        parts.append(("mask", painted(), "m.png", "image/png"))
    body = encoded([*parts, *fields.items(), *more])
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def opened(came: Came, number: int = 0) -> Image.Image:
    """A picture of an answer."""
    return Image.open(io.BytesIO(base64.b64decode(came.json()["data"][number]["b64_json"])))
