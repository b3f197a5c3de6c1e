"""A provider, a request, a watch and a runner to test the client with."""

from __future__ import annotations

import asyncio
import importlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from PIL import Image

from editor.engines.base import EditRequest
from editor.engines.openai import probe_job
from editor.engines.openai.catalog import catalog
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.openai.probe import PAINT
from editor.engines.openai.provider import ProviderConfig, Timeouts
from editor.imaging.errors import Rejected
from editor.imaging.sandbox.errors import JobRejected

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from editor.engines.base import Answer, Progress
    from editor.engines.openai.engine import Transport
    from editor.imaging.sandbox.wire import JSON

KEY = "sk-canary-Zq8vT5nB2xKw7Lm4"
QUICK = Timeouts(connect=1.0, write=1.0, read=1.0, idle=1.0, total=2.0)

type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def make_provider(base_url: str = "http://127.0.0.1:9/v1", **changes: Any) -> ProviderConfig:
    values: dict[str, Any] = {
        "id": "prov",
        "name": "Test",
        "base_url": base_url,
        "preset": catalog().presets["generic"],
        "models": {},
        "key": KEY,
        "any_private": True,
        "timeouts": QUICK,
    }
    return ProviderConfig(**values | changes)


def make_request(folder: Path, **fields: JSON) -> EditRequest:
    image, mask = folder / "crop.png", folder / "crop-mask.png"
    Image.linear_gradient("L").convert("RGB").save(image)
    Image.new("L", (256, 256), 255).save(mask)
    return EditRequest(
        image=image,
        mask=mask,
        prompt="a red door",
        instruction={},
        seed=1,
        work=folder,
        fields=fields,
        token="token-1",
        user="user-1",
    )


@dataclass
class Watcher:
    """Remembers all that it is told, in order."""

    told: list[str] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    partials: list[Path] = field(default_factory=list)

    def progress(self, share: float) -> None:
        raise AssertionError("nobody knows how far a provider is")

    async def leaving(self) -> None:
        self.told.append("leaving")

    async def sent(self) -> None:
        self.told.append("sent")

    async def headed(self, head: Mapping[str, JSON]) -> None:
        self.told.append("headed")
        self.head = dict(head)

    def partial(self, file: Path) -> None:
        self.told.append("partial")
        self.partials.append(file)


def paint(*, image: JSON, mask: JSON) -> Mapping[str, JSON]:
    """What a probe paints: the same each time, and a third of a second's work."""
    files, facts = _painted()
    for place, data in zip((image, mask), files, strict=True):
        Path(str(place)).write_bytes(data)
    return facts


@cache
def _painted() -> tuple[tuple[bytes, bytes], Mapping[str, JSON]]:
    with TemporaryDirectory() as folder:
        image, mask = Path(folder, "image.png"), Path(folder, "mask.png")
        facts = probe_job.paint(image=str(image), mask=str(mask))
        return (image.read_bytes(), mask.read_bytes()), facts


class Inline:
    """Runs jobs in this process."""

    async def run(
        self, function: str, *, progress: Progress | None = None, **arguments: JSON
    ) -> Mapping[str, JSON]:
        if function == PAINT:
            return paint(**arguments)
        module, _, name = function.partition(":")
        job: Callable[..., Mapping[str, JSON]] = getattr(importlib.import_module(module), name)
        try:
            return job(**arguments)
        except Rejected as refusal:
            raise JobRejected(refusal.code, refusal.params, refusal.message) from refusal


def make_engine(
    provider: ProviderConfig, *, model: str = "any-model", transport: Transport | None = None
) -> OpenAICompatible:
    return OpenAICompatible(provider, model, runner=Inline(), transport=transport)


async def prepare(engine: OpenAICompatible, request: EditRequest) -> None:
    """Make the files to be sent."""
    job = engine.preparation(request)
    await Inline().run(job.function, progress=None, **job.arguments)


async def send(engine: OpenAICompatible, request: EditRequest, watch: Watcher) -> Answer:
    """Prepare and edit, as the pipeline does."""
    await prepare(engine, request)
    return await engine.edit(request, watch)


class Server:
    """A socket on this machine that a test speaks through; one handler a connection."""

    def __init__(self, handler: Handler, *, context: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._context = context
        self._serving: list[asyncio.Task[None]] = []
        self.requests: list[bytes] = []
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        while self._serving:
            task = self._serving.pop()
            task.cancel()
            await asyncio.wait({task})
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        task.add_done_callback(lambda _: writer.close())
        self._serving.append(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._handler(reader, writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
        except asyncio.CancelledError:
            writer.transport.abort()
            raise


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """The whole of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(x.partition(b":")[2]) for x in lines if x.startswith(b"content-length"))
    return head + await reader.readexactly(length)


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection so that the other side sees an error, not an end."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def answer(body: bytes, *fields: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An HTTP answer as bytes."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*head, *fields, "", ""]).encode() + body
