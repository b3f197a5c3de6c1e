"""Requests as they reach the parser: a spooled body with its length."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.handlers.asgi import ASGIRequest

from editor.api import parse
from editor.api.errors import ApiError
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from collections.abc import Iterable

BOUNDARY = "7MA4YWxkTrZu0gW"
PNG = as_bytes(make_image(8, 6))
type Part = tuple[str, bytes | str] | tuple[str, bytes | str, str] | tuple[str, bytes, str, str]


def post(body: bytes, content_type: str) -> ASGIRequest:
    headers = [
        (b"content-type", content_type.encode("latin-1")),
        (b"content-length", str(len(body)).encode()),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/images/edits",
        "query_string": b"",
        "headers": headers,
    }
    return ASGIRequest(scope, io.BytesIO(body))


def encoded(parts: Iterable[Part]) -> bytes:
    """A form; a part is (name, text), or (name, bytes, filename) and perhaps its type."""
    out = io.BytesIO()
    for name, data, *rest in parts:
        filename = f'; filename="{rest[0]}"' if rest else ""
        kind = f"\r\nContent-Type: {rest[1]}" if len(rest) > 1 else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}{kind}'
        out.write(head.encode() + b"\r\n\r\n")
        out.write(data.encode() if isinstance(data, str) else data)
        out.write(b"\r\n")
    out.write(f"--{BOUNDARY}--\r\n".encode())
    return out.getvalue()


def form(*parts: Part) -> ASGIRequest:
    return post(encoded(parts), f"multipart/form-data; boundary={BOUNDARY}")


def picture(name: str = "image", seed: int = 0, **how: Any) -> Part:
    """A part with a small picture of its own."""
    return (name, as_bytes(make_image(8, 6, seed=seed), **how), f"{seed}.png", "image/png")


def document(**fields: Any) -> ASGIRequest:
    """A JSON body with a prompt."""
    return post(json.dumps({"prompt": "a sky", **fields}).encode(), "application/json")


def data_url(data: bytes = PNG, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def reference(data: bytes = PNG) -> dict[str, str]:
    return {"image_url": data_url(data)}


def mask(mode: str = "RGBA", image_format: str = "PNG", **how: Any) -> bytes:
    """A mask of the pictures' size that marks a part of it."""
    return as_bytes(make_image(8, 6, mode), image_format, **how)


def refusal(request: ASGIRequest) -> ApiError:
    """What a request for an edit is answered with."""
    with pytest.raises(ApiError) as caught:
        parse.edit_call(request)
    assert set(caught.value.to_json()["error"]) == {"message", "type", "param", "code"}
    return caught.value
