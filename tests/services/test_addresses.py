"""Addresses of providers: which are one server, and which can be none."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from editor.services import addresses

SAME = [
    ("https://api.openai.com/v1", "https://api.openai.com"),
    ("https://api.openai.com/v1", "https://API.OpenAI.com:443/v1/"),
    ("https://api.openai.com/v1", "https://api.openai.com./other/prefix"),
]
OTHER = [
    ("https://api.openai.com/v1", "http://api.openai.com/v1"),
    ("https://api.openai.com/v1", "https://api.openai.com:8443/v1"),
    ("https://api.openai.com/v1", "https://api.openai.com.evil.example/v1"),
    ("https://api.openai.com/v1", "https://api.openai.com@evil.example/v1"),
    ("https://strasse.example", "https://stra\u00dfe.example"),
    ("https://api.openai.com/v1", "nonsense"),
    ("https://api.openai.com/v1", "https://api.openai.com:port/v1"),
]
NEVER = [
    "", "api.openai.com/v1", "ftp://api.openai.com", "file:///etc/passwd", "https://", "https:///v1",
    "https://olga:secret@api.openai.com/v1", "https://olga@api.openai.com", "https://a b.example",
    "https://api.openai.com/v1#part", "https://api.openai.com/v1?key=secret",
    "https://api.openai.com/v1?api-version=1&token=2", "https://api.openai.com\n/v1",
    "https://api.openai.com:99999/v1", "https://[::1/v1", "javascript:alert(1)",
    "http://api.openai.com/v1", "https://" + "a" * 254,
    "https://evil.example\\@api.openai.com", "https://evil.example\\.api.openai.com",
    "https://api.openai.com%2eevil.example",
]  # fmt: skip
PRIVATE = [
    "http://127.0.0.1:8080", "https://127.0.0.1", "https://localhost/v1", "http://2130706433/v1",
    "http://printer.lan", "https://two-faced.example.org",
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_server_is_one_however_it_is_written(one: str, other: str) -> None:
    assert addresses.same_origin(one, other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_server_is_another(one: str, other: str) -> None:
    assert not addresses.same_origin(one, other)


@pytest.mark.parametrize("any_private", [True, False])
@pytest.mark.parametrize("address", NEVER)
def test_these_are_never_taken(address: str, any_private: bool) -> None:
    with pytest.raises(addresses.BadAddress):
        addresses.check(address, any_private=any_private)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.openai.com",
        "https://api.openai.com/v1/",
        "https://images.example.org:8443/a/prefix/v1",
        "https://nobody-knows.example.org/v1",
        "https://team.example.org/openai?api-version=2025-04-01-preview",
    ],
)
def test_owners_may_name_public_machines(address: str) -> None:
    addresses.check(address, any_private=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_machines_are_for_staff(address: str) -> None:
    with pytest.raises(addresses.BadAddress, match="private network"):
        addresses.check(address, any_private=False)


@pytest.mark.parametrize("address", [*PRIVATE])
def test_staff_may_name_machines_of_the_house(address: str) -> None:
    addresses.check(address, any_private=True)


def test_owners_may_name_machines_in_the_networks_of_the_setting(settings: Any) -> None:
    settings.PRIVATE_PROVIDERS = [ip_network("192.168.7.0/24")]
    addresses.check("http://printer.lan", any_private=False)
    with pytest.raises(addresses.BadAddress, match="private network"):
        addresses.check("http://127.0.0.1", any_private=False)


def test_looking_up_knows_numbers_and_forgives_nonsense() -> None:
    assert addresses.look_up("127.0.0.1") == ["127.0.0.1"]
    assert addresses.look_up("2130706433") == ["127.0.0.1"]
    assert addresses.look_up("a" * 70) == []
