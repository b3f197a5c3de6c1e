"""Requests as they reach the parser: a spooled body with its length."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.core.handlers.asgi import ASGIRequest

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
