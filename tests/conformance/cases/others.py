"""Cases 35 to 40: names of all kinds, leaving early, the other endpoints, ten at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.asserting import refused, same_pixels
from tests.conformance.cases.streams import complete, image_of, kinds, streamed
from tests.conformance.clients.calls import Call
from tests.conformance.registry import case
from tests.conformance.scene import ANY_SIZE, SIZE, picture
from tests.faults.fake_provider.painting import colour_of

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

PROMPT = "make it teal, \N{LATIN SMALL LETTER E WITH ACUTE}\N{TOP HAT} \"'<b>\\"
FILENAMES = (
    "\N{LATIN SMALL LETTER E WITH ACUTE}t\u00e9.png",
    'a "b".png',
    "../../../etc/x.png",
    "a\\b.png",
)


@case(35, "letters of all kinds in prompts and names; no name is a path")
def odd_names(scene: Scene) -> None:
    prompt = scene.words(PROMPT)
    assert picture(scene.paid(prompt=prompt)).size == SIZE
    assert len(scene.edits(prompt)) == 1
    for name in FILENAMES:
        prompt = scene.words("a named hat")
        reply = scene.paid(scene.photo(how="typed", name=name, type="image/png"), prompt=prompt)
        assert picture(reply).size == SIZE
        ((kept,),) = scene.rows(
            "SELECT p.name FROM editor_picture p JOIN editor_edit e ON e.picture_id = p.id "
            "WHERE e.prompt = ?",
            prompt,
        )
        assert kept
        assert not set(kept) & {"/", "\\", "\0"}
    assert not list(scene.studio.data.rglob("x.png"))


@case(36, "who leaves early: the edit is finished once, and kept")
def left_early(scene: Scene) -> None:
    prompts = [scene.words("a hat for later [[delay:1]]") for _stream in range(2)]
    for stream, prompt in zip((False, True), prompts, strict=True):
        gone = scene.paid(prompt=prompt, timeout=0.6, stream=stream)
        assert gone.failure
    for prompt in prompts:
        scene.until_finished(prompt)
        assert len(scene.executions(prompt)) == 1
    assert picture(scene.edit()).size == SIZE


@case(37, "models: the list, each by its id, ids with a slash")
def models(scene: Scene) -> None:
    paid = scene.keys["paid"]
    reply = scene.send(Call(operation="models", key=paid))
    assert reply.status == 200
    listed = {entry["id"]: entry for entry in reply.body["data"]}
    assert {"builtin", "quick-image", "google/gemini-image"} <= set(listed)
    assert f"{scene.keys['provider']}:quick-image" in listed
    for name, entry in listed.items():
        assert entry["object"] == "model"
        assert isinstance(entry["created"], int)
        assert entry["owned_by"]
        found = scene.send(Call(operation="model", path=name, key=paid))
        assert found.status == 200, (name, found.envelope)
        assert found.body["id"] == name
    missing = scene.send(Call(operation="model", path="no/such", key=paid))
    refused(scene, missing, 404, code="model_not_found")
    alone = scene.send(Call(operation="models")).body["data"]
    assert {"builtin", "gpt-image-1", "dall-e-2"} <= {entry["id"] for entry in alone}
    assert "quick-image" not in {entry["id"] for entry in alone}
    only = scene.send(Call(operation="models", key=scene.keys["models_only"]))
    assert only.status == 200


@case(38, "generations and variations: drawn by a model that can, else a plain refusal")
def siblings(scene: Scene) -> None:
    generated(scene)
    photo, paid = scene.photo((80, 64)), {"key": scene.keys["paid"]}
    varied = Call(operation="variation", images=photo, fields={"model": ANY_SIZE, "n": 2}, **paid)
    reply = scene.send(varied)
    assert [picture(reply, number).size for number in range(2)] == [(80, 64)] * 2
    assert not same_pixels(picture(reply), photo)
    words = {"prompt": "a red hat"}
    for call in (
        Call(operation="generate", fields=words),
        Call(operation="generate", fields=words, stream=True),
        Call(operation="variation", images=photo),
    ):
        refused(scene, scene.send(call), 404, code="unsupported_model", param="model")
    nothing = Call(operation="generate", fields={"prompt": "", "model": ANY_SIZE}, **paid)
    refused(scene, scene.send(nothing), 400, param="prompt")


def generated(scene: Scene) -> None:
    """A picture from words, as a document and as a stream."""
    for stream in (False, True):
        prompt = scene.words("a red hat")
        fields = {"prompt": prompt, "model": ANY_SIZE, "size": "96x80"}
        call = Call(operation="generate", fields=fields, stream=stream, key=scene.keys["paid"])
        reply = scene.send(call)
        if stream:
            streamed(reply)
            assert kinds(reply) == ["image_generation.completed"]
            complete(reply.events[0], "usage")
            answer = image_of(reply.events[0])
        else:
            answer = picture(reply)
        assert answer.size == (96, 80)
        assert answer.convert("RGB").getpixel((48, 0)) == pytest.approx(colour_of(prompt), abs=12)
        assert len(scene.executions(prompt)) == 1


@case(39, "the path of Azure, with its header")
def azure(scene: Scene) -> None:
    photo = scene.photo()
    call = Call(
        azure="quick-image", images=photo, fields={"prompt": "a hat"}, key=scene.keys["paid"]
    )
    assert picture(scene.send(call)).size == SIZE
    for key, deployment, status in (("sk-none", "quick-image", 401), (None, "no-such", 404)):
        wrong = Call(azure=deployment, images=photo, fields={"prompt": "a hat"}, key=key)
        refused(scene, scene.send(wrong), status)


@case(40, "ten at once: each gets its own")
def ten_at_once(scene: Scene) -> None:
    prompts = [scene.words("a hat") for _number in range(10)]
    sizes = [(64 + 4 * number, 64) for number in range(10)]
    calls = [
        scene.paid_call(scene.photo(size), prompt=prompt)
        for size, prompt in zip(sizes, prompts, strict=True)
    ]
    replies = scene.client.send(*calls)
    for size, prompt, reply in zip(sizes, prompts, replies, strict=True):
        answer = picture(reply).convert("RGB")
        assert answer.size == size
        assert answer.getpixel((size[0] // 2, 0)) == pytest.approx(colour_of(prompt), abs=12)
        assert [reply.header("x-pentimento-edit")] == [name for name, _ in scene.edits(prompt)]
        assert len(scene.executions(prompt)) == 1
