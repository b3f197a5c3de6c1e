"""Connects to what it has checked: no name and no trick leads into a network that is closed to it.

The check is where the connection is made, below HTTP and TLS: a name is resolved once, every
address it has is judged, and those very addresses are dialled. Whatever the address in the text
looked like (decimal, octal, a name that resolves anew), only numbers reach the socket. The name
stays in the Host field and is what the certificate must match.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

import certifi
import httpx

from editor.engines.openai.http11 import Exchange
from editor.engines.openai.line import connect
from editor.engines.openai.phases import TELL, Phase

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from ipaddress import IPv4Address, IPv6Address

    from editor.engines.openai.line import Line
    from editor.engines.openai.phases import Tell
    from editor.engines.openai.provider import Network

type Address = IPv4Address | IPv6Address
type Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
type Connect = Callable[[str, int], Awaitable[Line]]

PORTS: Final = {"http": 80, "https": 443}


class Reach(StrEnum):
    """Where an address leads: out, into a network that may be opened, or nowhere we ever go."""

    PUBLIC = "public"
    PRIVATE = "private"
    CLOSED = "closed"


class AddressRefused(Exception):
    """An address that may not be dialled; ``code`` is "address_refused" or "plain_http"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NameUnknown(httpx.ConnectError):
    """The host's name has no address."""


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# Homes, offices, this machine, and the networks that carriers and overlays make (RFC 6598).
OPENABLE: Final = _networks(
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
    *("::1/128", "fc00::/7"),
)
# Where clouds keep their secrets though the network around is one that people may open.
SECRETS: Final = _networks("100.100.100.200/32", "fd00:ec2::254/128")
# Beyond what `is_global` refuses: relays, documentation, and addresses with others inside.
NEVER: Final = _networks(
    *("192.0.0.0/24", "192.88.99.0/24", "::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16"),
    *("3fff::/20", "5f00::/16", "fec0::/10"),
)
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
UNICAST: Final = ipaddress.IPv6Network("2000::/3")


def reach(address: Address) -> Reach:
    """Return where an address leads, looking through those that only wrap another."""
    inner = _unwrapped(address)
    if any(inner in network for network in SECRETS):
        return Reach.CLOSED
    if any(inner in network for network in OPENABLE):
        return Reach.CLOSED if address in NAT64 else Reach.PRIVATE
    if inner.is_multicast or inner.is_reserved or any(inner in network for network in NEVER):
        return Reach.CLOSED
    if inner.version == 6 and inner not in UNICAST:
        return Reach.CLOSED
    return Reach.PUBLIC if inner.is_global else Reach.CLOSED


def _unwrapped(address: Address) -> Address:
    if address.version == 6:
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


@dataclass(frozen=True, slots=True)
class Policy:
    """Which addresses may be dialled beside the public ones.

    ``any_private`` opens private networks and this machine; link-local and reserved ones, where
    clouds keep their secrets, are opened only by naming them in ``networks``.
    """

    any_private: bool = False
    networks: Sequence[Network] = ()

    def check(self, address: Address, *, is_plain: bool) -> None:
        """Raise AddressRefused unless it may be dialled; without TLS only what is not public."""
        inner = _unwrapped(address)
        if any(inner in network for network in self.networks):
            return
        where = reach(address)
        if where == Reach.PUBLIC and is_plain:
            raise AddressRefused("plain_http")
        if where == Reach.CLOSED or (where == Reach.PRIVATE and not self.any_private):
            raise AddressRefused("address_refused")


async def resolve(host: str, port: int) -> Sequence[str]:
    """Return all addresses of a host, as the system orders them; of numbers nobody is asked."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def tls() -> ssl.SSLContext:
    """Return the one context of this process; reading the certificates costs milliseconds."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def get_ready() -> None:
    """Load what the first connection would wait for: the certificates."""
    tls()


async def _untold(_phase: Phase) -> None:
    """Nobody asked how far it is."""


class Transport(httpx.AsyncBaseTransport):
    """One connection a request, to nowhere but where the policy allows; nothing is followed."""

    def __init__(
        self,
        policy: Policy,
        *,
        resolve: Resolve = resolve,
        connect: Connect = connect,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._connect = connect
        self._context = context

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx.TransportError and AddressRefused."""
        if request.url.scheme not in PORTS or not request.url.host:
            raise AddressRefused("address_refused")
        tell: Tell = request.extensions.get(TELL, _untold)
        exchange = Exchange(request)
        line = await self._dial(request.url)
        try:
            if request.url.scheme == "https":
                await tell(Phase.SECURING)
                await line.secure(self._context or tls(), request.url.raw_host.decode("ascii"))
            head = await exchange.ask(line, tell)
        except BaseException:
            line.hang_up()
            raise
        return httpx.Response(
            head.status_code, headers=head.headers.raw_items(), stream=Body(exchange, line)
        )

    async def _dial(self, url: httpx.URL) -> Line:
        """Connect to the first address of the host that answers.

        Raises AddressRefused when only one of them is closed to us, and httpx.ConnectError.
        """
        port = url.port or PORTS[url.scheme]
        addresses = await self._addresses(url.raw_host.decode("ascii"), port)
        for address in addresses:
            self._policy.check(address, is_plain=url.scheme == "http")
        failure: Exception = NameUnknown("this name has no address")
        for address in addresses:
            try:
                return await self._connect(str(address), port)
            except OSError:
                failure = httpx.ConnectError("nobody answers there")
        raise failure

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = await self._resolve(host, port)
            return [ipaddress.ip_address(text) for text in found]
        except (OSError, ValueError):
            raise NameUnknown("this name is unknown") from None


class Body(httpx.AsyncByteStream):
    """The body of an answer; closing it closes the connection."""

    def __init__(self, exchange: Exchange, line: Line) -> None:
        self._exchange = exchange
        self._line = line

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._exchange.body()

    async def aclose(self) -> None:
        """Hang up."""
        self._line.hang_up()
