"""The fake provider keeps its word: what it draws, refuses, writes down, and how it fails."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.faults.fake import NO_TLS, deaf_port, fake_provider, refused_port
from tests.faults.fake_provider.drifts import DRIFTS, OF_THE_MASK
from tests.faults.fake_provider.faults import FAULTS, Stage
from tests.faults.fake_provider.models import MODELS
from tests.faults.fake_provider.painting import colour_of
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fake import Fake

SIZE = (1024, 1024)
BOX = (256, 256, 640, 640)
PROMPT = "a red hat"
JPEG = ("photo.jpg", as_bytes(make_image(256, 256).resize(SIZE), "JPEG"), "image/jpeg")
TINY = ("photo.png", as_bytes(make_image(64, 48)), "image/png")
# Faults that never come to an end by themselves; those that drip do so once a second here.
ENDLESS = {"silence", "stall", "stall-upload", "slowloris", "slow-head", "endless-chunks", "huge",
           "sse-silent", "sse-pings-only", "sse-endless-line"}  # fmt: skip


DRIPS = {"slowloris", "slow-head", "sse-pings-only"}


def mask_of(size: tuple[int, int] = SIZE, box: tuple[int, int, int, int] = BOX) -> bytes:
    """Clear where to edit."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), box)
    return as_bytes(mask)


MASK = ("mask.png", mask_of(), "image/png")


@pytest.fixture(scope="module")
def shared() -> Iterator[Fake]:
    with fake_provider() as running:
        yield running


@pytest.fixture
def fake(shared: Fake) -> Fake:
    shared.forget()
    return shared


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    headers = {"authorization": "Bearer sk-test", "idempotency-key": "token-1"}
    with httpx.Client(headers=headers, timeout=10, verify=NO_TLS, trust_env=False) as client:
        yield client


def ask(base: str, client: httpx.Client, **fields: Any) -> httpx.Response:
    """Send a good edit, but for what is said otherwise."""
    files = fields.pop("files", [("image", JPEG), ("mask", MASK)])
    data = {"model": "gpt-image-2", "prompt": PROMPT, "size": "1024x1024", "quality": "low"}
    data = {name: value for name, value in (data | fields).items() if value is not None}
    return client.post(f"{base}/images/edits", data=data, files=files)


def quick(base: str, client: httpx.Client, **fields: Any) -> httpx.Response:
    """Send an edit that is drawn at once."""
    given = {"model": "quick-image", "size": None, "files": [("image", TINY)]} | fields
    return ask(base, client, **given)


