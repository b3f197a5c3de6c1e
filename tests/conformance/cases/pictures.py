"""Cases 1 to 9: pictures in all the spellings in which clients send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.asserting import refused, same_pixels
from tests.conformance.clients.calls import Upload
from tests.conformance.registry import case
from tests.conformance.scene import LEFT_OUT, SIZE, picture
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from tests.conformance.clients.calls import Reply
    from tests.conformance.scene import Scene

ALWAYS_A_LENGTH = "this client always sends a Content-Length"
OWN_SPELLING = "the SDK spells part names itself: image or image[]"


@case(1, "one picture: the answer is an image of `size`")
def one_picture(scene: Scene) -> None:
    photo = scene.photo()
    reply = scene.edit(photo)
    answer = picture(reply)
    assert answer.size == SIZE
    assert reply.body["size"] == "96x64"
    assert not same_pixels(answer, photo)
    assert reply.header("content-type").split(";")[0] == "application/json"


@case(2, "lists of 1 and 16 keep their order; 17 are too many")
def lists(scene: Scene) -> None:
    assert picture(scene.edit([scene.photo()])).size == SIZE
    marked = [scene.photo((64 + 2 * number, 64)) for number in range(16)]
    prompt = scene.words("a hat of many")
    assert picture(scene.paid(marked, prompt=prompt)).size == (64, 64)
    (sent,) = scene.executions(prompt)
    assert [image["name"] for image in sent["images"]] == ["image[]"] * 16
    assert widths(scene, prompt) == [64 + 2 * number for number in range(16)]
    refused(scene, scene.paid([*marked, scene.photo()]), 400, param="image")


def widths(scene: Scene, prompt: str) -> list[int]:
    """How wide the edit's pictures are, by the studio's books: the edited one, then the inputs."""
    ((edit, first),) = scene.rows(
        "SELECT e.id, p.width FROM editor_edit e JOIN editor_picture p ON p.id = e.picture_id "
        "WHERE e.prompt = ? ORDER BY e.id DESC LIMIT 1",
        prompt,
    )
    inputs = scene.rows(
        "SELECT p.width FROM editor_editinput i JOIN editor_picture p ON p.id = i.picture_id "
        "WHERE i.edit_id = ? ORDER BY i.number",
        edit,
    )
    return [first, *(width for (width,) in inputs)]


@case(3, "a stream without a length is the same as a file", python=ALWAYS_A_LENGTH)
def chunked_stream(scene: Scene) -> None:
    path = scene.photo().path
    by_file = scene.edit(Upload(path))
    by_stream = scene.edit(Upload(path, how="stream"))
    same_answer(by_stream, by_file)
    listed = scene.edit([Upload(path, how="stream")])
    same_answer(listed, by_file)


def same_answer(one: Reply, other: Reply) -> None:
    assert picture(one).tobytes() == picture(other).tobytes()


@case(4, "a type that is given is taken")
def given_type(scene: Scene) -> None:
    for form, mimetype in (("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")):
        data = as_bytes(make_image(*SIZE, seed=scene.seed), form, **lossless(form))
        upload = scene.file(data, how="typed", name=f"photo.{form.lower()}", type=mimetype)
        assert picture(scene.edit(upload)).size == SIZE


def lossless(form: str) -> dict[str, bool]:
    return {"lossless": True} if form == "WEBP" else {}


@case(5, "`image` repeated: all of them are taken", python=OWN_SPELLING, node=OWN_SPELLING)
def repeated(scene: Scene) -> None:
    photos = [scene.photo((80, 64)), scene.photo((72, 64))]
    prompt = scene.words("two hats")
    reply = scene.paid([], parts=[("image", photo) for photo in photos], prompt=prompt)
    assert picture(reply).size == (80, 64)
    assert widths(scene, prompt) == [80, 72]


@case(6, "image[N], image.N, image.N.items, images[]", python=OWN_SPELLING, node=OWN_SPELLING)
def spellings(scene: Scene) -> None:
    for names in SPELLINGS:
        photos = [scene.photo((80 - 8 * place, 64)) for place in range(len(names))]
        parts = [(name, photos[number_of(name, names, place)]) for place, name in enumerate(names)]
        prompt = scene.words("a hat")
        reply = scene.paid([], parts=parts, prompt=prompt)
        assert picture(reply).size == (80, 64), names
        assert widths(scene, prompt) == [80 - 8 * place for place in range(len(names))], names


SPELLINGS = (
    ("image[0]", "image[1]"),
    ("image[10]", "image[9]", "image[2]"),
    ("image.0", "image.1"),
    ("image.1.items", "image.0.items"),
    ("images[]", "images[]"),
    ("images[1]", "images[0]"),
    ("images", "images"),
    ("image", "image[]"),
)


def number_of(name: str, names: tuple[str, ...], place: int) -> int:
    """Which picture goes by this name: numbered ones in the order of numbers, others as they come."""
    digits = {other: "".join(filter(str.isdigit, other)) for other in names}
    if not digits[name]:
        return place
    return sorted(names, key=lambda other: int(digits[other])).index(name)


@case(7, "Transfer-Encoding: chunked", python=ALWAYS_A_LENGTH, node="played as case 3")
def chunked(scene: Scene) -> None:
    photo = scene.photo()
    reply = scene.edit(photo, headers={"Transfer-Encoding": "chunked"})
    same_answer(reply, scene.edit(photo))
    refused(
        scene, scene.edit(headers={"Transfer-Encoding": "chunked"}, prompt=""), 400, param="prompt"
    )


@case(8, "octet-stream is looked into; a text named .png is no picture")
def sniffed(scene: Scene) -> None:
    for form in ("PNG", "JPEG", "WEBP"):
        data = as_bytes(make_image(*SIZE, seed=scene.seed), form, **lossless(form))
        assert picture(scene.edit(scene.file(data, "bin", how="bytes"))).size == SIZE
    text = scene.file(b"I am no picture.\n" * 20, how="typed", name="photo.png", type="image/png")
    refused(scene, scene.edit(text), 400, code="invalid_image_file", param="image")
    cut = scene.file(as_bytes(make_image(*SIZE))[:200])
    refused(scene, scene.edit(cut), 400, code="invalid_image_file", param="image")


@case(9, "no picture, no prompt, a blank prompt")
def missing(scene: Scene) -> None:
    refused(scene, scene.edit([]), 400, param="image", code="missing_required_parameter")
    for blank in ("", " \t\n"):
        refused(scene, scene.edit(prompt=blank), 400, param="prompt")
    if scene.client.name != "python":  # whose SDK does not let it be left out
        refused(scene, scene.edit(prompt=LEFT_OUT), 400, param="prompt")
