"""Cases 28 to 34: what is refused, how that reads, and what a client does about it."""

from __future__ import annotations

import struct
import time
import zlib
from typing import TYPE_CHECKING

from tests.conformance.asserting import refused
from tests.conformance.clients.calls import Call
from tests.conformance.registry import case
from tests.conformance.scene import SIZE, TEAL, picture
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from tests.conformance.clients.calls import Upload
    from tests.conformance.scene import Scene

MIB = 1 << 20
MINUTE_BEGINS = "UPDATE editor_apikey SET window_began_at = NULL WHERE prefix = ?"
MINUTE_ENDS_SOON = (
    "UPDATE editor_apikey SET window_began_at = strftime('%Y-%m-%d %H:%M:%f', 'now', "
    "'-57 seconds') WHERE prefix = ?"
)
# What no code of the studio reckons with.
NO_DAY = "UPDATE editor_apikey SET created_at = '2026-99-99 00:00:00' WHERE prefix = ?"


@case(28, "without a key, with a wrong and an expired one; every answer has an id")
def keys(scene: Scene) -> None:
    wrong = scene.keys["plain"][:-1] + ("a" if scene.keys["plain"][-1] != "a" else "b")
    for key in ("", "sk-nonsense", wrong, scene.keys["expired"]):
        refused(scene, scene.edit(key=key), 401, code="invalid_api_key")
        refused(scene, scene.send(Call(operation="models", key=key)), 401, code="invalid_api_key")
    good = scene.edit()
    assert picture(good).size == SIZE
    assert good.header("x-request-id")
    assert good.request_id == good.header("x-request-id")
    assert scene.edit().request_id != good.request_id


@case(29, "a key without the right to edit; a model that nobody has")
def rights(scene: Scene) -> None:
    refused(scene, scene.edit(key=scene.keys["models_only"]), 403)
    refused(scene, scene.edit(model="no-such"), 404, code="model_not_found", param="model")
    # What another project is connected to is not there.
    refused(scene, scene.edit(model="quick-image"), 404, code="model_not_found", param="model")


@case(30, "too many: wait and go on; over budget: asked once, told not to ask again")
def limits(scene: Scene) -> None:
    key = rate_limited(scene)
    scene.write(MINUTE_ENDS_SOON, key.split("-")[2])
    patient = scene.edit(key=key, retries=2)
    assert picture(patient).size == SIZE
    assert patient.sends == 2
    # curl, which knows nothing of the header, is not let try again.
    retries = 0 if scene.client.name == "curl" else 2
    broke = scene.paid(key=scene.keys["broke"], retries=retries, prompt=scene.words("a hat"))
    refused(scene, broke, 429, code="insufficient_quota")
    assert broke.header("x-should-retry") == "false"
    assert broke.sends == 1


def rate_limited(scene: Scene) -> str:
    """Use up the minute of a key that may ask once in it; return the key."""
    key = str(scene.keys["slow"][scene.client.name])
    scene.write(MINUTE_BEGINS, key.split("-")[2])
    assert picture(scene.edit(key=key)).size == SIZE
    busy = scene.edit(key=key)
    refused(scene, busy, 429, code="rate_limit_exceeded")
    assert 1 <= int(busy.header("retry-after")) <= 60
    assert busy.header("x-ratelimit-limit-requests") == "1"
    assert busy.header("x-ratelimit-remaining-requests") == "0"
    return key


@case(31, "what breaks inside is an envelope; what may have been paid for is not asked again")
def breaks(scene: Scene) -> None:
    key = scene.keys["broken"][scene.client.name]
    scene.write(NO_DAY, key.split("-")[2])
    error = refused(scene, scene.edit(key=key), 500)
    for secret in ("Traceback", "ValueError", "month", "<html"):
        assert secret not in str(error)
    assert picture(scene.edit()).size == SIZE
    for fault in ("eof", "empty-data", "image-garbage"):
        prompt = scene.words(f"a hat [[fault:{fault}]]")
        lost = scene.paid(prompt=prompt, retries=0 if scene.client.name == "curl" else 2)
        refused(scene, lost, 502, code="upstream_outcome_unknown")
        assert lost.header("x-should-retry") == "false"
        assert lost.sends == 1
        assert [lost.header("x-pentimento-edit")] == [name for name, _ in scene.edits(prompt)]
        assert len(scene.executions(prompt)) == 1


@case(32, "asked again while it runs, or with the same key: one edit, one answer")
def retried(scene: Scene) -> None:
    photo, prompt = scene.photo(), scene.words("a patient hat [[delay:2]]")
    if scene.client.name == "curl":
        assert scene.paid(photo, prompt=prompt, timeout=1).status == 0
        again = {"x-stainless-retry-count": "1"}
        reply = scene.paid(photo, prompt=prompt, headers=again)
    else:
        reply = scene.paid(photo, prompt=prompt, timeout=1, retries=4)
        assert reply.sends > 1
    assert picture(reply).size == SIZE
    assert len(scene.executions(prompt)) == 1
    assert len(scene.edits(prompt)) == 1
    idempotent(scene)


def idempotent(scene: Scene) -> None:
    photo, prompt = scene.photo(), scene.words("a hat [[delay:0.5]]")
    headers = {"Idempotency-Key": f"{prompt} once"}
    call = scene.paid_call(photo, prompt=prompt, headers=headers)
    first, second = scene.client.send(call, call)
    third = scene.send(call)
    answers = {picture(reply).tobytes() for reply in (first, second, third)}
    assert len(answers) == 1
    assert len({reply.header("x-pentimento-edit") for reply in (first, second, third)}) == 1
    assert len(scene.executions(prompt)) == 1
    refused(scene, scene.paid(photo, prompt=f"{prompt} other", headers=headers), 422)
    assert picture(scene.paid(photo, prompt=prompt)).size == SIZE  # wanted twice is made twice
    assert len(scene.executions(prompt)) == 2


@case(33, "too large a body; as large a file as may be; a picture that unpacks to gigabytes")
def large(scene: Scene) -> None:
    photo = as_bytes(make_image(*SIZE, seed=scene.seed), "JPEG")
    upload = scene.file(photo.ljust(50 * MIB - 1), "jpg")
    began = time.monotonic()
    assert picture(scene.edit(upload)).size == SIZE
    accepted = time.monotonic() - began
    began = time.monotonic()
    refused(scene, scene.edit(scene.file(photo.ljust(64 * MIB), "jpg")), 413)
    assert time.monotonic() - began < accepted + 1
    explosive = bomb(scene)
    began = time.monotonic()
    refused(scene, scene.edit(explosive), 400, param="image")
    assert time.monotonic() - began < accepted + 1


def bomb(scene: Scene, side: int = 20_000) -> Upload:
    """A PNG of so many pixels, all black, in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(side * (side // 8 + 1))))
    return scene.file(b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b""))


@case(34, "a slash at the end, GET, PUT and unknown paths: JSON, and nobody is sent elsewhere")
def wrong_doors(scene: Scene) -> None:
    body = {"prompt": TEAL}
    for operation, path, statuses in (
        ("post", "/images/edits/", {404}),
        ("get", "/images/edits", {405}),
        ("put", "/images/edits", {405}),
        ("get", "/no/such/thing", {404}),
        ("post", "/responses", {404}),
        ("get", "/", {404}),
    ):
        sent = None if operation == "get" else body
        reply = scene.send(Call(operation=operation, path=path, body=sent))  # type: ignore[arg-type]
        assert reply.status in statuses, (operation, path, reply.status)
        refused(scene, reply, reply.status)
