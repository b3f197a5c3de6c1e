"""Reads back the PNG files that `png` writes, in two thirds of Pillow's time.

These hold 8 bits a sample and nothing but rows filtered by "up". Anything else is left to Pillow.
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from isal import isal_zlib
from PIL import Image

from editor.imaging.png import BITS, COLOUR_TYPES, SIGNATURE, STRIP_BYTES, UP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODES: Final = {number: mode for mode, number in COLOUR_TYPES.items()}
# Says nothing about where pixels are or which: EXIF, which could turn them, is none of these.
PASSED: Final = {b"iCCP"}
# The stubs take the class for an exception.
UNPACKABLE: Final = cast("type[Exception]", isal_zlib.error)


class NotOurs(Exception):
    """The file is damaged, or another program wrote it."""


def read(path: Path, max_pixels: int) -> Image.Image | None:
    """The pixels of a PNG of ours, checked against all its sums; None for any other file."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _image(data, max_pixels)
    except (NotOurs, UNPACKABLE, struct.error, ValueError):
        return None


def _image(data: mmap.mmap, max_pixels: int) -> Image.Image:
    rows: _Rows | None = None
    for kind, start, end in _chunks(data):
        if kind == b"IHDR" and rows is None:
            rows = _Rows(*_header(data[start:end], max_pixels))
        elif kind == b"IDAT" and rows is not None:
            rows.feed(data[start:end])
        elif kind not in PASSED:
            raise NotOurs
    if rows is None or not rows.is_whole:
        raise NotOurs
    return rows.image


def _chunks(data: mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
    """Kind and place of each chunk up to IEND, its checksum verified."""
    at = len(SIGNATURE)
    if data[:at] != SIGNATURE:
        raise NotOurs
    while (kind := data[at + 4 : at + 8]) != b"IEND":
        start = at + 8
        end = start + struct.unpack(">I", data[at : at + 4])[0]
        (told,) = struct.unpack(">I", data[end : end + 4])
        with memoryview(data) as view, view[at + 4 : end] as summed:
            if isal_zlib.crc32(summed) != told:
                raise NotOurs
        yield kind, start, end
        at = end + 4


def _header(content: bytes, max_pixels: int) -> tuple[str, tuple[int, int]]:
    width, height, bits, colours, *ways = struct.unpack(">IIBBBBB", content)
    if bits != BITS or colours not in MODES or any(ways) or not 0 < width * height <= max_pixels:
        raise NotOurs
    return MODES[colours], (width, height)


class _Rows:
    """An image that is filled from above as its packed rows come in."""

    def __init__(self, mode: str, size: tuple[int, int]) -> None:
        # Not filled: every row is pasted, or the image is not used.
        self.image = Image.new(mode, size, None)
        self._row = size[0] * len(self.image.getbands())
        self._strip = max(1, STRIP_BYTES // self._row) * (self._row + 1)
        self._above = np.zeros(self._row, np.uint8)
        self._top = 0
        self._waiting = b""
        self._packer = isal_zlib.decompressobj()

    @property
    def is_whole(self) -> bool:
        """Whether every row is there, and nothing behind the last."""
        return self._packer.eof and not self._waiting and self._top == self.image.height

    def feed(self, packed: bytes) -> None:
        """Unpack so many rows as fit into a strip, and again until nothing is left."""
        while not self._packer.eof:
            got = self._packer.decompress(packed, self._strip - len(self._waiting))
            rest = self._packer.unconsumed_tail
            self._waiting += got
            if len(self._waiting) == self._strip or self._packer.eof:
                self._paste()
            elif not got and len(rest) == len(packed):
                # Nothing taken, nothing given: it waits for the next piece, or is damaged.
                if packed:
                    raise NotOurs
                return
            packed = rest

    def _paste(self) -> None:
        count, rest = divmod(len(self._waiting), self._row + 1)
        if rest or self._top + count > self.image.height:
            raise NotOurs
        if not count:
            return
        filtered = np.frombuffer(self._waiting, np.uint8).reshape(count, self._row + 1)
        if (filtered[:, 0] != UP).any():
            raise NotOurs
        rows = self._unfiltered(filtered[:, 1:])
        size = self.image.width, count
        self.image.paste(Image.frombuffer(self.image.mode, size, rows), (0, self._top))
        self._above, self._top, self._waiting = rows[-1], self._top + count, b""

    def _unfiltered(self, filtered: np.ndarray) -> np.ndarray:
        """Add to each row the one above it; a row at a time beats numpy's own accumulation."""
        rows = np.empty(filtered.shape, np.uint8)
        above = self._above
        for row, difference in zip(rows, filtered, strict=True):
            np.add(difference, above, out=row)
            above = row
        return rows
