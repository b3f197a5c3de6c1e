"""What a file is and whether it is whole, judged from its bytes before anything is decoded."""

from __future__ import annotations

import mmap
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from pathlib import Path

type Buffer = bytes | mmap.mmap

# Scans of a progressive JPEG; 100 cost 2.3 s for 36 MP, usual encoders make about 10.
MAX_SCANS = 100

PNG = b"\x89PNG\r\n\x1a\n"
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# Only to name them in the refusal: (offset, magic bytes, name).
STRANGERS = (
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"%PDF", "PDF"),
    (0, b"8BPS", "Photoshop"),
    (0, b"<svg", "SVG"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
)
# A marker that ends entropy-coded data: not a stuffed zero, a restart or a fill byte.
JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])", re.DOTALL)
SOS, EOI = 0xDA, 0xD9
# Far beyond any encoder; a file of nothing but these would keep us walking for seconds.
MAX_CHUNKS = 250_000
MAX_MARKERS = 10_000


@dataclass(frozen=True, slots=True)
class Container:
    """A recognised file: format (png, jpeg, webp, avif, heic) and bits of one sample."""

    format: str
    bits: int = 8


def examine(source: Path) -> Container:
    """Recognise `source` by its bytes and check that it is whole.

    Raises Rejected: empty, not_a_picture, format_unsupported, truncated, damaged, too_many_scans.
    """
    with source.open("rb") as file:
        if not file.read(1):
            raise Rejected("empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            kind = recognise(data[:64])
            if kind == "png":
                return examine_png(data)
            if kind == "jpeg":
                check_scans(data)
            if kind == "webp":
                check_riff(data)
            return Container(kind, isobmff_bits(data) if kind in {"avif", "heic"} else 8)


def recognise(head: bytes) -> str:
    """The format of a file that begins with `head`; Rejected when it is none of ours."""
    if head.startswith(PNG):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return recognise_brand(head)
    for offset, magic, name in STRANGERS:
        if head.startswith(magic, offset):
            raise Rejected("format_unsupported", {"found": name})
    raise Rejected("not_a_picture")


def recognise_brand(head: bytes) -> str:
    """The format of an ISO media file, from its major and compatible brands."""
    box = head[8 : int.from_bytes(head[:4], "big")]
    brands = {box[at : at + 4] for at in range(0, len(box), 4)}
    if brands & AVIF_BRANDS:
        return "avif"
    if brands & HEIC_BRANDS:
        return "heic"
    raise Rejected("format_unsupported", {"found": "Video and other media"})


def examine_png(data: Buffer) -> Container:
    """Walk the chunks to IEND and check their sums, which Pillow leaves out (PNG, section 5)."""
    at, bits, name, chunks = len(PNG), 8, b"", 0
    while name != b"IEND":
        header = data[at : at + 8]
        end = at + 12 + int.from_bytes(header[:4], "big")
        if end > len(data):
            raise Rejected("truncated")
        if (chunks := chunks + 1) > MAX_CHUNKS:
            raise Rejected("damaged")
        name = header[4:]
        if name == b"IHDR" and end - at == 25:
            bits = data[at + 16]
        # Only upper-case (critical) chunks make the picture.
        if name[:1].isupper():
            check_sum(data, at + 4, end - 4)
        at = end
    return Container("png", bits)


def check_sum(data: Buffer, start: int, end: int) -> None:
    with memoryview(data) as view, view[start:end] as body:
        if zlib.crc32(body) != int.from_bytes(data[end : end + 4], "big"):
            raise Rejected("damaged")


def check_riff(data: Buffer) -> None:
    """A WebP says its own length in its header (RFC 9649, section 2.4)."""
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise Rejected("truncated")


def check_scans(data: Buffer) -> None:
    """Count the scans of the first picture of a JPEG (ITU T.81, B.2)."""
    at, scans, markers = 2, 0, 0
    while (match := JPEG_MARKER.search(data, at)) and match[1][0] != EOI:
        at = match.end()
        if match[1][0] > 0x01 and match[1][0] != 0xD8:
            at += int.from_bytes(data[at : at + 2], "big")
        if (scans := scans + (match[1][0] == SOS)) > MAX_SCANS:
            raise Rejected("too_many_scans", {"limit": MAX_SCANS})
        if (markers := markers + 1) > MAX_MARKERS:
            raise Rejected("damaged")


def isobmff_bits(data: Buffer) -> int:
    """More than 8 when the AV1 or HEVC configuration says so (av1C: AV1-ISOBMFF 2.3.3)."""
    at = data.find(b"av1C", 0, 1 << 16)
    if at >= 0 and len(data) > at + 6:
        return 10 if data[at + 6] & 0x40 else 8
    at = data.find(b"hvcC", 0, 1 << 16)
    # bit_depth_luma_minus8 is the low three bits of byte 17 (ISO 14496-15, 8.3.3).
    if at >= 0 and len(data) > at + 21:
        return 8 + (data[at + 21] & 7)
    return 8
