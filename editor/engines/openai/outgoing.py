"""Makes the files that a provider gets. Runs in a child process."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from PIL import Image

from editor.engines.openai.encoded import LIST
from editor.imaging import pixels
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

type Named = dict[str, str]

# Level 1 with run lengths is what a photo needs; the thorough one is for what is too large then.
QUICK: Final[Mapping[str, int]] = {"compress_level": 1, "compress_type": zlib.Z_RLE}
THOROUGH: Final[Mapping[str, int]] = {"compress_level": 6}
JPEG_QUALITIES: Final = (95, 85)


class Limits(TypedDict):
    """What the service takes: pixels and bytes of a picture, bytes of a mask."""

    pixels: int
    bytes: int
    mask_bytes: int
    jpeg: bool
    needs_mask: bool


def encode(
    *,
    pictures: Sequence[str],
    mask: str | None,
    size: Sequence[int] | None,
    polarity: str,
    limits: Limits,
    out_dir: str,
) -> dict[str, object]:
    """Write the crop (the first of `pictures`), the further ones and the mask as they are sent.

    The crop is scaled to `size`, the mask with it; the others are made smaller where they have
    more pixels than allowed. Nothing but pixels is in the files. Raises Rejected too_large_to_send.
    """
    out = Path(out_dir)
    out.mkdir(exist_ok=True)
    crop = coloured(pixels.load_png(pictures[0]))
    scaled = crop.resize((size[0], size[1]), Image.Resampling.LANCZOS) if size else crop
    others = [within(coloured(pixels.load_png(one)), limits["pixels"]) for one in pictures[1:]]
    sent = [
        picture(one, out, f"image-{number}", limits)
        for number, one in enumerate([scaled, *others], start=1)
    ]
    marked = None
    if mask or limits["needs_mask"]:
        area = edit_area(mask, scaled.size)
        marked = write(said(area, polarity), out / "mask.png", limits["mask_bytes"])
    listed: dict[str, object] = {"pictures": sent, "mask": marked}
    (out / LIST).write_text(json.dumps(listed))
    return listed


def coloured(image: Image.Image) -> Image.Image:
    """The picture in RGB or RGBA: not every service reads grey."""
    return image.convert("RGBA" if "A" in image.mode else "RGB")


def within(image: Image.Image, most: int) -> Image.Image:
    """The picture, made smaller if it has more than `most` pixels."""
    have = image.width * image.height
    if have <= most:
        return image
    scale = (most / have) ** 0.5
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def edit_area(mask: str | None, size: tuple[int, int]) -> Image.Image:
    """An L picture of that size, 255 where any of the mask's coverage lies, 0 elsewhere."""
    if mask is None:
        return Image.new("L", size, 255)
    area = pixels.load_png(mask).convert("L").point([0] + [255] * 255)
    if area.size == size:
        return area
    # A box takes in every pixel, so that a hair's breadth does not get lost between two.
    return area.resize(size, Image.Resampling.BOX).point([0] + [255] * 255)


def said(area: Image.Image, polarity: str) -> Image.Image:
    """The area to edit as the service wants it said: "alpha", "white" or "black"."""
    if polarity == "white":
        return area
    rest = area.point([255 - value for value in range(256)])
    if polarity == "black":
        return rest
    # Transparent means edit. The colours say it too, for whoever only looks at those.
    return Image.merge("RGBA", (area, area, area, rest))


def area_of(mask: Image.Image, polarity: str) -> Image.Image:
    """The reverse of `said`."""
    if polarity == "white":
        return mask
    rest = mask.getchannel("A") if polarity == "alpha" else mask
    return rest.point([255 - value for value in range(256)])


def picture(image: Image.Image, out: Path, name: str, limits: Limits) -> Named:
    """Write a picture as PNG; as JPEG where it is too large for that and the service takes it."""
    try:
        return write(image, out / f"{name}.png", limits["bytes"])
    except Rejected:
        if not limits["jpeg"]:
            raise
    return as_jpeg(image, out / f"{name}.jpg", limits["bytes"])


def write(image: Image.Image, path: Path, most: int) -> Named:
    """Write a PNG of at most so many bytes. Raises Rejected too_large_to_send."""

    def at(effort: Mapping[str, int]) -> Callable[[], None]:
        return lambda: image.save(path, "PNG", **effort)

    return fitting(path, "image/png", most, [at(QUICK), at(THOROUGH)])


def as_jpeg(image: Image.Image, path: Path, most: int) -> Named:
    """Write a JPEG of at most so many bytes, on white. Raises Rejected too_large_to_send."""
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")

    def at(quality: int) -> Callable[[], None]:
        return lambda: image.save(path, "JPEG", quality=quality, subsampling=0)

    return fitting(path, "image/jpeg", most, [at(quality) for quality in JPEG_QUALITIES])


def fitting(path: Path, mime: str, most: int, attempts: Sequence[Callable[[], None]]) -> Named:
    """Make the first of the attempts that is small enough."""
    for attempt in attempts:
        attempt()
        if path.stat().st_size <= most:
            return {"name": path.name, "mime": mime}
    size = path.stat().st_size
    path.unlink()
    raise Rejected(
        "too_large_to_send", {"megabytes": f"{size / 1e6:.1f}", "limit": f"{most / 1e6:g}"}
    )
