"""Addresses of providers: what they name, and, as a courtesy to who types one, where that lies.

The check that counts is made at each dial, by engines.openai: a name may lead elsewhere by then.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

type Resolver = Callable[[str], Sequence[str]]

PORTS = {"http": 80, "https": 443}
# What an address may carry after a question mark; anything else could be a key.
QUERY_NAMES = {"api-version"}
HOST = re.compile(r"[\w.:\-]{1,253}")


class BadAddress(ValueError):
    """No provider can be reached there, or not from here; the message says why."""


def look_up(host: str) -> list[str]:
    """Return the numbers that a name leads to; none when nobody knows it."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def origin(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port, the same for every way to write them. Raises BadAddress."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadAddress(_("This is not an address.")) from error
    if parts.scheme not in PORTS or not host:
        raise BadAddress(_("Write the whole address, beginning with https://"))
    return parts.scheme, _name(host), PORTS[parts.scheme] if port is None else port


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses are one server, however they are written."""
    try:
        return origin(one) == origin(other)
    except BadAddress:
        return False


def check(address: str, *, any_private: bool) -> None:
    """Raise BadAddress for an address that cannot be a provider's.

    ``any_private``: staff may name machines of the house, owners only those that
    PENTIMENTO_PRIVATE_PROVIDERS allows.
    """
    if not address.isprintable() or " " in address:
        raise BadAddress(_("An address holds no spaces or line breaks."))
    scheme, host, _port = origin(address)
    _check_rest(address)
    resolve: Resolver = import_string(settings.PROVIDER_RESOLVER)
    found = resolve(host) if scheme == "http" or not any_private else []
    private = [number for number in found if not _is_public(number)]
    if private and not any_private and not all(_is_allowed(number) for number in private):
        raise BadAddress(
            _("This address lies in a private network. Ask the administrator to connect it.")
        )
    if scheme == "http" and len(private) < len(found):
        raise BadAddress(
            _("Without https anybody on the way could read the key. Write https:// instead.")
        )


def _check_rest(address: str) -> None:
    parts = urlsplit(address)
    if parts.username is not None or parts.password is not None:
        raise BadAddress(_("Leave out name and password: the key has a field of its own."))
    names = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    if parts.fragment or names - QUERY_NAMES:
        raise BadAddress(_("Leave out everything from the “?” or “#” on."))


def _name(host: str) -> str:
    """Return a host as it is compared. Raises BadAddress for signs that clients read differently.

    Letters beyond ASCII stay: who translates them, and how, is up to the client. Written in two
    ways they are two servers, and the key is asked for again.
    """
    name = host.rstrip(".").lower()
    if not HOST.fullmatch(name):
        raise BadAddress(_("This is not an address."))
    return name


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_global and not mapped.is_multicast)


def _is_allowed(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    return any(address in network for network in settings.PRIVATE_PROVIDERS)
