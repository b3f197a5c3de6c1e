"""Cases 10 to 15 and 20: every field, at its bounds and beyond them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.asserting import refused
from tests.conformance.registry import case
from tests.conformance.scene import SIZE, data_of, decoded, picture

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

FREE, FIVE, LISTED = "gpt-image-2", "gpt-image-2.5-flare", "relay-image"
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "webp": b"RIFF"}


@case(10, "a prompt of 32,000 characters, and of one more")
def long_prompts(scene: Scene) -> None:
    for letter in ("a", "\N{TOP HAT}"):
        assert picture(scene.paid(prompt=letter * 32_000)).size == SIZE
        refused(scene, scene.paid(prompt=letter * 32_001), 400, param="prompt")


@case(11, "n: 0, 11, a word; empty and null are the default")
def counts(scene: Scene) -> None:
    for wrong in (0, 11, -1, "abc", "1.5"):
        refused(scene, scene.paid(n=wrong), 400, param="n")
    for default in ("", "null"):
        assert len(scene.paid(n=default).body["data"]) == 1
    reply = scene.paid(n=3)
    assert len(reply.body["data"]) == 3
    assert len({picture(reply, number).tobytes() for number in range(3)}) == 3


def sized(scene: Scene, size: str, **values: Any) -> tuple[int, int]:
    """The size in which an answer comes; the answer says so too."""
    reply = scene.edit(size=size, **values)
    answer = picture(reply)
    assert reply.body["size"] == "{}x{}".format(*answer.size)
    return answer.size


@case(12, "size: what each model takes comes exactly, the rest is refused")
def sizes(scene: Scene) -> None:
    free = {"key": scene.keys["paid"], "model": FREE}
    assert sized(scene, "auto", **free) == (96, 64)
    assert sized(scene, "1024x640", **free) == (1024, 640)
    assert sized(scene, "1536x864", **free) == (1536, 864)
    for wrong in ("1000x1000", "4096x1024", "3840x1024", "512x512", *NO_SIZES):
        refused(scene, scene.edit(size=wrong, **free), 400, param="size")
    listed = {"key": scene.keys["paid"], "model": LISTED}
    assert sized(scene, "1536x1024", **listed) == (1536, 1024)
    refused(scene, scene.edit(size="1536x864", **listed), 400, param="size", code="invalid_value")
    assert sized(scene, "auto") == (96, 64)
    assert sized(scene, "50x70") == (50, 70)
    for wrong in ("15x64", "64x8193", *NO_SIZES):
        refused(scene, scene.edit(size=wrong), 400, param="size", code="invalid_value")


NO_SIZES = ("1024X1024", "1024x", "big", "-64x64", "64x64x64", "0x0", "\uff16\uff14x64")


@case(13, "quality: xhigh only where the model has it, unknown words never")
def qualities(scene: Scene) -> None:
    paid = {"key": scene.keys["paid"], "size": "1024x640"}
    reply = scene.edit(quality="xhigh", model=FIVE, **paid)
    assert reply.body["quality"] == "xhigh"
    wrong = scene.edit(quality="xhigh", model=FREE, **paid)
    refused(scene, wrong, 400, param="quality", code="invalid_value")
    refused(scene, scene.edit(quality="best", model=FREE, **paid), 400, param="quality")
    refused(scene, scene.edit(quality="best"), 400, param="quality")
    for word in ("low", "medium", "high", "auto", "standard", "hd"):
        assert picture(scene.edit(quality=word)).size == SIZE


@case(14, "a transparent background: not as JPEG; as PNG it is clear")
def backgrounds(scene: Scene) -> None:
    wrong = scene.paid(background="transparent", output_format="jpeg")
    refused(scene, wrong, 400)
    reply = scene.paid(background="transparent", output_format="png", protect="off")
    answer = picture(reply)
    assert answer.mode == "RGBA"
    assert answer.getchannel("A").getextrema()[0] == 0
    assert reply.body["background"] == "transparent"
    refused(scene, scene.paid(background="plaid"), 400, param="background")


@case(15, "output_format and output_compression are what the bytes say")
def formats(scene: Scene) -> None:
    for form, magic in MAGIC.items():
        reply = scene.edit(output_format=form)
        assert data_of(reply).startswith(magic)
        assert reply.body["output_format"] == form
    for form in ("jpeg", "webp"):
        photo = scene.photo()
        least, most = (
            data_of(scene.edit(photo, output_format=form, output_compression=compression))
            for compression in (0, 100)
        )
        assert decoded(least).size == decoded(most).size
        assert len(least) < len(most)
    for wrong in (101, -1, "much"):
        reply = scene.edit(output_format="jpeg", output_compression=wrong)
        refused(scene, reply, 400, param="output_compression")
    refused(scene, scene.edit(output_format="bmp"), 400, param="output_format")
    refused(scene, scene.edit(output_compression=50), 400, param="output_compression")


@case(20, "an unknown field is left out of account, and the answer names it")
def unknown_field(scene: Scene) -> None:
    reply = scene.edit(sparkle="much")
    assert picture(reply).size == SIZE
    assert "sparkle" in reply.header("x-pentimento-ignored").split(", ")
    assert "x-pentimento-ignored" not in scene.edit().headers
