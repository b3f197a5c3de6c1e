"""Pictures, masks and hostile files made on the spot."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageCms

if TYPE_CHECKING:
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n"


def make_picture(mode: str = "RGB", size: tuple[int, int] = (40, 30), seed: int = 1) -> Image.Image:
    """Noise: every pixel counts."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    pixels = random.Random(seed).randbytes(size[0] * size[1] * bands)
    return Image.frombytes(mode, size, pixels)


def make_photo(mode: str = "RGB", size: tuple[int, int] = (240, 160)) -> Image.Image:
    """Smooth, so that lossy formats keep it nearly as it is."""
    ramp = Image.linear_gradient("L").resize(size)
    bands = [ramp, ramp.rotate(180), ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT), ramp]
    return Image.merge(mode, bands[: len(Image.new(mode, (1, 1)).getbands())])


def make_file(path: Path, image: Image.Image, kind: str = "PNG", **options: object) -> Path:
    image.save(path, kind, **options)
    return path


def make_exif(*, orientation: int = 1, gps: bool = False) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Model] = "Canary 3000"
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return exif


def make_chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def make_header(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    return make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))


def make_png(
    header: bytes, rows: bytes, *, before: bytes = b"", after: bytes = b"", level: int = 6
) -> bytes:
    """A PNG of unfiltered `rows` (each led by a zero byte), chunks added before and after."""
    data = make_chunk(b"IDAT", zlib.compress(rows, level))
    return PNG + header + before + data + after + make_chunk(b"IEND")


def make_bomb_1_bit(side: int = 30_000) -> bytes:
    """All white, one bit a pixel: `side` squared pixels in next to no bytes."""
    packer = zlib.compressobj(1)
    row = b"\0" + b"\xff" * (side // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return PNG + make_header(side, side, 1, 0) + make_chunk(b"IDAT", packed) + make_chunk(b"IEND")


def make_scan_bomb(scans: int) -> bytes:
    """A progressive JPEG whose last scan is said again and again."""
    buffer = BytesIO()
    make_photo(size=(64, 64)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def make_rgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def make_swapped_profile() -> bytes:
    """sRGB with the red and the blue primary exchanged: no mistake goes unseen."""
    profile = bytearray(make_rgb_profile())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


def make_cmyk_profile() -> bytes:
    """A CMYK profile that takes any ink for a light green (ICC.1:2004, lut8Type, Lab)."""
    green = bytes([200, 78, 178])
    table = struct.pack(">4sI4B9i", b"mft1", 0, 4, 3, 2, 0, *[65536, 0, 0] * 3)
    ramp = bytes(range(256))
    table += ramp * 4 + green * 16 + ramp * 3
    white = struct.pack(">4sI3i", b"XYZ ", 0, 63190, 65536, 54061)
    tags = [(b"A2B0", table), (b"wtpt", white)]
    at, index, bodies = 132 + 12 * len(tags), b"", b""
    for name, body in tags:
        body += b"\0" * (-len(body) % 4)
        index += struct.pack(">4sII", name, at + len(bodies), len(body))
        bodies += body
    head = struct.pack(">I4sI4s4s4s12s4s", at + len(bodies), b"", 0x02400000, b"prtr", b"CMYK",
                       b"Lab ", b"\x07\xd0\0\1\0\1" + b"\0" * 6, b"acsp")  # fmt: skip
    head = (head + b"\0" * 28 + struct.pack(">3i", 63190, 65536, 54061)).ljust(128, b"\0")
    return head + struct.pack(">I", len(tags)) + index + bodies


def make_mutation(data: bytes, seed: int) -> bytes:
    """`data` with bytes changed, cut or moved."""
    chance = random.Random(seed)
    hurt = bytearray(data)
    kind = seed % 3
    if kind == 0:
        for _ in range(max(1, len(hurt) // 200)):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
    elif kind == 1:
        del hurt[chance.randrange(len(hurt)) :]
    else:
        start, end = sorted(chance.randrange(len(hurt)) for _ in range(2))
        at = chance.randrange(len(hurt))
        hurt[at:at] = hurt[start:end]
    return bytes(hurt)
