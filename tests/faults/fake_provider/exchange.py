"""One request on one connection, with every byte of the answer in our hands."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024 * 1024
PIECE = 256 * 1024


class Gone(Exception):
    """The other side has left, or sent what is no HTTP."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body. Names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path, unquoted."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def length(self) -> int:
        """The size of the body as announced; -1 when it comes in chunks."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return -1
        return int(self.headers.get("content-length") or 0)


@dataclass(slots=True)
class Exchange:
    """Reads one request, and answers it well or badly."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: Head
    body: bytes = b""
    # Whether the connection may serve another request after this one.
    lasting: bool = True
    extra_headers: dict[str, str] = field(default_factory=dict)

    async def read_body(self) -> None:
        """Read the whole body. Raises Gone when it never arrives."""
        if self.head.headers.get("expect", "").lower() == "100-continue":
            await self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            if self.head.length >= 0:
                self.body = await self.reader.readexactly(min(self.head.length, BODY_LIMIT))
            else:
                self.body = b"".join([piece async for piece in self._chunks()])
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise Gone from error

    async def read_share(self, share: float) -> None:
        """Read so much of the body, and forget it."""
        left = int(max(self.head.length, 0) * share)
        while left > 0 and (piece := await self.reader.read(min(left, PIECE))):
            left -= len(piece)

    async def _chunks(self) -> Any:
        while size := int((await self.reader.readline()).split(b";")[0], 16):
            yield await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        while (await self.reader.readline()).strip():
            pass  # trailers

    async def start(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Send the status line and headers."""
        phrase = HTTPStatus(status).phrase if status in HTTPStatus else "Unheard of"
        lines = [f"HTTP/1.1 {status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in (*headers, *self.extra_headers.items())]
        await self.write("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def write(self, data: bytes) -> None:
        """Send these bytes now. Raises ConnectionError."""
        self.writer.write(data)
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body; an empty one ends it."""
        await self.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def respond(
        self,
        status: int,
        body: bytes,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer as a decent server does."""
        own = {"content-type": content_type, "content-length": str(len(body))} | dict(headers or {})
        await self.start(status, own.items())
        await self.write(body)

    async def respond_json(self, status: int, value: Any, **headers: str) -> None:
        """Answer with JSON; underscores in names of headers are hyphens."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        await self.respond(status, json.dumps(value).encode(), headers=named)

    def close(self) -> None:
        """End the connection after what was sent."""
        self.lasting = False

    def reset(self) -> None:
        """End it with RST: what is on its way is lost."""
        self.lasting = False
        sock = self.writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Return the next request's head; None when the client has nothing more. Raises Gone."""
    try:
        first = await reader.readexactly(1)
        if not first.isalpha():
            raise Gone  # TLS, perhaps: waiting for the end of a line would last
        raw = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise Gone from error
        return None
    except (asyncio.LimitOverrunError, ConnectionError) as error:
        raise Gone from error
    return parse_head(raw.decode("latin-1"))


def parse_head(text: str) -> Head:
    """Return the head. Raises Gone for what is no HTTP/1."""
    first, *lines = text.strip().split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Gone
    pairs = (line.partition(":") for line in lines)
    return Head(parts[0], parts[1], {name.strip().lower(): v.strip() for name, _, v in pairs})
