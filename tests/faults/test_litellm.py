"""The studio's engine talks to the official LiteLLM proxy, which talks to the fake provider."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from PIL import Image, ImageChops

from editor.engines.base import EditRequest, EditResult
from editor.engines.errors import Execution, ProviderError
from editor.engines.openai.catalog import catalog
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.openai.provider import ProviderConfig, Timeouts
from editor.engines.plans import Wanted
from editor.pipeline.assembly import new_sandbox
from tests.faults.fake import NO_TLS, fake_provider
from tests.faults.fake_provider.painting import colour_of
from tests.faults.litellm_proxy import KEY, litellm_proxy
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.faults.fake import Fake
    from tests.faults.litellm_proxy import Proxy

MODEL = "gpt-image-2"
SIZE = (1024, 1024)
BOX = (256, 256, 640, 640)
PROMPT = "a red hat"
FIELDS = {"quality": "low", "size": "1024x1024"}


class Watching:
    """Remembers what an engine told while it worked."""

    def __init__(self) -> None:
        self.was_sent = False
        self.head: Mapping[str, Any] = {}
        self.previews: list[Path] = []

    def progress(self, share: float) -> None:
        """Nobody looks."""

    async def leaving(self) -> None:
        pass

    async def sent(self) -> None:
        self.was_sent = True

    async def headed(self, head: Mapping[str, Any]) -> None:
        self.head = head

    def partial(self, file: Path) -> None:
        self.previews.append(file)


class Studio:
    """The engine as a worker uses it, with files of its own."""

    def __init__(self, base_url: str, work: Path, preset: str = "litellm") -> None:
        self.config = ProviderConfig(
            id="p1",
            name="LiteLLM",
            base_url=base_url,
            preset=catalog().presets[preset],
            models={MODEL: catalog().models[MODEL]},
            key=KEY,
            any_private=True,
            timeouts=Timeouts(read=60, total=90),
        )
        self.watch = Watching()
        self.work = work
        self.photo = make_image(256, 256).resize(SIZE)
        self.photo.save(work / "crop.png")
        mask = Image.new("L", SIZE)
        mask.paste(255, BOX)
        mask.save(work / "mask.png")

    def edit(self, prompt: str = PROMPT, *, inputs: int = 0, **parameters: Any) -> EditResult:
        """Plan, prepare, send and read one edit. Raises ProviderError."""
        wanted = Wanted(SIZE, has_mask=True, prompt=prompt, inputs=(SIZE,) * inputs,
                        parameters=FIELDS | parameters)  # fmt: skip
        more = [self.work / f"input-{number}.png" for number in range(inputs)]
        for number, file in enumerate(more):
            make_image(64, 64, seed=number + 1).resize(SIZE).save(file)
        return async_to_sync(self._run)(wanted, tuple(more))

    async def _run(self, wanted: Wanted, inputs: tuple[Path, ...]) -> EditResult:
        sandbox = new_sandbox(1)
        engine = OpenAICompatible(self.config, MODEL, runner=sandbox)
        plan = engine.plan(wanted)
        request = EditRequest(
            image=self.work / "crop.png",
            mask=self.work / "mask.png",
            prompt=wanted.prompt,
            instruction={},
            seed=1,
            work=self.work,
            inputs=inputs,
            size=plan.size,
            fields=plan.fields,
            token="token-1",
            user="member-1",
        )
        try:
            await sandbox.run_each([engine.preparation(request)])
            answer = await engine.edit(request, self.watch)
            return await engine.read(answer, self.work)
        finally:
            sandbox.close()


def assert_painted(file: Path, photo: Image.Image) -> None:
    with Image.open(file) as drawn:
        assert ImageChops.difference(drawn.convert("RGB"), photo).getbbox() == BOX
        assert drawn.convert("RGB").getpixel(BOX[:2]) == pytest.approx(colour_of(PROMPT), abs=80)


def the_proxy_by_itself(proxy: Proxy, fake: Fake, _folder: Path) -> None:
    """What stands between is what we think it is; a failure here is none of the studio's."""
    photo = ("photo.png", as_bytes(make_image(64, 64).resize(SIZE)), "image/png")
    response = httpx.post(
        f"{proxy.base_url}/images/edits",
        data={"model": MODEL, "prompt": PROMPT, **FIELDS},
        files=[("image", photo)],
        headers={"authorization": f"Bearer {KEY}"},
        timeout=60,
        verify=NO_TLS,
        trust_env=False,
    )
    data = base64.b64decode(response.json()["data"][0]["b64_json"])
    assert Image.open(io.BytesIO(data)).size == SIZE
    assert [line["key"] for line in fake.executions()] == ["ream"]


