"""Faults of the connection: what was asked for is drawn and charged, and does not arrive well."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from tests.faults.fake_provider.case import pause
from tests.faults.fake_provider.registry import Stage, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fake_provider.case import Case

MIB = 1024 * 1024
GIB = 1024 * MIB
JSON = ("content-type", "application/json")


@fault("reset-on-accept", Stage.UPLOAD)
async def reset_on_accept(case: Case, _argument: str) -> None:
    """RST as soon as the head is here; not a byte of the body is read."""
    case.exchange.reset()


@fault("reset-upload", Stage.UPLOAD)
async def reset_upload(case: Case, argument: str) -> None:
    """RST when this share of the body has been read (0.5)."""
    await case.exchange.read_share(float(argument or 0.5))
    case.exchange.reset()


@fault("stall-upload", Stage.UPLOAD)
async def stall_upload(case: Case, argument: str) -> None:
    """Reads this share of the body (0.1), then no more, and stays."""
    await case.exchange.read_share(float(argument or 0.1))
    case.exchange.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await pause(3600)


@fault("early-answer", Stage.UPLOAD)
async def early_answer(case: Case, argument: str) -> None:
    """413 before the body was read, and the door is shut."""
    await case.exchange.respond(int(argument or 413), b'{"error":{"message":"Too large."}}')
    case.exchange.close()


@fault("silence", Stage.ANSWER, charged=True)
async def silence(case: Case, _argument: str) -> None:
    """The head of the answer never comes."""
    await case.hang()


@fault("close", Stage.ANSWER, charged=True)
async def close(case: Case, _argument: str) -> None:
    """The connection ends without an answer."""
    case.exchange.close()


@fault("reset", Stage.ANSWER, charged=True)
async def reset(case: Case, argument: str) -> None:
    """RST after this share of the answer's body (0: before its head)."""
    if share := float(argument or 0):
        await _send_share(case, share)
        await pause(0.05)  # else the reset overtakes what was sent
    case.exchange.reset()


@fault("eof", Stage.ANSWER, charged=True)
async def eof(case: Case, argument: str) -> None:
    """The connection ends in order, after this share of the announced length (0.5)."""
    await _send_share(case, float(argument or 0.5))
    case.exchange.close()


@fault("stall", Stage.ANSWER, charged=True)
async def stall(case: Case, argument: str) -> None:
    """Silence after this share of the body (0.5)."""
    await _send_share(case, float(argument or 0.5))
    await case.hang()


@fault("slowloris", Stage.ANSWER, charged=True)
async def slowloris(case: Case, argument: str) -> None:
    """One byte of the body every so many seconds (0.1)."""
    body = await case.body()
    await case.exchange.start(200, [JSON, ("content-length", str(len(body)))])
    for number in range(len(body)):
        await case.exchange.write(body[number : number + 1])
        await pause(float(argument or 0.1))


@fault("slow-head", Stage.ANSWER, charged=True)
async def slow_head(case: Case, argument: str) -> None:
    """One header every so many seconds (0.1), and no end of them."""
    await case.exchange.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
    while True:
        await case.exchange.write(b"x: y\r\n")
        await pause(float(argument or 0.1))


