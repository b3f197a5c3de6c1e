"""Nothing is dialled that was not checked (reliability.md S1-S3)."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from editor.engines.openai import dial as dial_module
from editor.engines.openai.dial import AddressRefused, NameUnknown, Policy, Reach, Transport, reach
from editor.engines.openai.line import Line
from tests.engines.openai.setting import Server, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIVATE = [
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "::1",
    "fc00::1",
    "fd00::1",
    "fdff:ffff::1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:192.168.1.1",
    "::ffff:100.64.0.1",
]
CLOSED = [
    "100.100.100.200",
    "::ffff:100.100.100.200",
    "fd00:ec2::254",
    "0.0.0.0",
    "0.0.0.1",
    "0.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "224.0.1.1",
    "233.252.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::2",
    "::7f00:1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:0.0.0.0",
    "::ffff:169.254.169.254",
    "::ffff:224.0.0.1",
    "::ffff:255.255.255.255",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "64:ff9b:1:ffff::10.0.0.1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "3fff:fff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%lo",
    "fe80:ffff::1",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff00::1",
    "ff02::1",
    "ff05::2",
    "ff0e::1",
    "1::1",
    "200::1",
    "4000::1",
    "8000::1",
    "e000::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.9.9.9",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "191.255.255.255",
    "192.167.255.255",
    "192.169.0.1",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
]
# How people write 127.0.0.1 and 169.254.169.254 when they do not want to be understood.
DISGUISED = [
    *("2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1"),
    *("2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "localhost", "127.0.0.1.", "[::1]"),
    *("[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①", "127。0。0。1", "user@127.0.0.1"),
    *("example.com@127.0.0.1", "0.0.0.0", "0", "[::]", "127.0.0.1:65535"),
]  # fmt: skip


def dial(
    url: str, *answers: Sequence[str], policy: Policy | None = None, times: int = 1
) -> tuple[list[tuple[str, int]], list[Exception]]:
    """Call a host whose name resolves to each of the answers in turn."""
    turns = iter(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return next(turns)

    async def connect(address: str, port: int) -> Line:
        dialled.append((address, port))
        raise ConnectionRefusedError

    async def call() -> list[Exception]:
        chosen = resolve if answers else dial_module.resolve
        transport = Transport(policy or Policy(), connect=connect, resolve=chosen)
        errors: list[Exception] = []
        for _ in range(times):
            try:
                await transport.handle_async_request(httpx.Request("GET", url))
            except (httpx.TransportError, AddressRefused) as error:
                errors.append(error)
        return errors

    dialled: list[tuple[str, int]] = []
    return dialled, asyncio.run(call())


def test_the_table_is_long_enough() -> None:
    assert len(PRIVATE) + len(CLOSED) >= 80


@pytest.mark.parametrize("address", PRIVATE + CLOSED)
def test_no_inner_address_is_dialled(address: str) -> None:
    dialled, (error,) = dial("https://provider.example/v1", [address])
    assert dialled == []
    assert isinstance(error, AddressRefused)
    assert error.code == "address_refused"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_dialled_as_they_were_checked(address: str) -> None:
    dialled, _ = dial("https://provider.example/v1", [address])
    assert dialled == [(str(ipaddress.ip_address(address)), 443)]


@pytest.mark.parametrize(
    ("addresses", "where"), [(PRIVATE, Reach.PRIVATE), (CLOSED, Reach.CLOSED)], ids=["p", "c"]
)
def test_what_may_be_opened_is_told_from_what_never_is(addresses: list[str], where: Reach) -> None:
    found = {text: reach(ipaddress.ip_address(text)) for text in addresses}
    assert found == dict.fromkeys(addresses, where)


@pytest.mark.parametrize("host", DISGUISED)
def test_a_disguised_address_is_judged_by_what_it_leads_to(host: str) -> None:
    """With the system's own resolver: it understands all the ways to write a number."""
    try:
        dialled, errors = dial(f"http://{host}/v1")
    except httpx.InvalidURL:
        return
    assert dialled == []
    assert isinstance(errors[0], AddressRefused | NameUnknown)


