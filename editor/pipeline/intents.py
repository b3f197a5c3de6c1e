"""The same wish twice is one edit: how the edit of an intent is found again (reliability.md R3, 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.db.models.functions import Now

from editor.engines.errors import ErrorClass
from editor.models import OPEN_STATES, Edit, State
from editor.models.public_id import new_public_id

if TYPE_CHECKING:
    from editor.models import ApiKey

# How long a program's own key of an intent stands for it.
REMEMBERED: Final = timedelta(hours=24)
# How long after a call a client may come back to it without such a key.
REPEATED_WITHIN: Final = timedelta(minutes=10)


class Mismatch(Exception):
    """The intent's key came before, with other contents."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """How a wish came through the programming interface: whose key, and what else was asked.

    `extra` is what the answer must be like: the same key of an intent with another is no repeat.
    A client that `repeats` a call it had no answer to says no more than that: then the newest edit
    of the key that is just like this one is meant.
    """

    key: ApiKey
    extra: str = ""
    repeats: bool = False


def known(actor_id: int, idem_key: str, fingerprint: str, call: ApiCall | None) -> Edit | None:
    """Return the edit that this intent made before. Raises Mismatch."""
    found = Edit.objects.filter(actor=actor_id, idem_key=idem_key).first()
    if found is not None and call is not None and _is_forgotten(found):
        # The key may be used for something new, and the old edit keeps one that nobody sends.
        Edit.objects.filter(pk=found.pk).update(idem_key=f"old-{new_public_id()}")
        found = None
    if found is not None and found.fingerprint != fingerprint:
        raise Mismatch
    if found is None and call is not None and call.repeats:
        return _repeated(call.key, fingerprint)
    return found


def _is_forgotten(edit: Edit) -> bool:
    """Whether it was long ago, or ended in what says "try again"."""
    if edit.state == State.FAILED and edit.error_class == ErrorClass.BUSY:
        return True
    old = Edit.objects.filter(pk=edit.pk, created_at__lt=Now() - REMEMBERED)
    return old.exclude(state__in=OPEN_STATES).exists()


def _repeated(key: ApiKey, fingerprint: str) -> Edit | None:
    same = Edit.objects.filter(api_key=key, fingerprint=fingerprint).exclude(
        state__in=[State.FAILED, State.CANCELED]
    )
    fresh = Q(state__in=OPEN_STATES) | Q(created_at__gte=Now() - REPEATED_WITHIN)
    fresh |= Q(finished_at__gte=Now() - REPEATED_WITHIN)
    return same.filter(fresh).order_by("-pk").first()