@fault("bad-chunk", Stage.ANSWER, charged=True)
async def bad_chunk(case: Case, _argument: str) -> None:
    """A chunk whose length is no number."""
    body = await case.body()
    await case.exchange.start(200, [JSON, ("transfer-encoding", "chunked")])
    await case.exchange.chunk(body[: len(body) // 2])
    await case.exchange.write(b"zz\r\n" + body[len(body) // 2 :] + b"\r\n0\r\n\r\n")
    case.exchange.close()


@fault("cut-chunks", Stage.ANSWER, charged=True)
async def cut_chunks(case: Case, _argument: str) -> None:
    """All of the body in chunks, but the last, empty one does not come."""
    await case.exchange.start(200, [JSON, ("transfer-encoding", "chunked")])
    await case.exchange.chunk(await case.body())
    case.exchange.close()


@fault("chunked", Stage.ANSWER, charged=True)
async def chunked(case: Case, argument: str) -> None:
    """A good answer in chunks of so many bytes (1000), without a length."""
    body, size = await case.body(), int(argument or 1000)
    await case.exchange.start(200, [JSON, ("transfer-encoding", "chunked")])
    for start in range(0, len(body), size):
        await case.exchange.chunk(body[start : start + size])
    await case.exchange.chunk(b"")


@fault("until-close", Stage.ANSWER, charged=True)
async def until_close(case: Case, _argument: str) -> None:
    """A good answer without any length: the end of the connection ends it."""
    await case.exchange.start(200, [JSON, ("connection", "close")])
    await case.exchange.write(await case.body())
    case.exchange.close()


@fault("endless-chunks", Stage.ANSWER, charged=True)
async def endless_chunks(case: Case, _argument: str) -> None:
    """Chunks without end."""
    await case.exchange.start(200, [JSON, ("transfer-encoding", "chunked")])
    await case.exchange.chunk(b'{"data":[{"b64_json":"')
    while True:
        await case.exchange.chunk(b"A" * MIB)


@fault("huge", Stage.ANSWER, charged=True)
async def huge(case: Case, argument: str) -> None:
    """A body of so many bytes (2 GiB), announced."""
    left = int(argument or 2 * GIB)
    await case.exchange.start(200, [JSON, ("content-length", str(left))])
    while left > 0:
        await case.exchange.write(b" " * min(left, MIB))
        left -= MIB


@fault("huge-b64", Stage.ANSWER, charged=True)
async def huge_b64(case: Case, argument: str) -> None:
    """Well-formed JSON with so many bytes (30 MiB) that are base64 and no picture."""
    size = int(argument or 30 * MIB) // 4 * 4
    head, tail = b'{"created":1,"data":[{"b64_json":"', b'"}]}'
    await case.exchange.start(200, [JSON, ("content-length", str(len(head) + size + len(tail)))])
    await case.exchange.write(head)
    for start in range(0, size, MIB):
        await case.exchange.write(b"A" * min(MIB, size - start))
    await case.exchange.write(tail)


@fault("gzip-bomb", Stage.ANSWER, charged=True)
async def gzip_bomb(case: Case, argument: str) -> None:
    """A body that unpacks to so many bytes (200 MiB), a thousand times its size."""
    packed = b"".join(_packed(int(argument or 200 * MIB)))
    await case.exchange.respond(200, packed, headers={"content-encoding": "gzip"})


def _packed(size: int) -> Iterator[bytes]:
    """One gzip file of so many blanks."""
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    for _number in range(size // MIB):
        yield packer.compress(b" " * MIB)
    yield packer.flush()


@fault("blanks", Stage.ANSWER, charged=True)
async def blanks(case: Case, argument: str) -> None:
    """A body of so many blanks (4 MiB) and nothing else: patterns may take for ever over it."""
    await case.exchange.respond(200, b" " * int(argument or 4 * MIB))


@fault("many-headers", Stage.ANSWER, charged=True)
async def many_headers(case: Case, argument: str) -> None:
    """So many headers (100,000) before a good body."""
    body = await case.body()
    await case.exchange.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
    count = int(argument or 100_000)
    await case.exchange.write(b"".join(b"x-%d: %d\r\n" % (n, n) for n in range(count)))
    await case.exchange.write(b"content-length: %d\r\n\r\n" % len(body) + body)


@fault("huge-header", Stage.ANSWER, charged=True)
async def huge_header(case: Case, argument: str) -> None:
    """One header of so many bytes (10 MB) before a good body."""
    body = await case.body()
    long = "a" * int(argument or 10_000_000)
    await case.exchange.respond(200, body, headers={"x-long": long})


@fault("no-http", Stage.ANSWER, charged=True)
async def no_http(case: Case, _argument: str) -> None:
    """Bytes that are no HTTP at all."""
    await case.exchange.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    case.exchange.close()


@fault("bad-length", Stage.ANSWER, charged=True)
async def bad_length(case: Case, _argument: str) -> None:
    """A content-length that is no number."""
    await case.exchange.start(200, [JSON, ("content-length", "many")])
    await case.exchange.write(await case.body())
    case.exchange.close()


@fault("two-lengths", Stage.ANSWER, charged=True)
async def two_lengths(case: Case, _argument: str) -> None:
    """Two lengths that contradict each other."""
    body = await case.body()
    lengths = [("content-length", str(len(body))), ("content-length", "7")]
    await case.exchange.start(200, [JSON, *lengths])
    await case.exchange.write(body)
    case.exchange.close()


async def _send_share(case: Case, share: float) -> None:
    body = await case.body()
    await case.exchange.start(200, [JSON, ("content-length", str(len(body)))])
    await case.exchange.write(body[: min(len(body) - 1, int(len(body) * share))])