def an_edit_with_a_mask(proxy: Proxy, fake: Fake, folder: Path) -> None:
    studio = Studio(proxy.base_url, folder)
    result = studio.edit()
    assert_painted(result.images[0], studio.photo)
    assert result.usage is not None
    assert result.usage["output_tokens"] == 196
    (line,) = fake.ledger()
    assert (line["charged"], line["mask"] is not None, len(line["images"])) == (True, True, 1)


def several_pictures_in_and_out(proxy: Proxy, fake: Fake, folder: Path) -> None:
    studio = Studio(proxy.base_url, folder)
    result = studio.edit(inputs=2, n=2)
    assert len(result.images) == 2
    assert_painted(result.images[0], studio.photo)
    (line,) = fake.ledger()
    assert [image["name"] for image in line["images"]] == ["image[]"] * 3
    assert line["fields"]["n"] == "2"


def an_error(
    proxy: Proxy, fake: Fake, folder: Path, *, fault: str, status: int, execution: Execution
) -> None:
    studio = Studio(proxy.base_url, folder)
    with pytest.raises(ProviderError) as raised:
        studio.edit(f"{PROMPT} [[fault:{fault}]]")
    assert (raised.value.upstream.status, raised.value.execution) == (status, execution)
    assert studio.watch.was_sent
    assert len(fake.ledger()) == 1  # neither the proxy nor the studio sent it again


def a_stream(proxy: Proxy, fake: Fake, folder: Path) -> None:
    """LiteLLM's own route reads no events; the one that hands everything on brings them."""
    studio = Studio(proxy.passing, folder, preset="generic")
    result = studio.edit(partial_images=2)
    assert_painted(result.images[0], studio.photo)
    assert len(studio.watch.previews) == 2
    (line,) = fake.ledger()
    assert line["fields"]["stream"] == "true"


def an_error_passes_untouched_where_everything_is_handed_on(
    proxy: Proxy, fake: Fake, folder: Path
) -> None:
    studio = Studio(proxy.passing, folder, preset="generic")
    with pytest.raises(ProviderError) as raised:
        studio.edit(f"{PROMPT} [[fault:429-retry-after:7]]")
    upstream = raised.value.upstream
    assert (upstream.code, upstream.retry_after) == ("rate_limit_exceeded", 7)
    assert len(fake.ledger()) == 1


def a_wrong_key(proxy: Proxy, fake: Fake, folder: Path) -> None:
    studio = Studio(proxy.base_url, folder)
    studio.config = replace(studio.config, key="sk-nobody")
    with pytest.raises(ProviderError) as raised:
        studio.edit()
    assert raised.value.execution == Execution.NO
    assert fake.ledger() == []


type Case = Callable[[Proxy, Fake, Path], None]

ERRORS = {
    "400": (400, Execution.NO),
    "moderation": (400, Execution.NO),
    "429-retry-after:7": (429, Execution.NO),
    "500": (500, Execution.UNKNOWN),
    "reset": (500, Execution.UNKNOWN),
}
CASES: dict[str, Case] = {
    "the proxy by itself": the_proxy_by_itself,
    "an edit with a mask": an_edit_with_a_mask,
    "several pictures in and out": several_pictures_in_and_out,
    "a stream": a_stream,
    "an error passes untouched": an_error_passes_untouched_where_everything_is_handed_on,
    "a wrong key": a_wrong_key,
}
for fault, (status, execution) in ERRORS.items():
    CASES[fault] = partial(an_error, fault=fault, status=status, execution=execution)


def test_the_studio_behind_litellm(subtests: pytest.Subtests, tmp_path: Path) -> None:
    """One test, since the proxy takes twenty seconds to start."""
    with fake_provider() as fake, litellm_proxy(fake.home, tmp_path) as proxy:
        for number, (name, case) in enumerate(CASES.items()):
            folder = tmp_path / str(number)
            folder.mkdir()
            fake.forget()
            with subtests.test(name):
                case(proxy, fake, folder)