def picture(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


def events(response: httpx.Response) -> list[dict[str, Any]]:
    lines = response.text.splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def mean_difference(one: Image.Image, other: Image.Image) -> float:
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return sum(ImageStat.Stat(difference).mean)


# What it draws


def test_an_edit_changes_the_painted_area_and_nothing_else(
    fake: Fake, client: httpx.Client
) -> None:
    body = ask(fake.base_url, client).json()
    result = picture(body["data"][0]["b64_json"])
    sent = Image.open(io.BytesIO(JPEG[1]))
    assert ImageChops.difference(result.convert("RGB"), sent).getbbox() == BOX
    assert result.getpixel(BOX[:2]) == pytest.approx(colour_of(PROMPT), abs=80)
    assert body["size"], body["quality"] == ("1024x1024", "low")


def test_the_same_prompt_paints_the_same(fake: Fake, client: httpx.Client) -> None:
    one, two = (quick(fake.base_url, client).json()["data"] for _turn in range(2))
    assert one == two


@pytest.mark.parametrize("name", [*DRIFTS, *OF_THE_MASK])
def test_a_drift_touches_what_nobody_painted(fake: Fake, client: httpx.Client, name: str) -> None:
    prompt = f"{PROMPT} [[drift:{name}]]"
    result = picture(ask(fake.base_url, client, prompt=prompt).json()["data"][0]["b64_json"])
    sent = Image.open(io.BytesIO(JPEG[1]))
    corner = (0, 0, 200, 200)
    if name == "wrong-size":
        assert result.size == (512, 682)
    elif name == "transparent":
        assert result.getchannel("A").getextrema() == (0, 255)
    else:
        assert mean_difference(result.crop(corner), sent.crop(corner)) > 1


@pytest.mark.parametrize(
    ("output_format", "compression"), [("png", None), ("jpeg", "60"), ("webp", "80")]
)
def test_the_format_is_the_one_asked_for(
    fake: Fake, client: httpx.Client, output_format: str, compression: str | None
) -> None:
    body = ask(
        fake.base_url, client, output_format=output_format, output_compression=compression
    ).json()
    found = picture(body["data"][0]["b64_json"])
    assert (found.format, found.size) == (output_format.upper(), SIZE)


def test_several_pictures_in_and_out(fake: Fake, client: httpx.Client) -> None:
    files = [("image[]", JPEG), ("image[]", JPEG), ("mask", MASK)]
    body = ask(fake.base_url, client, files=files, n="3").json()
    assert len({item["b64_json"] for item in body["data"]}) == 3
    assert body["usage"]["input_tokens_details"]["image_tokens"] == 2 * 1225


def test_transparency_is_given_where_it_was_asked(fake: Fake, client: httpx.Client) -> None:
    body = ask(fake.base_url, client, background="transparent").json()
    assert picture(body["data"][0]["b64_json"]).getchannel("A").getextrema() == (0, 255)
    assert body["background"] == "transparent"


# What it counts


@pytest.mark.parametrize(
    ("model", "quality", "size", "tokens"),
    [
        ("gpt-image-2", "low", SIZE, 196),
        ("gpt-image-2", "medium", SIZE, 1756),
        ("gpt-image-2", "high", SIZE, 7024),
        ("gpt-image-2.5-flare", "medium", SIZE, 439),
        ("gpt-image-2.5-flare", "xhigh", SIZE, 3122),
        ("gpt-image-2.5-flare", "max", SIZE, 7024),
        ("gpt-image-1.5", "high", (1024, 1536), 6240),
        ("gpt-image-1-mini", "low", (1536, 1024), 400),
    ],
)
def test_tokens_follow_the_published_counts(
    model: str, quality: str, size: tuple[int, int], tokens: int
) -> None:
    assert MODELS[model].output_tokens(size, quality) == tokens


def test_usage_adds_up(fake: Fake, client: httpx.Client) -> None:
    usage = ask(fake.base_url, client, n="2").json()["usage"]
    assert usage["output_tokens"] == 2 * 196
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_tokens"] == sum(usage["input_tokens_details"].values())


# Streams


def test_a_stream_brings_previews_and_the_picture(fake: Fake, client: httpx.Client) -> None:
    response = ask(fake.base_url, client, stream="true", partial_images="2")
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response)
    assert [e["type"].removeprefix("image_edit.") for e in found] == [
        *("partial_image", "partial_image", "completed")
    ]
    assert [e.get("partial_image_index") for e in found] == [0, 1, None]
    assert found[-1]["usage"]["output_tokens"] == 196 + 200
    assert picture(found[-1]["b64_json"]).size == SIZE


def test_a_stream_of_several(fake: Fake, client: httpx.Client) -> None:
    found = events(quick(fake.base_url, client, stream="true", n="3"))
    assert [e["type"] for e in found] == ["image_edit.completed"] * 3


def test_a_stream_that_is_refused_is_plain(fake: Fake, client: httpx.Client) -> None:
    response = ask(fake.base_url, client, stream="true", n="11")
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")


# What it refuses