def test_one_inner_address_among_public_ones_closes_the_name() -> None:
    dialled, (error,) = dial("https://provider.example/", ["8.8.8.8", "10.0.0.1"])
    assert (dialled, type(error)) == ([], AddressRefused)


def test_a_name_that_resolves_anew_is_judged_anew() -> None:
    """Rebinding: what was checked is what is dialled, and the next call is checked again."""
    dialled, errors = dial("https://provider.example/", ["8.8.8.8"], ["127.0.0.1"], times=2)
    assert dialled == [("8.8.8.8", 443)]
    assert [type(error) for error in errors] == [httpx.ConnectError, AddressRefused]


def test_every_address_of_a_name_is_tried() -> None:
    dialled, (error,) = dial("https://provider.example:8443/", ["8.8.8.8", "2606:4700::1"])
    assert dialled == [("8.8.8.8", 8443), ("2606:4700::1", 8443)]
    assert isinstance(error, httpx.ConnectError)


@pytest.mark.parametrize("address", PRIVATE)
def test_staff_may_call_private_addresses_even_without_tls(address: str) -> None:
    dialled, _ = dial("http://box.example/", [address], policy=Policy(any_private=True))
    assert len(dialled) == 1


@pytest.mark.parametrize("address", CLOSED)
def test_staff_may_not_call_what_nobody_may(address: str) -> None:
    dialled, _ = dial("http://box.example/", [address], policy=Policy(any_private=True))
    assert dialled == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("::ffff:10.1.2.3", "10.1.2.0/24"),
        ("169.254.7.7", "169.254.7.7/32"),
        ("fd12::1", "fd12::/16"),
    ],
)
def test_named_networks_are_open(address: str, network: str) -> None:
    policy = Policy(networks=(ipaddress.ip_network(network), ipaddress.ip_network("fd99::/16")))
    assert len(dial("http://box.example/", [address], policy=policy)[0]) == 1
    assert dial("http://box.example/", ["10.1.3.1"], policy=policy)[0] == []


def test_public_addresses_want_tls() -> None:
    dialled, (error,) = dial("http://provider.example/", ["8.8.8.8"])
    assert dialled == []
    assert isinstance(error, AddressRefused)
    assert error.code == "plain_http"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://8.8.8.8/", "ftp://8.8.8.8/"])
def test_other_schemes_are_refused(url: str) -> None:
    dialled, (error,) = dial(url)
    assert (dialled, type(error)) == ([], AddressRefused)


def test_an_unknown_name_is_told() -> None:
    assert isinstance(dial("https://nobody.invalid/", [])[1][0], NameUnknown)


def test_the_name_stays_in_the_host_field_and_proxies_are_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    heads: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(b"ok"))

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def call() -> int:
        async with Server(handler) as server:
            url = f"http://box.example:{server.port}/v1"
            transport = Transport(Policy(any_private=True), resolve=resolve)
            response = await transport.handle_async_request(httpx.Request("GET", url))
            await response.aread()
            await response.aclose()
            return int(server.port)

    port = asyncio.run(call())
    assert f"Host: box.example:{port}".encode() in heads[0]


def test_the_certificate_must_be_for_the_name() -> None:
    names: list[str] = []

    class Told(Line):
        async def secure(self, context: ssl.SSLContext, name: str) -> None:
            names.append(name)
            assert context.check_hostname
            assert context.verify_mode == ssl.CERT_REQUIRED
            raise httpx.ConnectError("far enough")

        def hang_up(self) -> None:
            names.append("closed")

    async def connect(address: str, port: int) -> Line:
        return Told()

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8"]

    async def call() -> None:
        transport = Transport(Policy(), resolve=resolve, connect=connect)
        request = httpx.Request("GET", "https://provider.example/")
        with pytest.raises(httpx.ConnectError):
            await transport.handle_async_request(request)

    asyncio.run(call())
    assert names == ["provider.example", "closed"]
