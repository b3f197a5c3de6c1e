"""Networks in CIDR form, from a setting."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ImproperlyConfigured


def parse(names: list[str]) -> list[IPv4Network | IPv6Network]:
    """Return the networks. Raises ImproperlyConfigured naming the one that is none."""
    return [_network(name.strip()) for name in names if name.strip()]


def _network(name: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(name)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"PENTIMENTO_PRIVATE_PROVIDERS: {name!r} is no network; write it like 192.168.7.0/24."
        ) from error
