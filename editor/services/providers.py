"""Providers: who may use which, what their engines need to know of them, and how they change."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.engines.openai.catalog import Model, Preset, adapted, catalog, offered, spoken
from editor.engines.openai.provider import ProviderConfig, Timeouts
from editor.models import Project, Provider, ProviderSource
from editor.models.prepared import ANY_KEY, Prepared
from editor.services import activities, addresses, vault

logger = logging.getLogger(__name__)

NAME_LENGTH: Final = 80
ENDS_SOON: Final = timedelta(days=60)
# The end of a short key would be too much of it.
SHOWN_FROM: Final = 12
HIDDEN_TAIL: Final = "····"


class KeyNeeded(Exception):
    """Another server is named: it gets no key that was entered for the old one."""


def usable(project: Project) -> QuerySet[Provider]:
    """Return the providers a project's members may send edits to, the instance's first."""
    return known(project).filter(is_enabled=True)


def known(project: Project) -> QuerySet[Provider]:
    """Return the same together with those that were taken out of use."""
    ours = Q(project=project) | Q(project=None)
    return Provider.objects.filter(ours, deleted_at=None).order_by("project_id", "pk")


def read_known(project: Project) -> list[Provider]:
    """Return all of `known`, as every call of a program asks. One query."""
    return _known()({ANY_KEY: project.pk})


@cache
def _known() -> Prepared[Provider, Provider]:
    return Prepared(known(Project(pk=ANY_KEY)))


def config(provider: Provider, *, with_key: bool = True) -> ProviderConfig:
    """Return what an engine needs to know of a provider; without the key it plans, no more.

    Raises vault.WrongKey when the key is wanted and cannot be read.
    """
    preset = spoken_preset(provider)
    return ProviderConfig(
        id=provider.public_id,
        name=provider.name,
        base_url=provider.base_url,
        preset=preset,
        models={name: model(provider, name) for name in provider.offered},
        key=_key(provider) if with_key else "",
        resend_safe=provider.resend_safe,
        any_private=provider.source != ProviderSource.OWNER,
        networks=settings.PRIVATE_PROVIDERS,
        timeouts=Timeouts(**{**preset.manner.get("timeouts", {}), **provider.timeouts}),
        learned={name: frozenset(refused) for name, refused in provider.learned.items()},
    )


def model(provider: Provider, name: str) -> Model:
    """Return a model as this provider offers it."""
    listed = listed_model(provider.preset, name)
    changes: dict[str, Any] = provider.overrides.get(name, {})
    try:
        return adapted(listed, changes)
    except (TypeError, ValueError) as error:
        # Entered under another version's rules: the pages must open, so that it can be mended.
        logger.warning("provider %s, model %s: %s", provider.public_id, name, error)
        return listed


def listed_preset(provider: Provider) -> Preset:
    """Return the kind of service as the catalog has it; the general one where that lost it."""
    presets = catalog().presets
    return presets.get(provider.preset) or presets["generic"]


def spoken_preset(provider: Provider) -> Preset:
    """Return the kind of service with what this provider's owner changed of its manner."""
    listed = listed_preset(provider)
    changes: dict[str, Any] = provider.manner
    try:
        return spoken(listed, changes)
    except (TypeError, ValueError) as error:
        # As above.
        logger.warning("provider %s, its manner: %s", provider.public_id, error)
        return listed


def listed_model(preset: str, name: str) -> Model:
    """Return a model as the catalog has it for this kind of service."""
    return offered(preset, name)


def lasting(preset: Preset) -> list[str]:
    """Return a preset's models without those whose end is near; all of them when none is left."""
    last = timezone.localdate() + ENDS_SOON
    ends = {name: listed_model(preset.id, name).ends for name in preset.models}
    return [name for name, day in ends.items() if day is None or day > last] or list(ends)


def _key(provider: Provider) -> str:
    if provider.source == ProviderSource.ENVIRONMENT:
        return str(settings.OPENAI_API_KEY)
    return vault.open_sealed(provider.key_encrypted) if provider.key_encrypted else ""


def tail(key: str) -> str:
    """Return what may be shown of a key; never empty when there is one."""
    return key[-4:] if len(key) >= SHOWN_FROM else HIDDEN_TAIL if key else ""


def key_is_readable(provider: Provider) -> bool:
    """Whether this instance can open the provider's key."""
    return vault.opens(provider.key_encrypted)


def listed(room: ProviderRoom) -> list[Provider]:
    """Return the providers looked after in this room. One query."""
    rows = Provider.objects.filter(project=room.project, deleted_at=None)
    return list(rows.order_by("-is_enabled", "name", "pk"))


