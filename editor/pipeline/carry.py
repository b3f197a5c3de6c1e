"""Edits that are sent by the process that was called: picture, edit and intent in one transaction.

Of several that come at once all are written together. Whatever is not plain sailing (a budget that
is reached, a provider without room or with a queue, a role that is gone, a picture that is there
already) is not decided here: such a call goes the usual way (submit.py), which says what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, transaction
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import Http404

from editor.access import fetch
from editor.access.roles import Action
from editor.models import (
    WAITING_STATES,
    Activity,
    Attempt,
    Edit,
    Picture,
    PictureKind,
    Provider,
    State,
)
from editor.models.prepared import ANY_KEY, ANY_TEXT, Prepared
from editor.models.written import NOW, after, insert_each, insert_values
from editor.pipeline import circuit, ledger
from editor.pipeline.states import count_changes
from editor.services import budgets, consents, media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from editor.access.fetch import Door
    from editor.engines.base import Engine
    from editor.services.lodging import Lodged

# Of the first run there is: no worker ever had it.
FENCE = 1


@dataclass(frozen=True, slots=True)
class Parcel:
    """An edit with its picture and mask, none of them written yet, and who will be asked."""

    door: Door
    edit: Edit
    lodged: Lodged
    engine: Engine
    provider: Provider
    # Of its one attempt.
    token: UUID = field(default_factory=uuid4)

    @property
    def is_new(self) -> bool:
        """Whether its picture was not there, nor came just now with another."""
        return self.edit.picture is self.lodged.picture


def begin_each(
    parcels: Sequence[Parcel], *, owner: str, lease_seconds: float
) -> list[Attempt | Exception | None]:
    """Write what can be sent now, leased to `owner`; None for each that must go the usual way.

    After this the intent is on record, and the edit may be sent once. The attempts have their
    edits. Where one stands in the way of all, each is written by itself; what breaks then breaks
    for that one alone.
    """
    lease = timedelta(seconds=lease_seconds)
    try:
        return [*_begin(parcels, owner, lease)]
    except (IntegrityError, DataError, budgets.Refused, OSError, media.DiskFull):
        return [_begin_alone(parcel, owner, lease) for parcel in parcels]


def _begin_alone(parcel: Parcel, owner: str, lease: timedelta) -> Attempt | Exception | None:
    try:
        (attempt,) = _begin([parcel], owner, lease)
    except (IntegrityError, budgets.Refused):
        return None
    except Exception as error:  # noqa: BLE001  others are begun already
        return error
    return attempt


def _begin(parcels: Sequence[Parcel], owner: str, lease: timedelta) -> list[Attempt | None]:
    for parcel in parcels:
        parcel.lodged.put.wait()
    return _write(parcels, owner, lease)


@transaction.atomic
def _write(parcels: Sequence[Parcel], owner: str, lease: timedelta) -> list[Attempt | None]:
    gate = _Gate.at(parcels)
    # Projects are locked in one order, here as everywhere.
    in_order = sorted(parcels, key=lambda parcel: parcel.door.project.pk)
    chosen = [parcel for parcel in in_order if gate.lets(parcel)]
    if not chosen:
        return [None] * len(parcels)
    count_changes({one.door.project.pk for one in chosen})
    for parcel in chosen:
        parcel.edit.lease_owner, parcel.edit.lease_until = owner, after(lease)
        _prepare(parcel, gate.picture(parcel), gate.pulse(parcel))
    _insert(chosen)
    begun = [
        Attempt(
            edit=one.edit,
            number=1,
            fence=FENCE,
            host=one.engine.host[:255],
            client_token=one.token,
            intent_at=NOW,
        )
        for one in chosen
    ]
    insert_each(begun)
    ledger.reserve_unbound(one.edit for one in chosen if not gate.binds(one))
    for one in chosen:
        if gate.binds(one):
            ledger.reserve(one.edit)
    attempts = {attempt.edit.public_id: attempt for attempt in begun}
    return [attempts.get(parcel.edit.public_id) for parcel in parcels]


def _prepare(parcel: Parcel, picture: Picture, pulse: int) -> None:
    """Complete the rows; an earlier try may have left its keys in them."""
    edit, mask = parcel.edit, parcel.lodged.mask
    if picture is parcel.lodged.picture:
        picture.pk, picture.pulse = None, pulse
        picture.note_texts()
    if mask:
        mask.pk = None
    edit.pk, edit.pulse = None, pulse
    edit.picture, edit.mask = picture, mask
    edit.state, edit.fence = State.SENDING, FENCE
    edit.next_run_at = edit.started_at = NOW
    edit.note_texts()


def _insert(chosen: Sequence[Parcel]) -> None:
    insert_each([one.edit.picture for one in chosen if one.is_new])
    insert_each([one.lodged.mask for one in chosen if one.lodged.mask])
    insert_each([one.edit for one in chosen])
    insert_values(Activity, [row for one in chosen for row in _activities(one)])


def _activities(parcel: Parcel) -> list[dict[str, Any]]:
    edit = parcel.edit
    came = {"actor_id": edit.actor_id, "picture_id": edit.picture_id, "kind": "picture.uploaded"}
    asked = {"actor_id": edit.actor_id, "edit_id": edit.pk, "kind": "edit.queued"}
    sent = {"edit_id": edit.pk, "kind": f"edit.{State.SENDING}", "detail": {"fence": FENCE}}
    steps: list[dict[str, Any]] = [came, asked, sent] if parcel.is_new else [asked, sent]
    return [{"project_id": edit.project_id, **step} for step in steps]


@dataclass(slots=True)
class _Gate:
    """Who may pass, each question asked once for all who come together."""

    providers: dict[int, Provider]
    # How many more edits each provider takes.
    rooms: dict[int, int]
    # By project and bytes: those that are there, then those that come.
    pictures: dict[tuple[int, str], Picture]
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    @classmethod
    def at(cls, parcels: Sequence[Parcel]) -> _Gate:
        """Look at the providers, locked before any project (claim.py), and at what they have to do."""
        keys = sorted({parcel.provider.pk for parcel in parcels})
        providers = {row.pk: row for key in keys for row in _providers()({ANY_KEY: key})}
        rooms = {row.pk: _room(row) for row in providers.values()}
        came = {
            (parcel.door.project.pk, parcel.lodged.picture.sha256): parcel for parcel in parcels
        }
        there = [
            row
            for project, sha256 in came
            for row in _originals()({ANY_KEY: project, ANY_TEXT: sha256})
        ]
        return cls(providers, rooms, {(row.project_id, row.sha256): row for row in there})

    def picture(self, parcel: Parcel) -> Picture:
        """The picture that is there, or the first that was let in with these bytes."""
        key = parcel.door.project.pk, parcel.lodged.picture.sha256
        return self.pictures.get(key, parcel.lodged.picture)

    def lets(self, parcel: Parcel) -> bool:
        """Whether it may be sent now; then it has its place at the provider."""
        provider = self.providers.get(parcel.provider.pk)
        if provider is None or not _is_same(provider, parcel.provider):
            return False
        if self.picture(parcel).trashed_at is not None:
            return False
        if self.rooms[provider.pk] <= 0:
            return False
        if not (self._door(parcel) and self._is_agreed(parcel)):
            return False
        self.rooms[provider.pk] -= 1
        self._keep(parcel)
        return True

    def _keep(self, parcel: Parcel) -> None:
        """Let those that come after with the same bytes have its picture."""
        key = parcel.door.project.pk, parcel.lodged.picture.sha256
        self.pictures.setdefault(key, parcel.lodged.picture)

    def binds(self, parcel: Parcel) -> bool:
        """Whether a budget has to be asked."""
        opened, edit = self._door(parcel), parcel.edit
        if opened is None:
            return True
        return budgets.binds(opened, edit.api_key, self.providers[parcel.provider.pk])

    def pulse(self, parcel: Parcel) -> int:
        """The project's count of changes with this one: it is locked since it was read."""
        opened = self._door(parcel)
        return opened.project.pulse + 1 if opened else 0

    def _door(self, parcel: Parcel) -> Door | None:
        door = parcel.door
        key = ("door", door.project.pk, door.user.pk)
        if key not in self._known:
            try:
                self._known[key] = fetch.door_again(door, Action.EDIT)
            except (Http404, PermissionDenied):
                self._known[key] = None
        found: Door | None = self._known[key]
        return found

    def _is_agreed(self, parcel: Parcel) -> bool:
        user, host = parcel.door.user.pk, consents.host_of(parcel.provider)
        key = ("agreed", parcel.provider.pk, user, host)
        if key not in self._known:
            self._known[key] = consents.covers(parcel.provider, user, host)
        return bool(self._known[key])


