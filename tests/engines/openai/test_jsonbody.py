"""Pictures in JSON leave in small pieces and never lie in memory whole."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import tracemalloc
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from editor.engines.errors import Execution, ProviderError
from editor.engines.openai import upload, wire
from editor.engines.openai.catalog import catalog
from editor.engines.openai.jsonbody import DataUrl, JsonBody
from editor.engines.openai.phases import TELL, Phase
from tests.engines.openai.setting import Watcher, make_engine, make_provider, make_request, send
from tests.engines.openai.wiring import make_files, make_model
from tests.engines.openai.wiring import make_provider as make_kind
from tests.engines.openai.wiring import make_request as make_plain_request

if TYPE_CHECKING:
    from editor.engines.base import EditRequest
    from editor.engines.openai.provider import ProviderConfig

PIECE = 64 * 1024


def pieces_of(document: Any) -> tuple[list[bytes], dict[str, str]]:
    with ExitStack() as files:
        body = JsonBody(document, files)
        return list(body), body.headers


def make_url(folder: Path, size: int, name: str = "a.png") -> DataUrl:
    file = folder / name
    file.write_bytes(random.Random(size).randbytes(size))
    return DataUrl(file, "image/png")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 49_151, 49_152, 49_153, 200_000])
def test_a_document_is_what_json_makes_of_it(tmp_path: Path, size: int) -> None:
    url = make_url(tmp_path, size)
    texts = {"prompt": 'a "red"\n\u0000 door, très', "n": 3, "on": True, "list": [1.5, None, {}]}
    pieces, headers = pieces_of({**texts, "images": [{"url": url}, {"url": url}]})
    body = b"".join(pieces)
    shown = {"url": f"data:image/png;base64,{base64.b64encode(url.path.read_bytes()).decode()}"}
    assert json.loads(body) == {**texts, "images": [shown, shown]}
    assert headers["Content-Length"] == str(len(body))
    assert max(map(len, pieces)) <= PIECE


def xai() -> ProviderConfig:
    return make_provider("https://api.example/v1", preset=catalog().presets["xai"])


def make_large_request(folder: Path) -> EditRequest:
    """Its picture takes several pieces."""
    request = make_request(folder)
    noise = random.Random(1).randbytes(512 * 512 * 3)
    Image.frombytes("RGB", (512, 512), noise).save(request.image)
    return request


class Taking(httpx.AsyncBaseTransport):
    """Takes so many pieces of a body, then breaks; None takes all and answers."""

    def __init__(self, breaks_after: int | None = None) -> None:
        self._breaks_after = breaks_after
        self.sizes: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        tell = request.extensions[TELL]
        await tell(Phase.SENDING)
        assert isinstance(request.stream, httpx.AsyncByteStream)
        if self._breaks_after == 0:
            raise httpx.WriteError("broken")
        async for piece in request.stream:
            self.sizes.append(len(piece))
            if len(self.sizes) == self._breaks_after:
                raise httpx.WriteError("broken")
        await tell(Phase.WAITING)
        return httpx.Response(200, content=b"{}")


@pytest.mark.parametrize(
    ("after", "code", "execution"),
    [
        (0, "lost_before_sending", Execution.NO),
        (1, "lost_while_sending", Execution.UNKNOWN),
        (2, "lost_while_sending", Execution.UNKNOWN),
    ],
)
def test_a_json_upload_that_breaks_is_not_sent_again_by_itself(
    tmp_path: Path, after: int, code: str, execution: Execution
) -> None:
    engine = make_engine(xai(), transport=lambda: Taking(after))
    with pytest.raises(ProviderError) as caught:
        asyncio.run(send(engine, make_large_request(tmp_path), Watcher()))
    assert (caught.value.code, caught.value.execution) == (code, execution)


def test_large_pictures_take_no_memory(tmp_path: Path) -> None:
    """Neither the request nor its sending holds a picture."""
    request = make_plain_request(tmp_path, inputs=2)
    made = make_files(tmp_path, inputs=2)
    for one in made["pictures"]:
        Path(one["path"]).write_bytes(bytes(8_000_000))
    line = Taking()

    def run() -> None:
        with ExitStack() as files:
            outgoing = wire.build(
                make_kind("xai"), make_model("grok-imagine-image", "xai"), request, made
            )
            for piece in JsonBody(outgoing.json, files):
                line.sizes.append(len(piece))

    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(line.sizes) > 3 * 8_000_000 * 4 / 3
    assert peak < 2_000_000


def test_every_piece_renews_the_clock_of_writing(tmp_path: Path) -> None:
    """A picture is several signs of life, not one."""
    line = Taking()
    request = make_large_request(tmp_path)
    engine = make_engine(xai(), transport=lambda: line)
    asyncio.run(send(engine, replace(request, mask=None), Watcher()))
    assert len(line.sizes) > 4
    assert max(line.sizes) < upload.PIECE + PIECE
