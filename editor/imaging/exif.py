"""What of an original's EXIF goes along with an export: entry by entry, and only what is named here.

Layout and numbers are those of TIFF 6.0 and EXIF 2.32. Values are copied as they are, in the byte
order they came in. Left out: the embedded preview, which shows the picture before its edits; maker
notes, which nobody can read through and whose offsets break when they are moved; the ids of that one
shot; what points at pixels or describes how they were packed. A turn is not told: pixels are upright.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from editor.imaging import pixels
from editor.imaging.container import Container, recognise
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

type Directory = dict[int, Entry]

PREFIX: Final = b"Exif\0\0"
ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
# Bytes of one value of each type (TIFF 6.0, section 2).
WIDTHS: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
ASCII, LONG = 2, 4
EXIF_AT, GPS_AT = 0x8769, 0x8825
SOFTWARE, WIDTH, HEIGHT = 0x0131, 0xA002, 0xA003
# Title, camera, resolution, software, date, author, rights, and what Windows notes of these.
PICTURE_TAGS: Final = frozenset(
    {0x010E, 0x010F, 0x0110, 0x011A, 0x011B, 0x0128, SOFTWARE, 0x0132, 0x013B, 0x8298}
    | {0x4746, 0x4749, *range(0x9C9B, 0x9CA0)}
)
# Exposure, dates, light, lens, and how the camera worked the shot.
SHOT_TAGS: Final = frozenset(
    {0x829A, 0x829D, 0x8822, 0x8827, *range(0x8830, 0x8836), 0x9000, 0x9003, 0x9004}
    | {*range(0x9010, 0x9013), *range(0x9201, 0x920B), 0x9286, *range(0x9290, 0x9293)}
    | {0xA000, 0xA001, 0xA20B, 0xA215, 0xA217, 0xA300, 0xA301, *range(0xA401, 0xA40B), 0xA40C}
    | {*range(0xA430, 0xA436), 0xA460, 0xA461, 0xA500}
)
PLACE_TAGS: Final = frozenset(range(0x20))
MAX_ENTRIES: Final = 500
MAX_VALUE: Final = 8192
# A JPEG holds all of it in one segment of 65,535 bytes.
MAX_BLOCK: Final = 60_000


class Entry(NamedTuple):
    """One field: its type, how many values, and their bytes."""

    kind: int
    many: int
    value: bytes


def carried(source: Path, size: tuple[int, int], *, with_place: bool) -> bytes | None:
    """The EXIF of the file `source` for an export of that size, from its TIFF header on.

    None when there is none, or none that can be read: pixels matter more.
    """
    found = block(source)
    return rewritten(found, size, with_place=with_place) if found else None


def block(source: Path) -> bytes | None:
    """The EXIF of a file of any format that is taken in; nothing of it is looked into."""
    with source.open("rb") as stream:
        kind = recognise(stream.read(64))
    try:
        with (
            pixels.strict(pixels.KNOWN_PIXELS),
            source.open("rb") as stream,
            pixels.open_as(stream, Container(kind).format) as image,
        ):
            if kind == "png" and "exif" not in image.info:
                pixels.decode(image)  # it may stand behind the pixels
            found = image.info.get("exif")
    except Rejected:
        return None
    return found if isinstance(found, bytes) else None


def rewritten(found: bytes, size: tuple[int, int], *, with_place: bool) -> bytes | None:
    """A new block with what may go along of `found`; None when it is no EXIF."""
    data = found.removeprefix(PREFIX)
    order = ORDERS.get(data[:4])
    if order is None or len(data) < 8:
        return None
    top = read(data, struct.unpack_from(order + "I", data, 4)[0], order)
    picture = only(top, PICTURE_TAGS)
    picture[SOFTWARE] = Entry(ASCII, 11, b"Pentimento\0")
    shot = only(below(data, top, EXIF_AT, order), SHOT_TAGS)
    for tag, side in zip((WIDTH, HEIGHT), size, strict=True):
        shot[tag] = Entry(LONG, 1, struct.pack(order + "I", side))
    place = only(below(data, top, GPS_AT, order), PLACE_TAGS) if with_place else {}
    return write(picture, shot, place, order)


def read(data: bytes, at: int, order: str) -> Directory:
    """The entries of the directory at `at` whose values lie within the block."""
    if at + 2 > len(data):
        return {}
    (count,) = struct.unpack_from(order + "H", data, at)
    found: Directory = {}
    for start in range(at + 2, at + 2 + 12 * min(count, MAX_ENTRIES), 12):
        if start + 12 > len(data):
            break
        tag, kind, many = struct.unpack_from(order + "HHI", data, start)
        length = WIDTHS.get(kind, 0) * many
        place = start + 8 if length <= 4 else struct.unpack_from(order + "I", data, start + 8)[0]
        if 0 < length <= MAX_VALUE and place + length <= len(data):
            found[tag] = Entry(kind, many, data[place : place + length])
    return found


def below(data: bytes, top: Directory, tag: int, order: str) -> Directory:
    """The directory that an entry points to."""
    entry = top.get(tag)
    if entry is None or (entry.kind, entry.many) != (LONG, 1):
        return {}
    return read(data, struct.unpack(order + "I", entry.value)[0], order)


def only(found: Directory, tags: Iterable[int]) -> Directory:
    """Those of the wanted entries that there are."""
    return {tag: found[tag] for tag in tags if tag in found}


def write(picture: Directory, shot: Directory, place: Directory, order: str) -> bytes:
    """A block of up to three directories, the longest values given up if it grew too long."""
    parts = [part for part in (picture, shot, place) if part]
    while sum(map(length_of, parts)) > MAX_BLOCK:
        longest = max(parts, key=lambda part: max(len(entry.value) for entry in part.values()))
        del longest[max(longest, key=lambda tag: len(longest[tag].value))]
    pointers = [(EXIF_AT, shot), *([(GPS_AT, place)] if place else [])]
    picture |= {tag: Entry(LONG, 1, bytes(4)) for tag, _part in pointers}
    at = 8 + length_of(picture)
    for tag, part in pointers:
        picture[tag] = Entry(LONG, 1, struct.pack(order + "I", at))
        at += length_of(part)
    magic = next(magic for magic, known in ORDERS.items() if known == order)
    head = magic + struct.pack(order + "I", 8)
    starts = [8, *(struct.unpack(order + "I", picture[tag].value)[0] for tag, _part in pointers)]
    written = zip((picture, *(part for _tag, part in pointers)), starts, strict=True)
    return head + b"".join(directory(part, start, order) for part, start in written)


def length_of(part: Directory) -> int:
    """The bytes that `directory` makes of it."""
    return 6 + 12 * len(part) + sum(map(outside, part.values()))


def outside(entry: Entry) -> int:
    """The bytes of a value behind its directory: even, and none for one that fits into it."""
    return 0 if len(entry.value) <= 4 else len(entry.value) + len(entry.value) % 2


def directory(part: Directory, start: int, order: str) -> bytes:
    """A directory that will lie at `start`, in the order of its tags, and its values behind it."""
    entries, values = [struct.pack(order + "H", len(part))], list[bytes]()
    at = start + 6 + 12 * len(part)
    for tag, entry in sorted(part.items()):
        room = outside(entry)
        where = struct.pack(order + "I", at) if room else entry.value.ljust(4, b"\0")
        entries.append(struct.pack(order + "HHI", tag, entry.kind, entry.many) + where)
        if room:
            values.append(entry.value.ljust(room, b"\0"))
        at += room
    return b"".join([*entries, bytes(4), *values])