@cache
def _providers() -> Prepared[Provider, Provider]:
    rows = circuit.available().filter(pk=ANY_KEY)
    return Prepared(rows.select_for_update(no_key=True), kept=32)


@cache
def _originals() -> Prepared[Picture, Picture]:
    rows = Picture.objects.filter(kind=PictureKind.ORIGINAL)
    return Prepared(rows.filter(project=ANY_KEY, sha256=ANY_TEXT))


def at_work(provider: int) -> QuerySet[Edit]:
    """Edits that are on their way to a provider, and those that wait and are due.

    With all states in one condition an index leads to these few, whatever a provider has done.
    """
    states = (*WAITING_STATES, *circuit.IN_FLIGHT)
    has_turn = ~Q(state__in=WAITING_STATES) | Q(next_run_at__lte=Now())
    return Edit.objects.filter(has_turn, provider=provider, state__in=states).order_by()


@cache
def _busy() -> Prepared[Edit, tuple[str, int]]:
    """How many of these are in each state."""
    return Prepared(at_work(ANY_KEY).values_list("state").annotate(n=Count("pk")))


def _room(provider: Provider) -> int:
    """How many more edits it takes, over all workers; none where some wait for it already."""
    counts = dict(_busy()({ANY_KEY: provider.pk}))
    if any(state in WAITING_STATES for state in counts):
        return 0
    return circuit.most_at_once(provider) - sum(counts.values())


# What changes with every answer, and means nothing for what is sent.
_PASSING = frozenset({"failures", "open_until", "trouble"})


def _is_same(one: Provider, other: Provider) -> bool:
    """Whether nothing was changed of a provider since it was read to plan by."""
    lasting = _lasting()
    return bool(lasting(one) == lasting(other))


@cache
def _lasting() -> attrgetter[tuple[Any, ...]]:
    names = [field.attname for field in Provider._meta.concrete_fields]
    return attrgetter(*(name for name in names if name not in _PASSING))
