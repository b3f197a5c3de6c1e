"""Where somebody is signed in, and signing out elsewhere.

Rows are allauth's UserSession; whether one still counts is read from Django's sessions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from editor.models import User
from editor.services import user_agents

# How old "last seen" may be. A session's row is written at most this often.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Place:
    """One session as its owner sees it."""

    pk: int
    browser: str
    is_handheld: bool
    where: str
    signed_in_at: datetime
    seen_at: datetime
    is_here: bool
    is_active: bool


def places(*, user: User, key: str | None) -> list[Place]:
    """Return where the account is signed in, `key`'s session first, then the last seen first.

    Two queries, however many there are; rows of sessions that ended are swept out.
    """
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    alive = _alive(user, rows)
    if dead := [row.pk for row in rows if row.session_key not in alive]:
        UserSession.objects.filter(pk__in=dead).delete()
    found = [_place(row, key) for row in rows if row.session_key in alive]
    return sorted(found, key=lambda place: not place.is_here)


def _alive(user: User, rows: list[UserSession]) -> set[str]:
    """Keys of sessions that still open the door: not expired, and of the present password."""
    keys = [row.session_key for row in rows]
    stored = Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now())
    wanted = user.get_session_auth_hash()
    return {row.pk for row in stored if row.get_decoded().get(HASH_SESSION_KEY) == wanted}


def _place(row: UserSession, key: str | None) -> Place:
    return Place(
        pk=row.pk,
        browser=user_agents.describe(row.user_agent),
        is_handheld=user_agents.is_handheld(row.user_agent),
        where=where(row.ip),
        signed_in_at=row.created_at,
        seen_at=row.last_seen_at,
        is_here=row.session_key == key,
        is_active=timezone.now() - row.last_seen_at < 2 * SEEN_EVERY,
    )


def where(address: str) -> str:
    """Return an address in words, as far as it can be told without asking anybody."""
    ip = ip_address(address)
    if ip.is_loopback:
        return _("on the server itself")
    if ip.is_private:
        return _("in the local network, {address}").format(address=address)
    return _("from {address}").format(address=address)


def end(*, user: User, pk: int, key: str | None) -> bool:
    """Sign one other session of the account out; False when it is none of them."""
    row = UserSession.objects.filter(user=user, pk=pk).exclude(session_key=key)
    return _end(row) > 0


def end_others(*, user: User, key: str | None) -> int:
    """Sign every session of the account out but the one with this key; return how many."""
    return _end(UserSession.objects.filter(user=user).exclude(session_key=key))


def end_all(*, user: User) -> None:
    """Sign the account out everywhere, also where no row was kept (no address was known)."""
    end_others(user=user, key=None)
    rest = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    mine = [row.pk for row in rest if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=mine).delete()


@transaction.atomic
def _end(rows: QuerySet[UserSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    rows.filter(session_key__in=keys).delete()
    return len(keys)


def note_sign_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Keep a row for each sign-in, by whatever page (Django's signal user_logged_in)."""
    if request.session.session_key is None:
        request.session.save()
    is_due(request.session.session_key)
    if _address(request):
        UserSession.objects.create_from_request(request)


def note_new_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """End every other session when the password changes (allauth's signals)."""
    is_own = request.user.is_authenticated and request.user.pk == user.pk
    end_others(user=user, key=request.session.session_key if is_own else None)


def _address(request: HttpRequest) -> str | None:
    """Return the visitor's address; None when the server does not know it (a Unix socket)."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None


def is_due(key: str | None) -> bool:
    """Whether this process has noted nothing about the session for five minutes."""
    return bool(key and caches["process"].add(f"seen:{key}", 1, SEEN_EVERY.total_seconds()))


def note_seen(request: HttpRequest) -> None:
    """Write that the session was used, unless that was written in the last five minutes."""
    address = _address(request)
    if address is None:
        return
    now = timezone.now()
    row = UserSession.objects.filter(session_key=request.session.session_key)
    fresh = {
        "last_seen_at": now,
        "ip": address,
        "user_agent": request.headers.get("User-Agent", "")[:200],
    }
    if not row.filter(last_seen_at__lt=now - SEEN_EVERY).update(**fresh) and not row.exists():
        UserSession.objects.create_from_request(request)
