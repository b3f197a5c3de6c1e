"""The clients themselves, before a service whose answers are known: a table of passes must mean it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases.streams import COMPLETED, PARTIAL, image_of, kinds
from tests.conformance.clients.calls import Call, Upload
from tests.conformance.registry import CLIENTS
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.clients.calls import Client
    from tests.conformance.conftest import Stage

pytestmark = pytest.mark.parametrize("client", CLIENTS, indirect=True)
FIELDS = {"prompt": "a hat", "model": "quick-image"}


@pytest.fixture
def client(stage: Stage, request: pytest.FixtureRequest) -> Client:
    """A client that speaks to the fake provider."""
    stage.fake.forget()
    stage.fake.script(clear=True, drift="", delay=0, done=False)
    return stage.client(request.param, home=stage.fake.home, key="sk-client")


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    (tmp_path / "photo.png").write_bytes(as_bytes(make_image()))
    return Upload(tmp_path / "photo.png")


def parts(stage: Stage) -> list[tuple[str, str]]:
    """The pictures of the last request: names of the parts and their types."""
    return [(image["name"], image["type"]) for image in stage.fake.ledger()[-1]["images"]]


def test_pictures_are_spelled_as_their_users_send_them(
    client: Client, upload: Upload, stage: Stage
) -> None:
    for images, spelled in (
        (upload, [("image", "image/png")]),
        ([upload], [("image[]", "image/png")]),
        ([upload, upload], [("image[]", "image/png")] * 2),
        (Upload(upload.path, "bytes"), [("image", "application/octet-stream")]),
        (Upload(upload.path, "typed", type="image/webp"), [("image", "image/webp")]),
    ):
        client.send(Call(images=images, fields=FIELDS))
        assert parts(stage) == spelled


def test_an_error_is_told_whole(client: Client, upload: Upload) -> None:
    (reply,) = client.send(Call(images=upload, fields=FIELDS | {"model": "no-such"}, retries=2))
    assert (reply.status, reply.sends) == (404, 1)
    assert reply.envelope["error"]["code"] == "model_not_found"
    assert (reply.failure.kind if reply.failure else "") == client.raises(404)
    (gone,) = client.send(Call(images=upload, fields=FIELDS | {"prompt": "[[delay:5]]"}, timeout=1))
    assert gone.failure
    assert gone.status == 0


def test_what_may_be_asked_again_is_asked_again(client: Client, upload: Upload) -> None:
    prompt = f"a hat of {client.name} [[fault:429-retry-after:1*1]]"
    (reply,) = client.send(Call(images=upload, fields=FIELDS | {"prompt": prompt}, retries=2))
    assert (reply.status, reply.sends) == (200, 2)


def test_events_come_as_they_were_sent(client: Client, upload: Upload) -> None:
    fields = FIELDS | {"partial_images": 2}
    (reply,) = client.send(Call(images=upload, fields=fields, stream=True))
    assert kinds(reply) == [PARTIAL, PARTIAL, COMPLETED]
    assert image_of(reply.events[-1]).size == (64, 48)
    (broken,) = client.send(broken_stream(upload))
    assert COMPLETED not in kinds(broken)
    if client.name != "curl":
        assert broken.failure
        assert (broken.failure.kind, broken.failure.code) == ("APIError", "internal_error")


def broken_stream(upload: Upload) -> Call:
    return Call(images=upload, fields=FIELDS | {"prompt": "[[fault:sse-error]]"}, stream=True)


def test_several_calls_go_at_once_and_keep_their_order(client: Client, upload: Upload) -> None:
    sizes = [f"{64 + number}x48" for number in range(4)]
    calls = [
        Call(images=upload, fields=FIELDS | {"size": size, "prompt": "[[delay:1]]"})
        for size in sizes
    ]
    assert [reply.body["size"] for reply in client.send(*calls)] == sizes
