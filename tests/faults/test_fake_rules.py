"""The fake provider refuses what the real ones refuse, each kind of service in its own words."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageChops

from tests.faults.asking import (
    BOX,
    JPEG,
    MASK,
    PROMPT,
    SIZE,
    ask,
    mask_of,
    picture,
    quick,
)
from tests.making import as_bytes

if TYPE_CHECKING:
    import httpx

    from tests.faults.fake import Fake

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
