"""Faults of the content: the answer arrives whole, with status 200, and is good for nothing (or odd).

Where a stream was asked for, these answer with plain JSON.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

from tests.faults.fake_provider.answers import b64, data_url
from tests.faults.fake_provider.registry import Stage, add, fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.fake_provider.case import Case

type Spoil = Callable[[dict[str, Any], Case], dict[str, Any]]
type SpoilText = Callable[[str], str]
type SpoilBytes = Callable[[bytes], bytes]

BOMB_EDGE = 30_000
NESTING = 100_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>canary()</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>canary()</script>Gateway</body></html>"


def _body(name: str, line: str, spoil: Spoil) -> None:
    async def act(case: Case, _argument: str) -> None:
        await case.exchange.respond_json(200, spoil(await case.value(), case))

    add(name, Stage.ANSWER, line, act, charged=True)


def _text(name: str, line: str, spoil: SpoilText) -> None:
    """A fault of the base64 itself."""

    def change(value: dict[str, Any], _case: Case) -> dict[str, Any]:
        data = [item | {"b64_json": spoil(item["b64_json"])} for item in value["data"]]
        return value | {"data": data}

    _body(name, line, change)


def _bytes(name: str, line: str, spoil: SpoilBytes) -> None:
    """A fault of the picture in it."""
    _text(name, line, lambda text: b64(spoil(base64.b64decode(text))))


def _raw(name: str, line: str, spoil: SpoilBytes, content_type: str = "application/json") -> None:
    """A fault of the body as it stands on the wire."""

    async def act(case: Case, _argument: str) -> None:
        await case.exchange.respond(200, spoil(await case.body()), content_type)

    add(name, Stage.ANSWER, line, act, charged=True)


def _files(value: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(item["b64_json"]) for item in value["data"]]


def _at(value: dict[str, Any], urls: list[str], **more: Any) -> dict[str, Any]:
    return value | {"data": [{"url": url} | more for url in urls]}


def _kept(value: dict[str, Any], case: Case, base: str) -> dict[str, Any]:
    """Pictures at addresses below `base`, each served once."""
    return _at(value, [base + case.keep(file, "image/png") for file in _files(value)])


def _bomb(_file: bytes) -> bytes:
    """A PNG of 900 MP, one bit each, in some 100 KB."""
    row = b"\0" * (BOMB_EDGE // 8 + 1)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _row in range(BOMB_EDGE)) + packer.flush()
    head = struct.pack(">IIBBBBB", BOMB_EDGE, BOMB_EDGE, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bad_checksum(file: bytes) -> bytes:
    """The first checksum of pixels is wrong; in other formats some bytes in the middle."""
    middle = len(file) // 2
    return (
        file[:middle]
        + bytes(byte ^ 0x55 for byte in file[middle : middle + 64])
        + file[middle + 64 :]
    )


_body("empty-data", "200 with data: [].", lambda v, _c: v | {"data": []})
_body("no-data", "200 without data.", lambda v, _c: {"created": v["created"]})
_body(
    "null-data",
    "200 with nulls for every picture.",
    lambda v, _c: v | {"data": [{"b64_json": None, "url": None} for _item in v["data"]]},
)
_body(
    "n-mismatch",
    "One picture more than was asked for.",
    lambda v, _c: v | {"data": [*v["data"], v["data"][0]]},
)
_body(
    "too-few",
    "One picture, however many were asked for.",
    lambda v, _c: v | {"data": v["data"][:1]},
)
_body(
    "no-usage",
    "A good answer without usage.",
    lambda v, _c: {key: held for key, held in v.items() if key != "usage"},
)
_body(
    "bad-usage",
    "A good picture, and usage that is no count.",
    lambda v, _c: v | {"usage": {"input_tokens": -5, "output_tokens": "many"}},
)
_body(
    "bare",
    "A good picture and nothing else: no size, no usage, no format.",
    lambda v, _c: {"data": v["data"]},
)
_body(
    "extra-keys",
    "A good answer with keys and nulls that nobody knows.",
    lambda v, _c: v | {"resize": None, "timings": {"total": 1}, "revised_prompt": None},
)

_text("b64-bad-char", "A character that is not of base64.", lambda t: t[:100] + "!" + t[101:])
_text("b64-padding", "Base64 whose padding is missing.", lambda t: t.rstrip("=")[:-2] + "=")
_text(
    "b64-urlsafe", "Base64 of the other alphabet.", lambda t: t.replace("+", "-").replace("/", "_")
)
_text(
    "b64-whitespace",
    "Base64 in lines of 76.",
    lambda t: "\n".join(t[n : n + 76] for n in range(0, len(t), 76)),
)
_text("b64-data-url", "A data URL where base64 belongs.", lambda t: "data:image/png;base64," + t)
_text("b64-empty", "An empty picture.", lambda _t: "")

_bytes("image-truncated", "Half a picture.", lambda f: f[: len(f) // 2])
_bytes("image-garbage", "Bytes that are no picture.", lambda f: b"\0\1\2\3" * (len(f) // 4))
_bytes("image-corrupt", "A picture with damage in the middle.", _bad_checksum)
_bytes("image-bomb", "A PNG of 30,000 x 30,000 pixels.", _bomb)
_bytes("image-svg", "An SVG with a script.", lambda _f: SVG)
_bytes("image-html", "HTML where a picture belongs.", lambda _f: HTML)

_body(
    "both",
    "Both b64_json and url, the address on the canary.",
    lambda v, c: v | {"data": [item | {"url": f"{c.elsewhere}/canary/both"} for item in v["data"]]},
)
_body(
    "data-url",
    "A good picture, as a data URL in url.",
    lambda v, _c: _at(v, [data_url(file) for file in _files(v)]),
)
_body(
    "url",
    "A good picture at an address of the same host, served once.",
    lambda v, c: _kept(v, c, c.home),
)
_body(
    "url-elsewhere",
    "A good picture at an address of another host, served once.",
    lambda v, c: _kept(v, c, c.elsewhere),
)
_body("url-relative", "A good picture at an address without a host.", lambda v, c: _kept(v, c, ""))
_body(
    "url-404", "An address where nothing is.", lambda v, c: _at(v, [f"{c.home}/results/none.png"])
)
_body(
    "url-flaky",
    "An address that answers 503 twice, then the picture.",
    lambda v, c: _at(v, [f"{c.home}/flaky{c.keep(file, 'image/png')}" for file in _files(v)]),
)
_body(
    "url-redirect",
    "An address that redirects to the canary.",
    lambda v, c: _at(v, [f"{c.home}/redirect"]),
)
_body(
    "url-private",
    "An address of the cloud's own network.",
    lambda v, _c: _at(v, ["http://169.254.169.254/latest/meta-data/"]),
)
_body("url-file", "A file: address.", lambda v, _c: _at(v, ["file:///etc/passwd"]))
_body(
    "url-html",
    "An address that answers 200 with HTML.",
    lambda v, c: _at(v, [c.home + c.keep(HTML, "text/html")]),
)

_raw("html", "200 with a page of HTML.", lambda _b: HTML, "text/html")
_raw("svg", "200 with an SVG as the body.", lambda _b: SVG, "image/svg+xml")
_raw("empty", "200 with no body at all.", lambda _b: b"")
_raw("invalid-json", "200 with text that is no JSON.", lambda _b: b"done!")
_raw("truncated-json", "JSON cut in the middle, its length honest.", lambda b: b[: len(b) // 2])
_raw(
    "nan-json",
    "JSON with NaN and Infinity in it.",
    lambda b: b[:-1] + b', "cost": NaN, "score": -Infinity}',
)
_raw(
    "deep-json",
    "A good answer with 100,000 arrays nested beside it.",
    lambda b: b[:-1] + b', "deep": ' + b"[" * NESTING + b"]" * NESTING + b"}",
)
_raw("list-json", "JSON that is a list.", lambda b: b"[" + b + b"]")
_raw("text-plain", "A good answer that calls itself text/plain.", lambda b: b, "text/plain")
_raw("bom", "A good answer behind a byte order mark.", lambda b: b"\xef\xbb\xbf" + b)


@fault("picture", Stage.ANSWER, charged=True)
async def picture(case: Case, _argument: str) -> None:
    """200 with the picture itself, no JSON around it."""
    await case.exchange.respond(200, (await case.answer()).files[0], "image/png")


@fault("error-200", Stage.ANSWER, charged=True)
async def error_in_200(case: Case, _argument: str) -> None:
    """Status 200, and an error in the body."""
    error = {"message": "The model failed.", "type": "server_error", "param": None, "code": None}
    await case.exchange.respond(200, json.dumps({"error": error}).encode())
