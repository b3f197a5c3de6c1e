"""The second step of signing in: texts, names, and where passkeys can be used."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models import User
from editor.services import sessions


class TwoStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second step with our texts."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes belong to a second step. Set one up first."
        ),
        "incorrect_code": gettext_lazy("This code is wrong, or its time has run out."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first."),
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Return what a passkey is called until its owner calls it something."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey {number}").format(number=count + 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return who asks for the passkey; browsers show the name."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Pentimento"}


def passkeys_work(request: HttpRequest) -> bool:
    """Whether a browser offers passkeys at this address: https with a name, or localhost."""
    name = _host(request).hostname or ""
    return name == "localhost" or (request.is_secure() and _address(name) is None)


def localhost_url(request: HttpRequest) -> str:
    """Return this page under the name at which passkeys work, where that is this machine."""
    host = _host(request)
    ip = _address(host.hostname or "")
    if ip is None or not ip.is_loopback:
        return ""
    port = f":{host.port}" if host.port else ""
    return f"{request.scheme}://localhost{port}{request.path}"


def _host(request: HttpRequest) -> SplitResult:
    return urlsplit(f"//{request.get_host()}")


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def passkeys(user: User) -> list[Authenticator]:
    """Return the account's passkeys, oldest first."""
    return list(
        Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    )


@transaction.atomic
def remove_all(*, user: User) -> int:
    """Remove the account's second step and end its sessions; return how many parts it had."""
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    if count:
        sessions.end_others(user=user, key=None)
    return count
