"""Writes PNG files: the pixels and their profile, and nothing else.

Layout and names are those of PNG (third edition). Every row is filtered by "up" and packed by ISA-L
at its level 1: a photo of 16 MP takes 0.11 s, with Pillow's quickest 0.83 s and OpenCV's 0.40 s, for
a file that is 2 to 8 % larger.
"""

from __future__ import annotations

import struct
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import numpy as np
from isal import isal_zlib

from editor.imaging.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL import Image

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# 11.2.1: what an image's bands mean.
COLOUR_TYPES: Final = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}
BITS: Final = 8
# 9.2: each byte less the one above it.
UP: Final = 2
LEVEL: Final = 1
# Filtered and packed at once: keeps the extra memory of 80 MP under 20 MB.
STRIP_BYTES: Final = 4 << 20


def write(
    image: Image.Image,
    path: Path,
    icc: bytes | None = None,
    *,
    exif: bytes | None = None,
    lasting: bool = True,
) -> None:
    """Write an image of mode L, LA, RGB or RGBA under its name once it is whole.

    `exif` begins with its TIFF header. Not `lasting`: for minutes only, so that no disk is waited
    for. What `image.info` holds is left out. Raises ValueError for other modes.
    """
    if image.mode not in COLOUR_TYPES:
        raise ValueError(f"a PNG of mode {image.mode} is not written here")
    with replacing(path) if lasting else nullcontext(path) as part, part.open("wb") as file:
        for piece in _pieces(image, icc, exif):
            file.write(piece)


def _pieces(image: Image.Image, icc: bytes | None, exif: bytes | None) -> Iterator[bytes]:
    yield SIGNATURE
    colours = COLOUR_TYPES[image.mode]
    yield from _chunk(b"IHDR", struct.pack(">IIBBBBB", *image.size, BITS, colours, 0, 0, 0))
    if icc:
        yield from _chunk(b"iCCP", b"ICC Profile\0\0" + isal_zlib.compress(icc))
    if exif:
        yield from _chunk(b"eXIf", exif)
    for packed in _packed(image):
        yield from _chunk(b"IDAT", packed)
    yield from _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> Iterator[bytes]:
    """Length, kind, content and checksum (5.3)."""
    yield struct.pack(">I", len(content)) + kind
    yield content
    yield struct.pack(">I", isal_zlib.crc32(content, isal_zlib.crc32(kind)))


def _packed(image: Image.Image) -> Iterator[bytes]:
    """The rows, filtered and deflated, in pieces."""
    packer = isal_zlib.compressobj(LEVEL)
    row = image.width * len(image.getbands())
    above = np.zeros(row, np.uint8)
    height = max(1, STRIP_BYTES // row)
    for top in range(0, image.height, height):
        strip = image.crop((0, top, image.width, min(top + height, image.height)))
        rows = np.asarray(strip).reshape(-1, row)
        filtered = np.empty((len(rows), row + 1), np.uint8)
        filtered[:, 0] = UP
        np.subtract(rows[0], above, out=filtered[0, 1:])
        np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
        above = rows[-1]
        if piece := packer.compress(filtered.reshape(-1)):
            yield piece
    yield packer.flush()
