"""Draws an edit: the painted area is filled with a pattern that the prompt decides."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from tests.faults.fake_provider import drifts
from tests.faults.fake_provider.rules import bad_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.fake_provider.asks import Picture
    from tests.faults.fake_provider.rules import Job

type Colour = tuple[int, int, int]


def colour_of(prompt: str, number: int = 0) -> Colour:
    """Return the colour that a prompt paints its n-th picture in."""
    digest = hashlib.sha256(f"{number}:{prompt}".encode()).digest()
    return digest[0], digest[1], digest[2]


def paint(job: Job, number: int, drift: Sequence[str]) -> Image.Image:
    """Return the n-th picture of a job, RGB or RGBA. Raises Refusal for broken pictures."""
    image = _read(job.ask.images[0]).convert("RGB").resize(job.size)
    area = _area(job)
    if "mask-inverted" in drift:
        area = ImageChops.invert(area)
    if "mask-ignored" in drift or "repaint" in drift or job.model.dialect == "sglang":
        area = Image.new("L", job.size, 255)
    image.paste(_pattern(job.size, colour_of(job.ask.prompt, number)), mask=area)
    for name in drift:
        image = drifts.apply(name, image)
    if job.background == "transparent":
        image.putalpha(_hole(job.size))
    return image


def encode(image: Image.Image, job: Job) -> bytes:
    """Return the file in the format that was asked for."""
    out = io.BytesIO()
    options = {} if job.output_format == "png" else {"quality": max(1, job.compression)}
    if job.output_format == "png":
        options = {"compress_level": 1}
    if job.output_format == "jpeg":
        image = image.convert("RGB")
    image.save(out, job.output_format.upper(), **options)
    return out.getvalue()


def _read(picture: Picture) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(picture.data))
        image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise bad_image(picture.name, "cannot be read.") from error
    return image


def _area(job: Job) -> Image.Image:
    """Where to paint: 255. Without a mask everywhere."""
    mask = job.ask.mask
    if mask is None:
        return Image.new("L", job.size, 255)
    opened = _read(mask)
    if job.model.dialect in {"vllm", "localai"}:
        return opened.convert("L").resize(job.size)
    return ImageChops.invert(opened.convert("RGBA").getchannel("A")).resize(job.size)


def _pattern(size: tuple[int, int], colour: Colour) -> Image.Image:
    """The colour, darker towards the bottom, so that up and down can be told apart."""
    shade = Image.linear_gradient("L").resize(size).point(lambda value: 255 - value // 4)
    bands = [shade.point(lambda value, c=band: value * c // 255) for band in colour]
    return Image.merge("RGB", bands)


def _hole(size: tuple[int, int]) -> Image.Image:
    """An alpha channel that is clear along the edges."""
    alpha = Image.new("L", size)
    margin = max(1, min(size) // 16)
    alpha.paste(255, (margin, margin, size[0] - margin, size[1] - margin))
    return alpha
