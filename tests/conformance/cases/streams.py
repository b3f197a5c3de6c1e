"""Cases 23 to 27: answers as events."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.conformance.asserting import refused
from tests.conformance.cases.answers import adds_up
from tests.conformance.registry import case
from tests.conformance.scene import SIZE, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conformance.clients.calls import Reply
    from tests.conformance.scene import Scene

PARTIAL, COMPLETED = "image_edit.partial_image", "image_edit.completed"
COMMON = {"type", "b64_json", "created_at", "size", "quality", "background", "output_format"}
# Longer than several of the studio's keep-alives, which the tests' studio sends quickly.
SLOW = "[[delay:3]]"
FAILS_SLOWLY = "[[delay:2]] [[fault:moderation]]"


def kinds(reply: Reply) -> list[str]:
    return [event["type"] for event in reply.events]


def complete(event: Mapping[str, Any], *more: str) -> None:
    """Assert that an event has all its fields, and a picture."""
    assert set(event) >= COMMON | set(more)
    assert all(event[name] is not None for name in COMMON)
    assert isinstance(event["created_at"], int)
    assert event["size"] == "{}x{}".format(*image_of(event).size)


def image_of(event: Mapping[str, Any]) -> Any:
    return decoded(base64.b64decode(event["b64_json"], validate=True))


def streamed(reply: Reply) -> None:
    """Assert that this is a stream, of the type that clients look for, and nothing went wrong."""
    assert reply.status == 200, (reply.status, reply.envelope, reply.failure)
    assert reply.header("content-type").split(";")[0] == "text/event-stream"
    assert "no-cache" in reply.header("cache-control")
    assert reply.header("x-accel-buffering") == "no"
    assert reply.header("x-request-id")
    assert reply.failure is None, reply.failure


@case(23, "a stream: at most two previews from 0 on, then the picture")
def previews(scene: Scene) -> None:
    reply = scene.paid(stream=True, partial_images=2, prompt=scene.words("a hat [[delay:1]]"))
    streamed(reply)
    *partials, last = reply.events
    assert 1 <= len(partials) <= 2
    assert kinds(reply) == [PARTIAL] * len(partials) + [COMPLETED]
    assert [event["partial_image_index"] for event in partials] == list(range(len(partials)))
    for event in partials:
        complete(event, "partial_image_index")
    complete(last, "usage")
    assert image_of(last).size == SIZE
    adds_up(last["usage"])
    several = scene.paid(stream=True, n=2)
    assert kinds(several) == [COMPLETED] * 2


@case(24, "partial_images 0: only the picture; 4 are too many")
def no_previews(scene: Scene) -> None:
    for reply in (scene.edit(stream=True), scene.paid(stream=True, partial_images=0)):
        streamed(reply)
        assert kinds(reply) == [COMPLETED]
    refused(scene, scene.paid(stream=True, partial_images=4), 400, param="partial_images")


@case(25, "keep-alives while an edit takes its time: no client sees an event in them")
def keep_alive(scene: Scene) -> None:
    reply = scene.paid(stream=True, prompt=scene.words(f"a slow hat {SLOW}"))
    streamed(reply)
    assert kinds(reply) == [COMPLETED]
    complete(reply.events[0], "usage")
    if scene.client.name == "curl":
        assert reply.comments >= 2


@case(26, "a failure in the middle of a stream is an error with its code")
def fails_midway(scene: Scene) -> None:
    prompt = scene.words(f"a slow hat {FAILS_SLOWLY}")
    reply = scene.paid(stream=True, prompt=prompt)
    assert reply.status == 200
    assert COMPLETED not in kinds(reply)
    if scene.client.name == "curl":
        error = reply.events[-1]["error"]
        assert reply.events[-1]["type"] == "error"
        assert set(error) >= {"message", "type", "param", "code"}
        assert error["code"] == "moderation_blocked"
    else:
        assert reply.failure
        assert reply.failure.kind == "APIError"
        assert reply.failure.code == "moderation_blocked"
        assert reply.failure.message
    assert reply.sends == 1
    assert len([line for line in scene.fake.ledger() if prompt in line["prompt"]]) == 1


@case(27, "what is invalid is refused as JSON, stream or not")
def refused_before(scene: Scene) -> None:
    refused(scene, scene.edit(stream=True, size="big"), 400, param="size")
    refused(scene, scene.edit(stream=True, prompt=""), 400, param="prompt")
    refused(scene, scene.edit(stream=True, model="no-such"), 404, code="model_not_found")
