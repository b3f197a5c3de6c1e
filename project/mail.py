"""Where mail goes: EMAIL_URL as Django's MAILERS, and the sender's address."""

from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

CONSOLE = "consolemail://"
TIMEOUT_SECONDS = 10
# Mail of these schemes is never delivered to a person.
UNSENT_SCHEMES = {"consolemail", "dummymail", "memorymail"}
EXAMPLE = "smtp+tls://USER:PASSWORD@mail.example.org:587"


def mailers(url: str) -> dict[str, dict[str, Any]]:
    """Return MAILERS for an address. Raises ImproperlyConfigured, without its password in it."""
    config = _parse(url)
    backend = config["EMAIL_BACKEND"]
    options: dict[str, Any] = {}
    if backend.endswith("smtp.EmailBackend"):
        options = _smtp(config)
    elif backend.endswith("filebased.EmailBackend"):
        options = {"file_path": f"/{config['EMAIL_FILE_PATH'].lstrip('/')}"}
    return {"default": {"BACKEND": backend, "OPTIONS": options}}


def is_sent(url: str) -> bool:
    """Whether mail leaves the server; on the console only its administrator sees it."""
    return urlsplit(url).scheme not in UNSENT_SCHEMES


def sender(wanted: str, base_url: str) -> str:
    """Return the From address: the one wanted, else one at the host people type."""
    if not wanted:
        return f"Pentimento <pentimento@{_mail_host(urlsplit(base_url).hostname or '')}>"
    _name, address = parseaddr(wanted)
    if "@" not in address.strip("@"):
        raise ImproperlyConfigured(
            "PENTIMENTO_MAIL_FROM must be an address such as Pentimento <studio@example.org>."
        )
    return wanted


def _parse(url: str) -> dict[str, Any]:
    try:
        config: dict[str, Any] = FileAwareEnv.email_url_config(url)
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(
            f"EMAIL_URL cannot be understood. It looks like {EXAMPLE}, or {CONSOLE} to write mail "
            "into the log."
        ) from error
    return config


def _smtp(config: dict[str, Any]) -> dict[str, Any]:
    if not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"EMAIL_URL names no mail server. It looks like {EXAMPLE}.")
    return {
        "host": config["EMAIL_HOST"],
        "port": config["EMAIL_PORT"],
        "username": config["EMAIL_HOST_USER"],
        "password": config["EMAIL_HOST_PASSWORD"],
        "use_tls": bool(config.get("EMAIL_USE_TLS")),
        "use_ssl": bool(config.get("EMAIL_USE_SSL")),
        "timeout": TIMEOUT_SECONDS,
    }


def _mail_host(host: str) -> str:
    try:
        ip_address(host)
    except ValueError:
        return host or "localhost"
    return "localhost"
