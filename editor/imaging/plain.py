"""Pictures that can be handed on without being opened: told from their bytes, nothing is decoded.

Plain is what any service reads just as we would: 8 bits, RGB (or RGBA in a PNG), upright, one picture.
Whatever is not, or may not be, is for the sandbox. Layouts are those of ITU T.81, annex B, and of the
PNG specification, section 11.
"""

from __future__ import annotations

import shutil
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from editor.imaging import container, exif
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from editor.imaging.container import Buffer

type Span = tuple[int, int]

EOI, SOS, APP0, APP1, APP14, COM = 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0xFE
# Baseline, extended and progressive, all Huffman-coded.
FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
# Frames, scans, the tables these need (DHT, DQT, DRI), and the end: all that makes the picture.
PIXELS: Final = FRAMES | {0xC4, 0xDB, 0xDD, SOS, EOI}
APPS: Final = range(APP0, APP0 + 16)
# JFIF's with no thumbnail in it (JFIF 1.02), Adobe's that says how colours are coded.
JFIF_BYTES, ADOBE_BYTES = 18, 16
ORIENTATION: Final = 0x0112
# Transparent colours and several frames, beside the pixels of an RGB picture.
NOT_PLAIN: Final = frozenset({b"tRNS", b"acTL"})
# Where a PNG may say that it is turned.
EXIFS: Final = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt"})
MODES: Final = {2: "RGB", 6: "RGBA"}
# Copied at once.
PIECE: Final = 256 * 1024
# PNG, 11.2.1: four bytes, of which one bit is not used.
LONGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain picture is; `spans` are the bytes that hold its pixels and no more."""

    format: str
    width: int
    height: int
    mode: str
    spans: tuple[Span, ...]


class NotPlain(Exception):
    """It is something else, or broken: the sandbox will tell."""


def examine(data: Buffer) -> Plain | None:
    """Return what a file is that holds `data`, None unless it is plain."""
    try:
        return _READERS[container.recognise(data[:64])](data)
    except (NotPlain, Rejected, KeyError, struct.error):
        return None


def strip(source: Path, plain: Plain, target: Path) -> None:
    """Give a plain picture without its metadata: no place, no camera, no preview, no profile.

    Where it has none, that is the same file under another name.
    """
    if plain.spans == ((0, source.stat().st_size),):
        try:
            target.hardlink_to(source)
        except OSError:  # not every disk can
            shutil.copyfile(source, target)
        return
    with source.open("rb") as file, target.open("wb") as out:
        for start, end in plain.spans:
            file.seek(start)
            while start < end and (piece := file.read(min(PIECE, end - start))):
                start += out.write(piece)


def _png(data: Buffer) -> Plain:
    if container.examine_png(data).bits != 8:
        raise NotPlain
    width, height, _bits, colour = struct.unpack_from(">IIBB", data, 16)
    if colour not in MODES or not (0 < width <= LONGEST and 0 < height <= LONGEST):
        raise NotPlain
    spans: list[Span] = [(0, len(container.PNG))]
    for name, start, end in _chunks(data):
        body = data[start + 8 : min(end - 4, start + 8 + exif.MAX_BLOCK)] if name in EXIFS else b""
        if name in NOT_PLAIN or _may_be_turned(name, body):
            raise NotPlain
        # Critical ones make the picture, but for a palette that only suggests.
        if name[:1].isupper() and name != b"PLTE":
            spans.append((start, end))
    return Plain("png", width, height, MODES[colour], _joined(spans))


def _may_be_turned(name: bytes, body: bytes) -> bool:
    """Whether a chunk says how to turn the picture, or is a text that decoders take for EXIF."""
    return _is_turned(exif.PREFIX + body) if name == b"eXIf" else body.startswith(b"exif\0")


def _chunks(data: Buffer) -> Iterator[tuple[bytes, int, int]]:
    """All chunks to IEND: their names and where they lie. They were walked once, so they are whole."""
    at, name = len(container.PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, at, at + 12 + length
        at += 12 + length


def _jpeg(data: Buffer) -> Plain:
    spans: list[Span] = [(0, 2)]
    size: tuple[int, int] | None = None
    scans = 0
    for number, (marker, start, end) in enumerate(_segments(data)):
        scans += marker == SOS
        if scans > container.MAX_SCANS or number > container.MAX_MARKERS:
            raise NotPlain
        if marker in FRAMES:
            size = _frame(data, start)
        if marker in PIXELS or _tells_colours(marker, data[start + 4 : end]):
            spans.append((start, end))
        elif not (marker in APPS or marker == COM) or (
            marker == APP1 and _is_turned(data[start + 4 : end])
        ):
            raise NotPlain
    if size is None:
        raise NotPlain
    return Plain("jpeg", *size, "RGB", _joined(spans))


def _segments(data: Buffer) -> Iterator[tuple[int, int, int]]:
    """All segments to the end of the first picture, the coded pixels with the head of their scan."""
    at = 2
    while True:
        match = container.JPEG_MARKER.match(data, at)
        if match is None:
            raise NotPlain
        marker = match[1][0]
        if marker == EOI:
            yield marker, at, at + 2
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == SOS:
            following = container.JPEG_MARKER.search(data, end)
            if following is None:
                raise NotPlain
            end = following.start()
        yield marker, at, end
        at = end


def _frame(data: Buffer, start: int) -> tuple[int, int]:
    bits, height, width, components = struct.unpack_from(">BHHB", data, start + 4)
    if (bits, components) != (8, 3) or not width or not height:
        raise NotPlain
    return width, height


def _tells_colours(marker: int, block: bytes) -> bool:
    """Whether a segment says how the pixels are coded, and nothing else."""
    if marker == APP0:
        return block.startswith(b"JFIF\0") and len(block) == JFIF_BYTES - 4
    return marker == APP14 and block.startswith(b"Adobe") and len(block) == ADOBE_BYTES - 4


def _is_turned(block: bytes) -> bool:
    """Whether an APP1 says that the picture must be turned to stand upright."""
    if not block.startswith(exif.PREFIX):
        return False
    block = block.removeprefix(exif.PREFIX)
    order = exif.ORDERS.get(block[:4])
    if order is None:
        return False
    entry = exif.read(block, struct.unpack_from(order + "I", block, 4)[0], order).get(ORIENTATION)
    return entry is not None and struct.unpack_from(order + "H", entry.value)[0] != 1


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """The same bytes in as few pieces as may be."""
    joined = [spans[0]]
    for start, end in spans[1:]:
        if start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


_READERS: Final = {"png": _png, "jpeg": _jpeg}