def shared_with(project: Project) -> list[Provider]:
    """Return the instance's providers that a project's members may use. One query."""
    return list(usable(project).filter(project=None).order_by("name", "pk"))


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be said of a provider; an empty ``key`` leaves the stored one as it is."""

    name: str
    preset: str
    base_url: str
    offered: tuple[str, ...]
    key: str = field(default="", repr=False)
    concurrency: int = 8
    resend_safe: bool = False
    timeouts: Mapping[str, float] | None = None
    budget_micros: int | None = None


@transaction.atomic
def create(*, room: ProviderRoom, wanted: Settings) -> Provider:
    """Return a new provider. Raises what the doorkeeper raises."""
    room = fetch.provider_room_again(room)
    made = Provider(
        project=room.project,
        source=ProviderSource.OWNER if room.project else ProviderSource.STAFF,
        created_by=room.user,
    )
    _write(made, wanted)
    _set_key(made, wanted.key)
    made.save()
    record("provider.added", room, made)
    return made


@transaction.atomic
def change(*, room: ProviderRoom, provider: Provider, wanted: Settings) -> Provider:
    """Return the provider as it is now. Raises KeyNeeded, and what the doorkeeper raises."""
    row = fetch.provider_again(room, provider)
    moves = not addresses.same_origin(row.base_url, wanted.base_url)
    if moves and row.key_tail and not wanted.key:
        raise KeyNeeded
    if moves or wanted.key:
        _check_ours(row)
    before = _values(row)
    _write(row, wanted)
    _set_key(row, wanted.key)
    if moves:
        row.learned = {}
    if moves or row.preset != before["preset"]:
        forget_tests(row)
    if moves or wanted.key:
        _forgive(row)
    changed = [name for name, value in _values(row).items() if value != before[name]]
    if changed or wanted.key:
        save(row)
        record("provider.changed", room, row, fields=changed, key=bool(wanted.key))
    return row


@transaction.atomic
def switch(*, room: ProviderRoom, provider: Provider, on: bool) -> Provider:
    """Take a provider into use, or out of it; what was sent already is not called back."""
    row = fetch.provider_again(room, provider)
    if row.is_enabled != on:
        row.is_enabled = on
        save(row)
        record("provider.switched_on" if on else "provider.switched_off", room, row)
    return row


@transaction.atomic
def delete(*, room: ProviderRoom, provider: Provider) -> None:
    """Forget the key and end its use; the row stays for the edits that were sent to it."""
    row = fetch.provider_again(room, provider)
    _check_ours(row)
    row.key_encrypted, row.key_tail, row.is_enabled = "", "", False
    row.deleted_at = timezone.now()
    save(row)
    record("provider.deleted", room, row)


@transaction.atomic
def adapt(
    *, room: ProviderRoom, provider: Provider, name: str, changes: Mapping[str, Any]
) -> Provider:
    """Lay values over those the catalog has of a model; none puts the catalog's back.

    Raises ValueError when they make no sense, and what the doorkeeper raises.
    """
    row = fetch.provider_again(room, provider)
    adapted(listed_model(row.preset, name), changes)
    if row.overrides.get(name, {}) != changes:
        row.overrides = {key: value for key, value in row.overrides.items() if key != name}
        if changes:
            row.overrides[name] = dict(changes)
        save(row)
        record("provider.model_changed", room, row, model=name, fields=sorted(changes))
    return row


@transaction.atomic
def relearn(*, room: ProviderRoom, provider: Provider, name: str) -> Provider:
    """Forget which parameters the service refused to take of a model: they are sent again."""
    row = fetch.provider_again(room, provider)
    if row.learned.pop(name, None):
        save(row)
        record("provider.model_changed", room, row, model=name, fields=["learned"])
    return row


def unreadable() -> list[Provider]:
    """Return the providers whose keys this instance cannot open. One query."""
    rows = Provider.objects.exclude(key_encrypted="").filter(deleted_at=None)
    return [row for row in rows.order_by("pk") if not key_is_readable(row)]


def rotate() -> tuple[int, list[Provider]]:
    """Encrypt every key anew with the first encryption key; return how many, and which cannot be.

    Each row is written by itself, so that the studio goes on meanwhile.
    """
    done, failed = 0, []
    for row in Provider.objects.exclude(key_encrypted="").order_by("pk"):
        try:
            fresh = vault.resealed(row.key_encrypted)
        except vault.WrongKey:
            failed.append(row)
            continue
        # A key that was entered meanwhile is sealed with the new one already.
        same = Provider.objects.filter(pk=row.pk, key_encrypted=row.key_encrypted)
        done += same.update(key_encrypted=fresh)
    return done, failed


def _check_ours(row: Provider) -> None:
    if row.source == ProviderSource.ENVIRONMENT:
        raise PermissionDenied(_("Its key and address stand in the server\u2019s settings."))


def forget_tests(row: Provider) -> None:
    """Drop what was found of another server, or when it was asked in another manner."""
    row.probe, row.probed_at = {}, None


def _write(row: Provider, wanted: Settings) -> None:
    # What was changed of one kind's manner means nothing for another kind.
    row.manner = row.manner if row.preset == wanted.preset else {}
    row.name, row.preset, row.base_url = wanted.name, wanted.preset, wanted.base_url
    row.offered = list(wanted.offered)
    row.concurrency, row.resend_safe = wanted.concurrency, wanted.resend_safe
    row.timeouts = dict(wanted.timeouts or {})
    row.budget_micros = wanted.budget_micros


def _set_key(row: Provider, key: str) -> None:
    if key:
        row.key_encrypted, row.key_tail = vault.seal(key), tail(key)


def _forgive(row: Provider) -> None:
    """End a rest that the old key or address was the reason of."""
    row.trouble, row.failures, row.open_until = "", 0, None


def _values(row: Provider) -> dict[str, Any]:
    names = ("name", "preset", "base_url", "offered", "concurrency", "resend_safe", "timeouts")
    return {name: getattr(row, name) for name in (*names, "budget_micros")}


def save(row: Provider) -> None:
    """Write a locked row with a new version: edits say with which one they were made."""
    row.version += 1
    row.save()


def record(kind: str, room: ProviderRoom, row: Provider, **detail: Any) -> None:
    """Write the record: of the project, or for the instance in the log. Never keys or addresses."""
    if room.project:
        activities.record(kind, room.project, actor=room.user, provider=row.public_id, **detail)
    else:
        logger.info("%s: provider %s, by account %s", kind, row.public_id, room.user.pk)


def labels(presets: Iterable[str]) -> list[tuple[str, str]]:
    """Return the choices of presets, with the one that a row has though the catalog lost it."""
    known = {preset.id: preset.label for preset in catalog().presets.values()}
    return [*known.items(), *((name, name) for name in presets if name not in known)]
