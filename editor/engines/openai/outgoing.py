"""Makes the files that a provider gets. Runs in a child process."""

from __future__ import annotations

import json
import os
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from PIL import Image

from editor.imaging import pixels, png
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

type Named = dict[str, str]
type Size = tuple[int, int]

CHUNK_HEAD: Final = 8
CHECKSUM: Final = 4

# For what is too large when it is packed quickly.
THOROUGH: Final = 6
JPEG_QUALITIES: Final = (95, 85)


class Made(TypedDict):
    """The files that are sent, each with its path and its type."""

    pictures: list[Named]
    mask: Named | None


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
) -> Made:
    """Write the crop (the first of `pictures`), the further ones and the mask as they are sent.

    The crop is scaled to `size`, the mask with it; the others are made smaller where they have
    more pixels than allowed. Nothing but pixels is in the files; what they are is written beside
    `out_dir`, as JSON. Raises Rejected too_large_to_send.
    """
    out = Path(out_dir)
    out.mkdir(exist_ok=True)
    drawn = (size[0], size[1]) if size else png_size(Path(pictures[0]))
    sizes = [drawn, *(within(png_size(Path(one)), limits["pixels"]) for one in pictures[1:])]
    sent = [
        picture(Path(one), wanted, out / f"image-{number}", limits)
        for number, (one, wanted) in enumerate(zip(pictures, sizes, strict=True), start=1)
    ]
    marked = None
    if mask or limits["needs_mask"]:
        marked = write(
            said(edit_area(mask, drawn), polarity), out / "mask.png", limits["mask_bytes"]
        )
    made = Made(pictures=sent, mask=marked)
    out.with_suffix(".json").write_text(json.dumps(made), encoding="utf-8")
    return made


def coloured(image: Image.Image) -> Image.Image:
    """The picture in RGB or RGBA: not every service reads grey."""
    return image.convert("RGBA" if "A" in image.mode else "RGB")


def within(have: Size, most: int) -> Size:
    """The size of a picture, made smaller if it has more than `most` pixels."""
    if have[0] * have[1] <= most:
        return have
    scale = (most / (have[0] * have[1])) ** 0.5
    return max(1, int(have[0] * scale)), max(1, int(have[1] * scale))


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


def picture(source: Path, size: Size, out: Path, limits: Limits) -> Named:
    """Write a picture of that size as PNG: copied if it is just what is wanted.

    As JPEG where it is too large for a PNG and the service takes it.
    """
    target = out.with_name(f"{out.name}.png")
    if is_as_sent(source, size) and source.stat().st_size <= limits["bytes"]:
        shutil.copyfile(source, target)
        return {"path": str(target), "mime": "image/png"}
    image = coloured(pixels.load_png(str(source)))
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    try:
        return write(image, target, limits["bytes"])
    except Rejected:
        if not limits["jpeg"]:
            raise
    return as_jpeg(image, out.with_name(f"{out.name}.jpg"), limits["bytes"])


def png_size(path: Path) -> Size:
    """Width and height of a PNG that we wrote."""
    with path.open("rb") as file:
        file.seek(16)
        width, height = struct.unpack(">II", file.read(8))
    return width, height


def is_as_sent(path: Path, size: Size) -> bool:
    """Whether a PNG has that size, 8 bits, colour, and nothing but pixels in it."""
    with path.open("rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == CHUNK_HEAD:
            length, kind = struct.unpack(">I4s", head)
            if kind == b"IHDR":
                if struct.unpack(">IIBB", file.read(10)) not in {(*size, 8, 2), (*size, 8, 6)}:
                    return False
                length -= 10
            elif kind not in {b"IDAT", b"IEND"}:
                return False
            file.seek(length + CHECKSUM, os.SEEK_CUR)
    return True


def write(image: Image.Image, path: Path, most: int) -> Named:
    """Write a PNG of at most so many bytes. Raises Rejected too_large_to_send."""

    def quickly() -> None:
        png.write(image, path, lasting=False)

    def thoroughly() -> None:
        image.save(path, "PNG", compress_level=THOROUGH)

    return fitting(path, "image/png", most, [quickly, thoroughly])


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
            return {"path": str(path), "mime": mime}
    size = path.stat().st_size
    path.unlink()
    raise Rejected(
        "too_large_to_send", {"megabytes": f"{size / 1e6:.1f}", "limit": f"{most / 1e6:g}"}
    )
