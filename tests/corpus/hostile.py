"""Files made to hurt, each with the name and type it is sent under; nothing here is downloaded."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests.imaging.make import (
    PNG,
    make_bomb_1_bit,
    make_chunk,
    make_header,
    make_mutation,
    make_photo,
    make_picture,
    make_png,
    make_scan_bomb,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PNGSUITE = Path(__file__).with_name("pngsuite.zip")
CANARY = b"<script>canary()</script>"
OURS = ("PNG", "JPEG", "WEBP", "AVIF")
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file as a browser would send it."""

    name: str
    data: bytes
    content_type: str = "image/png"


def encoded(kind: str, image: Image.Image, **options: object) -> bytes:
    """The picture as a file of that kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def bombs() -> Iterator[Hostile]:
    """Small files that want to become large, or to take for ever."""
    zeros = zlib.compress(bytes(64 << 20), 9)
    text = make_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1 << 20), 9))
    yield Hostile("bomb-900-megapixels.png", make_bomb_1_bit(30_000))
    yield Hostile("bomb-header.png", make_png(make_header(2**31 - 1, 2**31 - 1), b"\0"))
    yield Hostile("bomb-wide.png", make_png(make_header(2**31 - 1, 1), b"\0"))
    yield Hostile("bomb-just-over.png", make_png(make_header(8001, 10_000, 8, 0), b"\0"))
    yield Hostile("bomb-ztxt.png", _with_chunk(make_chunk(b"zTXt", b"k\0\0" + zeros)))
    yield Hostile("bomb-itxt.png", _with_chunk(make_chunk(b"iTXt", b"k\0\1\0\0\0" + zeros)))
    yield Hostile("bomb-iccp.png", _with_chunk(make_chunk(b"iCCP", b"k\0\0" + zeros)))
    yield Hostile("bomb-100-texts.png", _with_chunk(text * 100))
    yield Hostile("text-100000-chunks.png", _with_chunk(make_chunk(b"tEXt", b"k\0v") * 100_000))
    yield Hostile("text-300000-chunks.png", _with_chunk(make_chunk(b"tEXt") * 300_000))
    yield Hostile("bomb-100-scans.jpg", make_scan_bomb(101), "image/jpeg")
    yield Hostile("bomb-10000-scans.jpg", make_scan_bomb(10_000), "image/jpeg")
    fill = b"\xff\xd8\xff\xe0\0\x02" + b"\xff\x01" * 500_000
    yield Hostile("bomb-markers.jpg", fill, "image/jpeg")
    yield Hostile("legal-39-megapixels.png", make_bomb_1_bit(6248))
    yield from _animations()


def _with_chunk(chunk: bytes) -> bytes:
    return make_png(make_header(1, 1, 8, 0), b"\0\0", before=chunk)


def _animations() -> Iterator[Hostile]:
    first, *rest = [Image.new("RGB", (16, 16), (n % 256, n // 8, 0)) for n in range(2000)]
    for kind, name in (("PNG", "2000-frames.png"), ("WEBP", "2000-frames.webp")):
        data = encoded(kind, first, save_all=True, append_images=rest)
        yield Hostile(name, data, TYPES[Path(name).suffix])
    mpo = encoded("MPO", make_photo(), save_all=True, append_images=[make_picture(size=(240, 160))])
    yield Hostile("two-pictures.jpg", mpo, "image/jpeg")


def strangers() -> Iterator[Hostile]:
    """Everything Pillow can write and much that is no picture, under names we would take."""
    bodies = dict(_foreign_formats()) | {
        "empty": b"",
        "text": b"not a picture at all\n",
        "html": b"<!doctype html><html>" + CANARY + b"</html>",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'>" + CANARY + b"</svg>",
        "xml-svg": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        "pdf": b"%PDF-1.7\n%%EOF\n",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
        "zip": _zip(),
        "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
        "video": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "jxl": b"\xff\x0a" + bytes(40),
        "utf16": "bild".encode("utf-16"),
        "zeros": bytes(4096),
        "noise": random.Random(5).randbytes(4096),
        "signature-png": PNG,
        "signature-jpeg": b"\xff\xd8\xff",
        "signature-webp": b"RIFF\x04\0\0\0WEBP",
        "no-pixels": PNG + make_chunk(b"IEND"),
        "no-width": make_png(make_header(0, 5), b"\0"),
        "no-rows": make_png(make_header(5, 5), b"\0"),
    }
    for number, (kind, data) in enumerate(bodies.items()):
        for shift, (ending, content_type) in enumerate(TYPES.items()):
            # The type is the browser's word: right, wrong, or none at all.
            said = (content_type, "text/html", "application/octet-stream")[(number + shift) % 3]
            yield Hostile(f"{kind}{ending}", data, said)


def _foreign_formats() -> Iterator[tuple[str, bytes]]:
    Image.init()
    # IM is on its way out of Pillow, which says so each time.
    for kind in sorted(set(Image.SAVE) - {*OURS, "MPO", "IM"}):
        for mode in ("RGB", "L", "1"):
            try:
                data = encoded(kind, make_picture(mode, (32, 32)))
            except (OSError, ValueError, KeyError, RuntimeError):
                continue  # this one cannot hold such a picture
            yield kind.lower(), data
            break


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.html", CANARY)
    return buffer.getvalue()


def polyglots() -> Iterator[Hostile]:
    """Pictures that are something else as well."""
    png, jpeg = encoded("PNG", make_photo()), encoded("JPEG", make_photo())
    comment = b"\xff\xfe" + (len(CANARY) + 2).to_bytes(2, "big") + CANARY
    yield Hostile("png-html.png", png + CANARY, "text/html")
    yield Hostile("png-zip.png", png + _zip(), "application/zip")
    yield Hostile("png-text.png", _with_chunk(make_chunk(b"tEXt", b"Comment\0" + CANARY)))
    yield Hostile("png-palette.png", encoded("PNG", make_photo().quantize(8)) + CANARY)
    yield Hostile("jpg-comment.jpg", jpeg[:2] + comment + jpeg[2:], "text/html")
    yield Hostile("jpg-html.jpg", jpeg + CANARY, "image/jpeg")
    yield Hostile("jpg-exif.jpg", encoded("JPEG", make_photo(), exif=_exif()), "image/jpeg")
    yield Hostile("webp-html.webp", encoded("WEBP", make_photo()) + CANARY, "image/webp")
    yield Hostile("html-png.html", CANARY + png, "text/html")
    yield Hostile("gif-png.gif", b"GIF89a" + png, "image/gif")


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    return exif.tobytes()


def cut() -> Iterator[Hostile]:
    """Each of our formats, cut at every tenth, and one byte before its end."""
    for kind in OURS:
        whole = encoded(kind, make_picture(size=(120, 90)))
        for percent in range(10, 100, 10):
            yield Hostile(f"cut-{percent}.{kind.lower()}", whole[: len(whole) * percent // 100])
    yield Hostile("cut-iend.png", encoded("PNG", make_picture())[:-12])
    yield Hostile("cut-byte.jpg", encoded("JPEG", make_picture())[:-1], "image/jpeg")


def mutations(seeds: range) -> Iterator[Hostile]:
    """Each of our formats with bytes changed, cut or moved."""
    image = make_photo().resize((90, 60))
    image.paste(make_picture(size=(45, 30)))
    for kind in OURS:
        whole = encoded(kind, image)
        for seed in seeds:
            yield Hostile(f"mutation-{seed}.{kind.lower()}", make_mutation(whole, seed))


def pngsuite() -> Iterator[Hostile]:
    """Willem van Schaik's PNG files; those named x* are broken."""
    with zipfile.ZipFile(PNGSUITE) as archive:
        for name in archive.namelist():
            if name.endswith(".png"):
                yield Hostile(name, archive.read(name))


def named() -> Iterator[Hostile]:
    """A good picture under names that mean something to a shell, a file system or a browser."""
    names = [
        "../../etc/passwd.png", "..\\..\\boot.ini", "/absolute.png", "C:\\windows\\a.png",
        "null\0byte.png", "line\r\nbreak.png", "CON", "NUL.png", ".", "..", "...", ".htaccess",
        "-rf.png", "$(touch evil).png", "`touch evil`.png", "a;b|c&d.png", "%2e%2e%2fa.png",
        "<img src=x onerror=alert(1)>.png", "\"quoted'.png", "x" * 300 + ".png", "a/" * 100 + "b.png",
        "\u202egnp.exe", "🦊.png", "i̇̈́.png", "한글.png", " .png", "",
    ]  # fmt: skip
    for number, name in enumerate(names):
        yield Hostile(name, encoded("PNG", make_picture(size=(8, 8), seed=number)))
