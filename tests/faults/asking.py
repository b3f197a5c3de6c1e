"""Asking a fake provider for edits, and looking at what it answers."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops, ImageStat

from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    import httpx

SIZE = (1024, 1024)
BOX = (256, 256, 640, 640)
PROMPT = "a red hat"
JPEG = ("photo.jpg", as_bytes(make_image(256, 256).resize(SIZE), "JPEG"), "image/jpeg")
TINY = ("photo.png", as_bytes(make_image(64, 48)), "image/png")


def mask_of(size: tuple[int, int] = SIZE, box: tuple[int, int, int, int] = BOX) -> bytes:
    """Clear where to edit."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), box)
    return as_bytes(mask)


MASK = ("mask.png", mask_of(), "image/png")


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
