"""Whether a mask can mark anything, told from its head: without alpha it cannot."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from editor.api.call import File

HEAD: Final = 33
SIGNATURE: Final = 8
CHUNK_HEAD, CHECKSUM = 8, 4
# IHDR's colour types with an alpha channel (PNG, 11.2.1).
WITH_ALPHA: Final = frozenset({4, 6})
COLOUR_TYPE: Final = 25
# Chunks before the pixels; no encoder writes more, and each costs a read.
MOST_CHUNKS: Final = 1000


def has_alpha(file: File, kind: str) -> bool:
    """Whether a PNG or WebP has transparency of any kind."""
    file.seek(0)
    head = file.read(HEAD)
    found = _webp_has(head) if kind == "webp" else _png_has(file, head)
    file.seek(0)
    return found


def _png_has(file: File, head: bytes) -> bool:
    return len(head) == HEAD and (head[COLOUR_TYPE] in WITH_ALPHA or _has_trns(file))


def _has_trns(file: File) -> bool:
    """Whether a PNG of another kind names transparent colours (PNG, 11.3.1.1)."""
    file.seek(SIGNATURE)
    for _number in range(MOST_CHUNKS):
        chunk = file.read(CHUNK_HEAD)
        if len(chunk) < CHUNK_HEAD or chunk[4:] in {b"IDAT", b"IEND"}:
            return False
        if chunk[4:] == b"tRNS":
            return True
        file.seek(int.from_bytes(chunk[:4], "big") + CHECKSUM, os.SEEK_CUR)
    return False


def _webp_has(head: bytes) -> bool:
    """The flag of the extended head or of the lossless stream (RFC 9649, 2.7.1 and 3.4)."""
    if head[12:16] == b"VP8X":
        return bool(head[20:21]) and bool(head[20] & 0x10)
    return head[12:16] == b"VP8L" and len(head) > 24 and bool(head[24] & 0x10)
