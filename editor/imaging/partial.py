"""A preview that a provider sent of a picture in the making: bytes that nobody has looked at yet."""

from __future__ import annotations

import base64
import binascii
import io
import json
from pathlib import Path

from editor.imaging import pixels, preview
from editor.imaging.container import Container
from editor.imaging.errors import Rejected
from editor.imaging.files import replacing

MAX_BYTES = 48 * 1024 * 1024
MAX_PIXELS = 20_000_000
MAX_SIDE = 1280
QUALITY = 80
MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp"}


def render(*, source: str, out: str) -> dict[str, int]:
    """Write what `source` shows as a small WebP without metadata; return its size.

    `source` holds a PNG, JPEG or WebP; or one of these in base64, perhaps as a data URL, perhaps
    as `b64_json` of the event it came with. Raises Rejected for anything else.
    """
    with Path(source).open("rb") as file:
        data = unpacked(file.read(MAX_BYTES + 1))
    kind = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        raise Rejected("not_a_picture")
    with pixels.strict(MAX_PIXELS), pixels.open_as(io.BytesIO(data), kind) as image:
        pixels.decode(image)
        working, _notice = pixels.to_working(image, Container(kind).bits)
        small = pixels.bare(preview.shrink(working, MAX_SIDE))
    with replacing(Path(out)) as path:
        small.save(path, "WEBP", quality=QUALITY, method=2)
    return {"width": small.width, "height": small.height}


def unpacked(data: bytes) -> bytes:
    """Return the bytes of a picture, out of base64 where they are in it.

    Raises Rejected damaged, not_a_picture.
    """
    if len(data) > MAX_BYTES:
        raise Rejected("damaged")
    if any(data.startswith(magic) for magic in MAGIC):
        return data
    text = told(data) if data.lstrip()[:1] == b"{" else data
    if text[:5] == b"data:":
        text = text.partition(b",")[2]
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error as error:
        raise Rejected("not_a_picture") from error


def told(event: bytes) -> bytes:
    """Return the base64 in the event of a stream. Raises Rejected not_a_picture."""
    try:
        found = json.loads(event)["b64_json"].encode("ascii")
    except (ValueError, KeyError, AttributeError, RecursionError) as error:
        raise Rejected("not_a_picture") from error
    return bytes(found)