OCTETS = ("photo.jpg", JPEG[1], "application/octet-stream")
OPAQUE = ("mask.png", as_bytes(Image.new("RGB", SIZE)), "image/png")
SMALL = ("mask.png", mask_of((512, 512)), "image/png")
REFUSED: list[tuple[dict[str, Any], int, str | None, str | None]] = [
    ({"response_format": "url"}, 400, "unknown_parameter", "response_format"),
    ({"input_fidelity": "high"}, 400, "unknown_parameter", "input_fidelity"),
    ({"seed": "1"}, 400, "unknown_parameter", "seed"),
    ({"model": "gpt-image-1-mini", "input_fidelity": "high"}, 400, "invalid_value",
     "input_fidelity"),
    ({"files": [("image", JPEG), ("image", JPEG)]}, 400, "duplicate_parameter", "image"),
    ({"files": [("image", OCTETS)]}, 400, "unsupported_file_mimetype", "image"),
    ({"files": [("image", JPEG), ("mask", OPAQUE)]}, 400, "invalid_image_file", "mask"),
    ({"files": [("image", JPEG), ("mask", SMALL)]}, 400, "invalid_image_file", "mask"),
    ({"files": [("image", ("a.png", b"no picture", "image/png"))]}, 400, "invalid_image_file",
     "image"),
    ({"files": [("image[]", JPEG)] * 17}, 400, "invalid_value", "image"),
    ({"files": [("mask", MASK)]}, 400, "missing_required_parameter", "image"),
    ({"size": "1000x1000"}, 400, "invalid_value", "size"),
    ({"size": "512x512"}, 400, "invalid_value", "size"),
    ({"size": "3840x1024"}, 400, "invalid_value", "size"),
    ({"size": "1024X1024"}, 400, "invalid_value", "size"),
    ({"model": "gpt-image-1.5", "size": "1536x864"}, 400, "invalid_value", "size"),
    ({"quality": "xhigh"}, 400, "invalid_value", "quality"),
    ({"background": "transparent", "output_format": "jpeg"}, 400, "invalid_value", "background"),
    ({"output_compression": "50"}, 400, "invalid_value", "output_compression"),
    ({"output_format": "jpeg", "output_compression": "101"}, 400, "invalid_value",
     "output_compression"),
    ({"partial_images": "2"}, 400, "invalid_value", "partial_images"),
    ({"partial_images": "4", "stream": "true"}, 400, "invalid_value", "partial_images"),
    ({"n": "0"}, 400, "invalid_value", "n"),
    ({"n": "11"}, 400, "invalid_value", "n"),
    ({"n": "two"}, 400, "invalid_value", "n"),
    ({"prompt": " "}, 400, "missing_required_parameter", "prompt"),
    ({"prompt": "x" * 32_001}, 400, "string_above_max_length", "prompt"),
    ({"model": None}, 400, "missing_required_parameter", "model"),
    ({"model": "dall-e-2"}, 404, "model_not_found", "model"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "status", "code", "param"), REFUSED)
def test_what_the_real_one_refuses(
    fake: Fake,
    client: httpx.Client,
    fields: dict[str, Any],
    status: int,
    code: str,
    param: str,
) -> None:
    response = ask(fake.base_url, client, **fields)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (status, code, param)
    assert {"message", "type", "param", "code"} <= set(error)
    assert [line["charged"] for line in fake.ledger()] == [False]


@pytest.mark.parametrize(
    "fields",
    [
        {"size": "1536x864", "quality": "high"},
        {"size": "auto", "quality": "auto"},
        {"model": "gpt-image-2.5-flare", "quality": "max"},
        {"model": "gpt-image-1.5", "input_fidelity": "high"},
        {"files": [("image[]", JPEG)] * 16, "moderation": "low", "user": "somebody"},
        {"prompt": "ü" * 32_000},
    ],
)
def test_what_the_real_one_takes(fake: Fake, client: httpx.Client, fields: dict[str, Any]) -> None:
    response = ask(fake.base_url, client, **fields)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer sk-wrong"}, 401),
        ({"authorization": "Bearer sk-unverified"}, 403),
        ({"authorization": "", "api-key": "k"}, 200),
    ],
)
def test_the_key(fake: Fake, client: httpx.Client, headers: dict[str, str], status: int) -> None:
    client.headers.update(headers)
    assert quick(fake.base_url, client).status_code == status


