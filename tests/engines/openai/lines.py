"""Both event loops, with and without TLS: what a test of the line runs on."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from editor.engines.openai.dial import Policy, Transport
from editor.engines.openai.phases import TELL, Phase
from tests.engines.openai.setting import Server, reset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from tests.engines.openai.setting import Handler

NAME = "box.example"
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
# The peer may need a moment, and a broken test is not to hang.
PATIENCE = 10
BODY = bytes(range(256)) * 2000
# So many pieces are far more than the sockets of both sides hold.
HUGE = 400


@dataclass(frozen=True, slots=True)
class Ground:
    """One way to run: an event loop, and whether there is TLS."""

    loop: str
    is_secure: bool

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a test; nothing of it is left behind."""

        async def within() -> None:
            async with asyncio.timeout(PATIENCE):
                await coroutine
                while asyncio.all_tasks() != {asyncio.current_task()}:
                    await asyncio.sleep(0)

        with asyncio.Runner(loop_factory=LOOPS[self.loop]) as runner:
            runner.run(within())

    def server(self, handler: Handler) -> Server:
        """A server whose certificate is for `NAME`."""
        return Server(handler, context=contexts()[0] if self.is_secure else None)

    def url(self, server: Server, name: str = NAME) -> str:
        return f"{'https' if self.is_secure else 'http'}://{name}:{server.port}/v1/x?y=1"

    @property
    def beginning(self) -> list[Phase]:
        """What is told before anything is sent."""
        return [Phase.SECURING, Phase.SENDING] if self.is_secure else [Phase.SENDING]


@cache
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Those of a server with a certificate of its own, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder, "both.pem")
        file.write_bytes(secret + shown)
        server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=shown.decode())


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every name is this machine's."""
    return ["127.0.0.1"]


class Pieces(httpx.AsyncByteStream):
    """A body of so many pieces; knows how many were asked for."""

    def __init__(self, count: int, piece: bytes = b"x" * 100_000) -> None:
        self.length = count * len(piece)
        self.given = 0
        self._count = count
        self._piece = piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self._count):
            self.given += 1
            yield self._piece


@dataclass
class Caller:
    """Sends requests and remembers what it is told."""

    url: str
    told: list[Phase] = field(default_factory=list)
    response: httpx.Response | None = None

    async def ask(self, body: Pieces | None = None, **fields: str) -> httpx.Response:
        """Return the head of an answer."""
        length = {"Content-Length": str(body.length)} if body else {}
        request = httpx.Request(
            "POST" if body else "GET",
            self.url,
            headers=length | fields,
            content=body,
            extensions={TELL: self.tell},
        )
        line = Transport(Policy(any_private=True), resolve=resolve, context=contexts()[1])
        self.response = await line.handle_async_request(request)
        return self.response

    async def tell(self, phase: Phase) -> None:
        self.told.append(phase)

    async def whole(self, body: Pieces | None = None, **fields: str) -> bytes:
        """Return the body of an answer."""
        response = await self.ask(body, **fields)
        try:
            return b"".join([part async for part in parts(response)])
        finally:
            await response.aclose()


def parts(response: httpx.Response) -> httpx.AsyncByteStream:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


def saying(*pieces: bytes | None) -> Handler:
    """Takes a head, then says the pieces, each by itself; None breaks off."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            if piece is None:
                reset(writer)
            else:
                writer.write(piece)
                await writer.drain()

    return handler


async def deaf(reader: asyncio.StreamReader) -> None:
    """Listens no more, but stays."""
    await asyncio.Event().wait()


async def discards(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


async def leaves(reader: asyncio.StreamReader) -> None:
    """Hangs up on what was not read."""
