"""API keys: made and shown once, found by their beginning, refused as soon as they should be.

A key acts as its member: with the role gone, or the project, it opens nothing from then on.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.http import Http404

from editor.access import fetch
from editor.access.roles import Action
from editor.models import ApiKey, Project, Scope, User
from editor.models.api_key import REQUESTS_PER_MINUTE
from editor.models.prepared import ANY_TEXT, Prepared
from editor.services import activities

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from editor.access.fetch import Door

# What scanners for secrets may look for; 43 letters and digits are 256 bits.
TOKEN: Final = re.compile(r"sk-pent-([a-z0-9]{8})-[A-Za-z0-9]{43}")
_PREFIX_LETTERS: Final = string.ascii_lowercase + string.digits
_SECRET_LETTERS: Final = string.ascii_letters + string.digits


class KeyRefused(Exception):
    """The token opens nothing; the kinds below say why."""


class UnknownKey(KeyRefused):
    """There is no such key: not one of ours, or wrong in a letter."""


class RevokedKey(KeyRefused):
    """Somebody ended it."""


class ExpiredKey(KeyRefused):
    """Its time is over."""


class StrandedKey(KeyRefused):
    """Its member may not edit in its project any more, or the project or the account is closed."""


class RestingKey(KeyRefused):
    """Its project is archived; the key opens it again when an owner restores the project."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new key shall be; None is no end, and no budget of its own."""

    name: str
    expires_at: datetime | None = None
    budget_micros: int | None = None
    requests_per_minute: int = REQUESTS_PER_MINUTE
    scopes: tuple[Scope, ...] = tuple(Scope)


@transaction.atomic
def create(*, door: Door, wanted: Wanted) -> tuple[ApiKey, str]:
    """Make a key that acts as the member, and return it with its token, which is kept nowhere.

    Raises what the door raises.
    """
    opened = fetch.door_again(door, Action.NEW_API_KEY)
    prefix = _random(_PREFIX_LETTERS, 8)
    token = f"sk-pent-{prefix}-{_random(_SECRET_LETTERS, 43)}"
    key = ApiKey.objects.create(
        project=opened.project,
        user=opened.user,
        name=wanted.name,
        prefix=prefix,
        hash=_hash(token),
        scopes=list(wanted.scopes),
        expires_at=wanted.expires_at,
        budget_micros=wanted.budget_micros,
        requests_per_minute=wanted.requests_per_minute,
    )
    activities.record("api_key.created", opened.project, actor=opened.user, api_key=key.pk)
    return key, token


def _random(letters: str, count: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(count))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> ApiKey:
    """Return the key of a token, as `enter`."""
    return enter(token)[0]


def enter(token: str) -> tuple[ApiKey, Door]:
    """Return the key of a token, with its project and its member, and its door. Two queries.

    Raises the kinds of KeyRefused.
    """
    parts = TOKEN.fullmatch(token)
    if parts is None:
        raise UnknownKey
    key = next(iter(_by_prefix()({ANY_TEXT: parts[1]})), None)
    if key is None or not secrets.compare_digest(key.hash, _hash(token)):
        raise UnknownKey
    if key.revoked_at is not None:
        raise RevokedKey
    if key.is_expired:
        raise ExpiredKey
    return key, door(key)


@cache
def _by_prefix() -> Prepared[ApiKey, ApiKey]:
    return Prepared(ApiKey.objects.select_related("project", "user").filter(prefix=ANY_TEXT))


def door(key: ApiKey) -> Door:
    """Open the key's project as its member. Raises StrandedKey, RestingKey."""
    if not key.user.is_active:
        raise StrandedKey
    try:
        return fetch.door(key.user, key.project.slug, Action.EDIT)
    except Http404 as gone:
        raise StrandedKey from gone
    except PermissionDenied as refused:
        raise _why_not(key) from refused


def _why_not(key: ApiKey) -> KeyRefused:
    """Tell a project that rests from a role that does not make pictures."""
    try:
        rests = fetch.door(key.user, key.project.slug, Action.API_KEYS).project.archived_at
    except (Http404, PermissionDenied):
        return StrandedKey()
    return RestingKey() if rests else StrandedKey()


def listed(door: Door) -> QuerySet[ApiKey]:
    """Return the keys the member looks after, newest first: an owner all, an editor own ones."""
    return fetch.api_keys(door)


@transaction.atomic
def revoke(*, door: Door, key: ApiKey) -> None:
    """End a key, for ever and at once; edits it asked for go on.

    Raises Http404 for a key that is not the member's to end, and what the door raises.
    """
    opened = fetch.door_again(door, Action.API_KEYS)
    current = fetch.api_key(opened, key.public_id)
    if _end(ApiKey.objects.filter(pk=current.pk)):
        activities.record("api_key.revoked", opened.project, actor=opened.user, api_key=current.pk)


def revoke_of(*, user: User, project: Project) -> None:
    """End all keys of a member who goes, in the transaction that takes them out.

    Should they come back, their programs must not.
    """
    _end(ApiKey.objects.filter(user=user, project=project))


def _end(keys: QuerySet[ApiKey]) -> int:
    return keys.filter(revoked_at=None).update(revoked_at=Now())
