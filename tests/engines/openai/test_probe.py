"""What a probe finds of providers that obey, do not, or do not answer."""

from __future__ import annotations

import asyncio
import io
import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

import cv2
import httpx
import numpy as np
import pytest
from PIL import Image

from editor.engines.openai.probe import Findings, probe
from tests.engines.openai.pictures import b64
from tests.engines.openai.setting import KEY, Inline, make_provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

type Pixels = NDArray[np.uint8]


class Painter:
    """A provider that really draws: red where ``where`` says, moved and scaled as told."""

    def __init__(
        self,
        where: str = "masked",
        *,
        shift: tuple[int, int] = (0, 0),
        size: tuple[int, int] | None = None,
        drift: bool = False,
        kind: str = "PNG",
    ) -> None:
        self._where, self._shift, self._size = where, shift, size
        self._drift, self._kind = drift, kind

    def __call__(self, request: httpx.Request) -> httpx.Response:
        head = b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
        parts = BytesParser(policy=HTTP).parsebytes(head + request.content).iter_parts()
        files = {part.get_param("name", header="content-disposition"): part for part in parts}
        image = self._opened(files["image"]).convert("RGB")
        hole = np.asarray(self._opened(files["mask"]).convert("RGBA"))[..., 3] == 0
        drawn = self._draw(np.asarray(image).copy(), hole)
        out = io.BytesIO()
        result = Image.fromarray(drawn)
        (result.resize(self._size) if self._size else result).save(out, self._kind)
        usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
        body = {"data": [{"b64_json": b64(out.getvalue())}], "usage": usage}
        return httpx.Response(200, json=body)

    def _opened(self, part: Any) -> Image.Image:
        return Image.open(io.BytesIO(part.get_payload(decode=True)))

    def _draw(self, pixels: Pixels, hole: NDArray[np.bool_]) -> Pixels:
        if self._drift:
            pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.2), np.uint8)
            pixels = np.clip(pixels * 0.97 + 4, 0, 255).astype(np.uint8)
        areas = {
            "masked": hole,
            "unmasked": ~hole,
            "everywhere": hole | ~hole,
            "nowhere": hole & ~hole,
        }
        pixels[areas[self._where]] = (255, 0, 0)
        matrix = np.array([[1, 0, self._shift[0]], [0, 1, self._shift[1]]], np.float32)
        moved = cv2.warpAffine(pixels, matrix, pixels.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)


def find(handler: Callable[[httpx.Request], httpx.Response], **changes: Any) -> Findings:
    times = iter([10.0, 12.34])
    return asyncio.run(
        probe(
            make_provider(**changes),
            "any-model",
            runner=Inline(),
            transport=lambda: httpx.MockTransport(handler),
            clock=lambda: next(times),
        )
    )


@pytest.mark.parametrize(
    ("where", "mask"),
    [
        ("masked", "obeyed"),
        ("unmasked", "inverted"),
        ("everywhere", "ignored"),
        ("nowhere", "unclear"),
    ],
)
@pytest.mark.parametrize("drift", [False, True])
def test_what_became_of_the_mask(where: str, mask: str, drift: bool) -> None:
    findings = find(Painter(where, drift=drift))
    assert findings["mask"] == mask
    assert (findings["reachable"], findings["key"]) == (True, True)
    assert "error" not in findings


@pytest.mark.parametrize("shift", [(0, 0), (5, 0), (0, -7), (9, 12), (-12, 3)])
def test_the_shift_is_measured_to_the_pixel(shift: tuple[int, int]) -> None:
    findings = find(Painter(shift=shift, drift=True, kind="JPEG"))
    assert findings["shift"] == pytest.approx(float(np.hypot(*shift)), abs=0.6)
    assert findings["mask"] == "obeyed"


def test_a_size_of_its_own_choosing_is_noticed() -> None:
    findings = find(Painter(size=(1024, 1024)))
    assert findings["size"] == [1024, 1024]
    assert findings["asked"] != findings["size"]
    assert find(Painter())["size"] == find(Painter())["asked"]


def test_all_that_is_found_is_plain_json() -> None:
    findings = find(Painter())
    assert json.loads(json.dumps(findings)) == findings
    assert findings["seconds"] == 2.3
    assert findings["usage"] == {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    assert findings["cost_basis"] in {"usage", "estimate", "unknown"}


def test_a_rejected_key() -> None:
    body = {"error": {"message": f"Incorrect key {KEY}", "code": "invalid_api_key"}}
    findings = find(lambda _: httpx.Response(401, json=body))
    assert (findings["reachable"], findings["key"]) == (True, False)
    assert findings["error"]["code"] == "key_rejected"
    assert findings["error"]["execution"] == "no"
    assert KEY not in json.dumps(findings)
    assert "mask" not in findings


@pytest.mark.parametrize(
    ("response", "key", "code"),
    [
        (httpx.Response(400, json={"error": {"message": "no"}}), True, "bad_request"),
        (httpx.Response(429), True, "rate_limited"),
        (httpx.Response(500), False, "provider_failed"),
        (httpx.Response(200, content=b"<html>"), True, "answer_unreadable"),
    ],
)
def test_other_refusals(response: httpx.Response, key: bool, code: str) -> None:
    findings = find(lambda _: response)
    assert (findings["reachable"], findings["key"]) == (True, key)
    assert findings["error"]["code"] == code


def test_nobody_there() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody")

    findings = find(refuse)
    assert findings["reachable"] is False
    assert "key" not in findings
    assert (findings["error"]["code"], findings["error"]["execution"]) == ("unreachable", "no")


def test_it_starts_children_of_its_own() -> None:
    """As the page does: with a provider and the name of a model, and nothing else."""
    findings = asyncio.run(
        probe(make_provider(), "any-model", transport=lambda: httpx.MockTransport(Painter()))
    )
    assert findings["mask"] == "obeyed"
