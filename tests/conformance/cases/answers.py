"""Cases 19, 21 and 22: what an answer holds, and the body that is JSON."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.conformance.asserting import only_inside, refused, same_pixels
from tests.conformance.clients.calls import Call
from tests.conformance.registry import case
from tests.conformance.scene import BOX, SIZE, TEAL, data_of, decoded, picture
from tests.faults.fake import NO_TLS

if TYPE_CHECKING:
    from tests.conformance.clients.calls import Reply, Upload
    from tests.conformance.scene import Scene

JSON_EDIT = "/images/edits"


@case(19, "response_format: b64_json, or a signed address that expires")
def response_format(scene: Scene) -> None:
    photo = scene.photo()
    direct = picture(scene.edit(photo, response_format="b64_json"))
    reply = scene.edit(photo, response_format="url")
    (entry,) = reply.body["data"]
    assert set(entry) >= {"url"}
    assert not entry.get("b64_json")
    address = entry["url"]
    assert address.startswith(f"{scene.home}/")
    assert same_pixels(decoded(fetched(address, 200)), direct)
    for forged in forgeries(address):
        fetched(forged, 400)
    refused(scene, scene.edit(response_format="carrier_pigeon"), 400, param="response_format")


def fetched(address: str, status: int) -> bytes:
    """Fetch without any key; a status of 400 stands for any refusal."""
    with httpx.Client(verify=NO_TLS, trust_env=False) as client:
        response = client.get(address)
    assert (response.status_code == 200) == (status == 200), (address, response.status_code)
    assert status == 200 or 400 <= response.status_code < 500
    return response.content


def forgeries(address: str) -> list[str]:
    """The address with one letter of its signature, or of the end of its time, made another."""
    last = "A" if address[-1] != "A" else "B"
    found = [address[:-1] + last]
    parts = urlsplit(address)
    query = parse_qsl(parts.query)
    for name, value in query:
        changed = [(n, f"{v}9" if n == name else v) for n, v in query]
        assert value
        found.append(parts._replace(query=urlencode(changed)).geturl())
    return found


def data_url(upload: Upload, mimetype: str = "image/png") -> str:
    return f"data:{mimetype};base64,{base64.b64encode(upload.path.read_bytes()).decode()}"


@case(21, "a JSON body with data URLs is the same edit; references are looked at")
def json_body(scene: Scene) -> None:
    photo, mask = scene.photo(), scene.mask()
    refs = {"images": [{"image_url": data_url(photo)}], "mask": {"image_url": data_url(mask)}}
    answer = picture(posted(scene, **refs))
    only_inside(answer, photo, BOX)
    assert answer.tobytes() == picture(scene.edit(photo, mask=mask)).tobytes()
    for wrong, param in wrong_references(data_url(photo)):
        refused(scene, posted(scene, images=wrong), 400, param=param)
    refused(scene, posted(scene), 400, param="images")
    refused(scene, posted(scene, images=[{"image_url": data_url(photo)}] * 17), 400, param="images")
    typo = posted(scene, images="photo.png")
    refused(scene, typo, 400, param="images")


def wrong_references(good: str) -> list[tuple[list[dict[str, Any]], str]]:
    return [
        ([{}], "images[0].image_url"),
        ([{"image_url": good, "file_id": "file-1"}], "images[0]"),
        ([{"file_id": "file-1"}], "images[0].file_id"),
        ([{"image_url": good}, {"file_id": "file-1"}], "images[1].file_id"),
        ([{"image_url": "http://127.0.0.1:1/a.png"}], "images[0].image_url"),
        ([{"image_url": "http://169.254.169.254/latest/meta-data"}], "images[0].image_url"),
        ([{"image_url": "file:///etc/passwd"}], "images[0].image_url"),
        ([{"image_url": "data:image/png;base64,AAAA"}], "images[0].image_url"),
    ]


def posted(scene: Scene, **body: Any) -> Reply:
    return scene.send(Call(operation="post", path=JSON_EDIT, body={"prompt": TEAL, **body}))


@case(22, "created, usage, and what was chosen instead of auto")
def resolved(scene: Scene) -> None:
    auto = {"quality": "auto", "background": "auto", "size": "auto"}
    for reply in (scene.edit(**auto), scene.paid(**auto)):
        body = reply.body
        assert decoded(data_of(reply)).size == SIZE
        assert isinstance(body["created"], int)
        assert abs(body["created"] - time.time()) < 120
        assert body["size"] == "96x64"
        assert body["quality"] in {"low", "medium", "high", "xhigh", "max"}
        assert body["background"] in {"opaque", "transparent"}
        assert body["output_format"] == "png"
        adds_up(body["usage"])
    assert body["usage"]["total_tokens"] > 0


def adds_up(usage: dict[str, Any]) -> None:
    """Assert that the counts are integers and their parts make the whole."""
    parts = usage["input_tokens_details"]
    assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]
    assert parts["text_tokens"] + parts["image_tokens"] == usage["input_tokens"]
    counts = [*parts.values(), usage["output_tokens"], usage["total_tokens"]]
    assert all(isinstance(count, int) and count >= 0 for count in counts)