# Other kinds of service


def as_data_url(data: bytes, kind: str = "image/jpeg") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def test_json_at_openai(fake: Fake, client: httpx.Client) -> None:
    reference = {"image_url": as_data_url(JPEG[1])}
    body = {"model": "gpt-image-2", "prompt": PROMPT, "images": [reference], "size": "1024x1024",
            "mask": {"image_url": as_data_url(MASK[1], "image/png")}}  # fmt: skip
    response = client.post(f"{fake.base_url}/images/edits", json=body)
    assert picture(response.json()["data"][0]["b64_json"]).size == SIZE
    body["images"] = [{"file_id": "file-1"}]
    refused = client.post(f"{fake.base_url}/images/edits", json=body)
    assert refused.json()["error"]["param"] == "images[0].file_id"


@pytest.mark.parametrize(
    ("path", "model", "status"),
    [
        ("/openai/v1/images/edits", "gpt-image-2", 200),
        ("/openai/deployments/gpt-image-2/images/edits?api-version=2025-04-01-preview", None, 200),
        ("/openai/deployments/gpt-image-2/images/edits?api-version=2024-02-01", None, 404),
        ("/openai/deployments/gpt-image-2/images/edits?api-version=2025-04-01-preview", "x", 404),
        ("/images/edits", "gpt-image-2", 200),
    ],
)
def test_paths_of_azure(
    fake: Fake, client: httpx.Client, path: str, model: str | None, status: int
) -> None:
    data = {"prompt": PROMPT} | ({"model": model} if model else {})
    response = client.post(fake.home + path, data=data, files=[("image", JPEG)])
    assert response.status_code == status, response.text


def test_inpainting_takes_white_for_edit(fake: Fake, client: httpx.Client) -> None:
    white = Image.new("L", SIZE)
    white.paste(255, BOX)
    files = [("image", JPEG), ("mask", ("mask.png", as_bytes(white), "image/png"))]
    data = {"model": "flux-fill", "prompt": PROMPT}
    client.headers.pop("authorization")
    response = client.post(f"{fake.base_url}/images/inpainting", data=data, files=files)
    address = response.json()["data"][0]["url"]
    result = Image.open(io.BytesIO(client.get(address).content))
    sent = Image.open(io.BytesIO(JPEG[1]))
    assert ImageChops.difference(result.convert("RGB"), sent).getbbox() == BOX
    assert client.get(address).status_code == 404  # each is served once
    missing = client.post(f"{fake.base_url}/images/inpainting", data=data, files=files[:1])
    assert missing.json()["error"]["code"] == 400


def test_xai_wants_json_and_nothing_unknown(fake: Fake, client: httpx.Client) -> None:
    assert ask(fake.base_url, client, model="grok-imagine-image").status_code == 415
    body = {"model": "grok-imagine-image", "prompt": PROMPT, "response_format": "b64_json",
            "image": {"type": "image_url", "url": as_data_url(JPEG[1])}}  # fmt: skip
    response = client.post(f"{fake.base_url}/images/edits", json=body)
    assert picture(response.json()["data"][0]["b64_json"]).size == SIZE
    response = client.post(f"{fake.base_url}/images/edits", json=body | {"size": "auto"})
    assert response.status_code == 422


def test_openrouter_has_a_path_of_its_own(fake: Fake, client: httpx.Client) -> None:
    reference = {"type": "image_url", "image_url": {"url": as_data_url(JPEG[1])}}
    body = {"model": "google/gemini-image", "prompt": PROMPT, "input_references": [reference]}
    response = client.post(f"{fake.home}/api/v1/images", json=body)
    assert response.status_code == 200, response.text
    response = client.post(f"{fake.home}/api/v1/images", json=body | {"seed": 1})
    assert response.json()["error"]["code"] == 400


