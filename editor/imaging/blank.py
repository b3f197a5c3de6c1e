"""White sheets: pictures with nothing on them, written without NumPy and row by row."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# PNG (third edition) 11.2.1: eight bits, red, green and blue.
BITS, COLOURS = 8, 2
NO_FILTER: Final = b"\0"
WHITE: Final = b"\xff\xff\xff"


def sheet(width: int, height: int) -> bytes:
    """Return a white PNG of that size: the same bytes each time, about a thousandth of its pixels."""
    head = struct.pack(">IIBBBBB", width, height, BITS, COLOURS, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", b"".join(_packed(width, height))), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _packed(width: int, height: int) -> Iterator[bytes]:
    packer = zlib.compressobj()
    row = NO_FILTER + WHITE * width
    for _row in range(height):
        yield packer.compress(row)
    yield packer.flush()


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Length, kind, content and checksum (5.3)."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
