"""What takes a minute in earnest, where the cases put the clock on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases.refusals import rate_limited
from tests.conformance.cases.streams import COMPLETED, complete, kinds, streamed
from tests.conformance.registry import CLIENTS
from tests.conformance.scene import SIZE, picture

if TYPE_CHECKING:
    from tests.conformance.clients.calls import Reply
    from tests.conformance.conftest import Stage
    from tests.conformance.scene import Scene

pytestmark = pytest.mark.conformance
MINUTE = 60


def test_a_stream_that_is_silent_for_a_minute(scene: Scene, stage: Stage) -> None:
    """Kept alive by comments, of which no client makes an event."""

    def ask(name: str) -> Reply:
        prompt = scene.words(f"a hat of {name} [[delay:{MINUTE}]]")
        call = scene.paid_call(prompt=prompt, stream=True, timeout=2 * MINUTE)
        return stage.client(name).send(call)[0]

    with ThreadPoolExecutor(len(CLIENTS)) as pool:
        replies = dict(zip(CLIENTS, pool.map(ask, CLIENTS), strict=True))
    for reply in replies.values():
        streamed(reply)
        assert kinds(reply) == [COMPLETED]
        complete(reply.events[0], "usage")
    assert replies["curl"].comments >= MINUTE / 2


@pytest.mark.parametrize("scene", ["python", "node"], indirect=True)
def test_an_sdk_waits_until_the_minute_is_over(scene: Scene) -> None:
    key = rate_limited(scene)
    reply = scene.edit(key=key, retries=2, timeout=2 * MINUTE)
    assert picture(reply).size == SIZE
    assert reply.sends == 2