def test_sglang_does_not_use_the_mask(fake: Fake, client: httpx.Client) -> None:
    body = ask(fake.base_url, client, model="qwen-image-edit-plus").json()
    sent = Image.open(io.BytesIO(JPEG[1]))
    result = picture(body["data"][0]["b64_json"])
    assert ImageChops.difference(result.convert("RGB"), sent).getbbox() == (0, 0, *SIZE)


def test_vllm_complains_in_its_own_words(fake: Fake, client: httpx.Client) -> None:
    response = ask(fake.base_url, client, model="qwen-image-edit", n="99")
    assert "detail" in response.json()


def test_models(fake: Fake, client: httpx.Client) -> None:
    listed = client.get(f"{fake.base_url}/models").json()
    assert {"gpt-image-2", "google/gemini-image"} <= {model["id"] for model in listed["data"]}
    assert client.get(f"{fake.base_url}/models/google/gemini-image").status_code == 200
    assert client.get(f"{fake.base_url}/models/none").json()["error"]["code"] == "model_not_found"
    client.headers["authorization"] = "Bearer sk-wrong"
    assert client.get(f"{fake.base_url}/models").status_code == 401


# The ledger


def test_the_ledger_says_what_came(fake: Fake, client: httpx.Client) -> None:
    ask(fake.base_url, client, user="u1")
    (line,) = fake.ledger()
    assert (line["token"], line["charged"], line["answer"]) == ("token-1", True, "edit")
    assert (line["model"], line["prompt"]) == ("gpt-image-2", PROMPT)
    assert line["fields"]["user"] == "u1"
    assert line["images"][0]["sha256"] == hashlib.sha256(JPEG[1]).hexdigest()
    assert line["mask"]["bytes"] == len(MASK[1])
    assert fake.executions("token-1") == [line]
    assert fake.executions("token-2") == []


@pytest.mark.parametrize("spec", ["reset-on-accept", "reset-upload:0.5", "early-answer"])
def test_what_did_not_come_whole_is_not_in_it(fake: Fake, client: httpx.Client, spec: str) -> None:
    large = ("a.png", bytes(8_000_000), "image/png")
    try:
        response = ask(fake.failing(spec), client, files=[("image", large)])
    except httpx.TransportError:
        pass
    else:
        assert (spec, response.status_code) == ("early-answer", 413)
    assert fake.ledger() == []


# How faults are ordered


def test_a_queue_of_faults(fake: Fake, client: httpx.Client) -> None:
    fake.script(next=["429-retry-after:7", "500*2", "ok", "html"])
    answers = [quick(fake.base_url, client) for _turn in range(6)]
    assert [answer.status_code for answer in answers] == [429, 500, 500, 200, 200, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[4].headers["content-type"] == "text/html"
    assert answers[5].json()["data"]


def test_a_fault_in_the_prompt_and_one_in_the_path(fake: Fake, client: httpx.Client) -> None:
    prompt = f"{PROMPT} [[fault:503*1]]"
    assert [quick(fake.base_url, client, prompt=prompt).status_code for _turn in range(2)] == [
        *(503, 200)
    ]
    assert quick(fake.failing("409"), client).status_code == 409
    with pytest.raises(ValueError, match="no such fault"):
        fake.script(next=["nonsense"])


def test_an_unknown_parameter_can_be_left_out(fake: Fake, client: httpx.Client) -> None:
    base = fake.failing("unknown-parameter:quality")
    refused = quick(base, client)
    assert refused.json()["error"]["param"] == "quality"
    assert quick(base, client, quality=None).status_code == 200
    assert len(fake.executions()) == 1


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("0", "0"), ("-5", "-5"), ("1000000000", "1000000000"), ("soon", "soon"), ("date+9", "GMT")],
)
def test_every_kind_of_retry_after(
    fake: Fake, client: httpx.Client, argument: str, expected: str
) -> None:
    response = quick(fake.failing(f"429-retry-after:{argument}"), client)
    assert response.headers["retry-after"].endswith(expected)


# Faults of every kind


