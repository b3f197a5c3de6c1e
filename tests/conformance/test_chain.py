"""The whole way: an SDK, LiteLLM's proxy, the studio, and what is behind it; nothing is done twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.conformance.asserting import only_inside, pixels
from tests.conformance.registry import CLIENTS
from tests.conformance.scene import ANY_SIZE, BOX, SIZE, TEAL, picture
from tests.faults.litellm_proxy import KEY, litellm_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Stage
    from tests.conformance.scene import Scene
    from tests.faults.litellm_proxy import Proxy

# The first project has no provider: all names of OpenAI's mean the built-in engine there.
BUILT_IN = "gpt-image-2"
DRIFT = "[[drift:shift+scale+gamma+tint+noise+jpeg]]"
# Every case in the daily run by one client, by the others in the long one.
THROUGH = [
    pytest.param(client, marks=[] if client == "python" else [pytest.mark.conformance])
    for client in CLIENTS
]


@pytest.fixture(scope="module")
def proxy(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """One before the studio, with the keys of both its projects."""
    models = {BUILT_IN: stage.keys["plain"], ANY_SIZE: stage.keys["paid"]}
    folder = tmp_path_factory.mktemp("litellm")
    with litellm_proxy(stage.studio.url, folder, models=models) as running:
        yield running


@pytest.fixture
def through(scene: Scene, proxy: Proxy, stage: Stage) -> Scene:
    """The same scene, its client speaking to the proxy instead of the studio."""
    client = stage.client(scene.client.name, home=proxy.home, key=KEY)
    return replace(scene, client=client, keys={**scene.keys, "paid": KEY})


@pytest.mark.parametrize("scene", THROUGH, indirect=True)
def test_through_litellm(through: Scene) -> None:
    """To the built-in engine, and to a provider that drifts."""
    photo = through.photo()
    before = len(through.edits(TEAL))
    answer = picture(through.edit(photo, mask=through.mask(), model=BUILT_IN))
    assert answer.size == SIZE
    only_inside(answer, photo, BOX)
    assert len(through.edits(TEAL)) == before + 1
    sized = through.edit(photo, model=BUILT_IN, size="1024x1024")
    assert picture(sized).size == (1024, 1024)
    assert len(through.edits(TEAL)) == before + 2
    once(through)


@pytest.mark.parametrize("scene", CLIENTS, indirect=True)
def test_to_a_provider_that_drifts(scene: Scene) -> None:
    once(scene)
    prompt = scene.words(f"a hat {DRIFT}")
    photo = scene.photo((640, 480))
    reply = scene.paid(photo, mask=scene.mask((640, 480)), prompt=prompt, size="1024x1024")
    assert picture(reply).size == (1024, 1024)
    assert len(scene.executions(prompt)) == 1


def once(scene: Scene) -> None:
    """Edit a part of a photo: right in size, obedient, in the books of both sides once."""
    photo, prompt = scene.photo((640, 480)), scene.words(f"a hat {DRIFT}")
    box = (200, 120, 360, 300)
    reply = scene.paid(photo, mask=scene.mask((640, 480), box), prompt=prompt)
    answer = picture(reply)
    assert answer.size == (640, 480)
    only_inside(answer, photo, box)
    inside = pixels(answer)[200:220, 240:300].astype(int) - pixels(photo)[200:220, 240:300]
    assert abs(inside).mean() > 4, "the painted area came back as it was"
    (sent,) = scene.executions(prompt)
    assert sent["mask"]
    assert [state for _name, state in scene.edits(prompt)] == ["succeeded"]
    assert scene.charges(prompt) == 1