def test_every_fault_has_a_line() -> None:
    assert len(FAULTS) >= 100
    assert not [fault.name for fault in FAULTS.values() if not fault.line.endswith((".", ")"))]
    assert not ENDLESS - set(FAULTS)


@pytest.mark.parametrize(
    "name", [fault.name for fault in FAULTS.values() if fault.stage != Stage.UPLOAD]
)
def test_every_fault_happens_once_and_is_written_down(
    fake: Fake, client: httpx.Client, name: str
) -> None:
    """Whatever it does, it does it soon, and the ledger says that, and whether it is charged."""
    fields = {"stream": "true", "partial_images": "1"} if name.startswith("sse-") else {}
    spec, read = f"{name}:1" if name in DRIPS else name, 0
    try:
        with client.stream(
            "POST",
            f"{fake.failing(spec)}/images/edits",
            data={"model": "quick-image", "prompt": PROMPT, "quality": "low", **fields},
            files=[("image", TINY)],
            timeout=0.5 if name in ENDLESS else 20,
        ) as response:
            for piece in response.iter_raw():
                read += len(piece)
                if name in ENDLESS and read > 4_000_000:
                    break
    except httpx.TransportError:
        assert name in ENDLESS | {"close", "reset", "eof", "bad-chunk", "cut-chunks",
            "many-headers", "huge-header", "no-http", "bad-length", "two-lengths", "sse-closes",
            "sse-resets"}  # fmt: skip
    (line,) = fake.ledger()
    assert (line["answer"], line["charged"]) == (name, FAULTS[name].charged)


def test_a_redirect_leads_to_a_canary(fake: Fake, client: httpx.Client) -> None:
    response = quick(fake.failing("307"), client)
    assert (response.status_code, fake.ledger("canary")) == (307, [])
    assert urlsplit(response.headers["location"]).netloc == urlsplit(fake.elsewhere).netloc
    client.get(response.headers["location"])
    (visit,) = fake.ledger("canary")
    assert (visit["path"], visit["with_key"]) == ("/canary/307", True)


def test_results_elsewhere_are_fetched_once(fake: Fake, client: httpx.Client) -> None:
    address = quick(fake.failing("url-elsewhere"), client).json()["data"][0]["url"]
    assert address.startswith(fake.elsewhere)
    assert [client.get(address).status_code for _turn in range(2)] == [200, 404]
    assert [visit["with_key"] for visit in fake.ledger("download")] == [True, True]


def test_a_flaky_result_comes_in_the_end(fake: Fake, client: httpx.Client) -> None:
    address = quick(fake.failing("url-flaky"), client).json()["data"][0]["url"]
    assert [client.get(address).status_code for _turn in range(3)] == [503, 503, 200]


def test_tls_is_met_with_plain_text(fake: Fake) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(fake.home.replace("http:", "https:"), trust_env=False)


def test_dead_ports(fake: Fake) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", refused_port()))
    with deaf_port() as port, pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", port), timeout=0.2)


def test_raw_bytes_of_a_chunked_request(fake: Fake) -> None:
    """A body without a length is read to its last chunk; two requests share a connection."""
    body = json.dumps({"model": "gpt-image-2"}).encode()
    head = (
        b"POST /v1/images/edits HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n"
        b"content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    request = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    where = urlsplit(fake.home)
    with socket.create_connection((where.hostname, where.port), timeout=5) as connection:
        connection.sendall(request + request)
        received = b""
        while received.count(b"missing_required_parameter") < 2:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 400") == 2
    assert len(fake.ledger()) == 2


def test_a_canned_answer_has_the_size_asked_for(client: httpx.Client) -> None:
    with fake_provider(canned=1_500_000) as canned:
        response = ask(canned.base_url, client)
        assert len(response.content) == pytest.approx(1_500_000, rel=0.02)
        assert picture(response.json()["data"][0]["b64_json"]).size == SIZE
        assert len(canned.executions("token-1")) == 1
