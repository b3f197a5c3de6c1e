"""The test of a provider: one tiny edit that is sent for real, measured, paid for and written down."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.engines.costs import CostRange
from editor.engines.errors import EngineError, Execution, ProviderError, Trouble
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.openai.provider import ProviderConfig
from editor.engines.plans import Wanted
from editor.models import CostBasis, LedgerEntry, LedgerKind, Provider
from editor.services import activities, budgets, providers

type Findings = Mapping[str, Any]
type Price = tuple[int, str]
type Probe = Callable[[ProviderConfig, str], Awaitable[Findings]]

TOTAL_SECONDS: Final = 120.0
# Whoever ran one that is older died amid it.
FORGOTTEN_AFTER: Final = timedelta(minutes=10)
BROKE_OFF: Final = "probe_broke_off"
# What the test asks for: the smallest that every model draws.
CROP: Final = (1024, 1024)
PROMPT: Final = "Fill the masked part with plain red."


class Busy(Exception):
    """A test of this provider is under way."""


def cost(provider: Provider, name: str) -> CostRange:
    """Return what a test of this model may cost."""
    engine = OpenAICompatible(providers.config(provider, with_key=False), name)
    # The first quality is the lowest.
    asked = {"quality": engine.abilities.qualities[0]} if engine.abilities.qualities else {}
    wanted = Wanted(crop=CROP, has_mask=True, prompt=PROMPT, parameters=asked)
    return engine.plan(wanted).cost


def run(*, room: ProviderRoom, provider: Provider, name: str) -> Findings:
    """Send one tiny edit, keep what was found, and return it; takes up to two minutes.

    Raises Busy, vault.WrongKey, budgets.Refused, and what the doorkeeper raises.
    """
    config = providers.config(provider)
    lock = f"provider-test:{provider.pk}"
    if not cache.add(lock, 1, timeout=TOTAL_SECONDS + 30):
        raise Busy
    try:
        findings = _pay_and_measure(_reserve(room, provider, name), config)
        _keep(room, provider, name, findings)
    finally:
        cache.delete(lock)
    return findings


def forgotten() -> QuerySet[LedgerEntry]:
    """Return the reservations of tests that never came to their end."""
    ended = LedgerEntry.objects.filter(probe=OuterRef("probe"), kind=LedgerKind.RELEASE)
    tests = LedgerEntry.objects.filter(~Exists(ended), probe__isnull=False, kind=LedgerKind.RESERVE)
    return tests.filter(created_at__lt=Now() - FORGOTTEN_AFTER).order_by("pk")


def settle_forgotten() -> None:
    """Count what tests may have cost whose process died: what left may have been charged."""
    for reserved in forgotten():
        _settle(reserved, _failed(BROKE_OFF, Execution.UNKNOWN))


@transaction.atomic
def _reserve(room: ProviderRoom, provider: Provider, name: str) -> LedgerEntry:
    """Set aside what the test may cost. Raises budgets.Refused."""
    high = cost(provider, name).high
    project = room.project.pk if room.project else None
    budgets.check_outlay(budgets.Outlay(project, room.user.pk, provider.pk, high))
    return LedgerEntry.objects.create(
        project=room.project,
        actor=room.user,
        provider=provider,
        model=name,
        probe=uuid.uuid4(),
        kind=LedgerKind.RESERVE,
        micros=high or 0,
        basis=CostBasis.UNKNOWN if high is None else CostBasis.ESTIMATE,
    )


def _pay_and_measure(reserved: LedgerEntry, config: ProviderConfig) -> Findings:
    try:
        findings = _measure(config, reserved.model)
    except BaseException:
        _settle(reserved, _failed(BROKE_OFF, Execution.UNKNOWN))
        raise
    _settle(reserved, findings)
    return findings


def _measure(config: ProviderConfig, name: str) -> Findings:
    probe: Probe = import_string(settings.PROVIDER_PROBE)

    async def within_time() -> Findings:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await probe(config, name)

    try:
        return async_to_sync(within_time)()
    except TimeoutError:
        return _failed("probe_too_slow", Execution.UNKNOWN)
    except EngineError as error:
        said = error.upstream.text if isinstance(error, ProviderError) else error.message
        return _failed(error.code, error.execution, said)


def _failed(code: str, execution: Execution, text: str = "") -> Findings:
    return {"error": {"code": code, "execution": execution, "text": text}}


@transaction.atomic
def _settle(reserved: LedgerEntry, findings: Findings) -> None:
    """Write what the test cost; nothing where it is proven that the service did no work."""
    price = reserved.micros, reserved.basis
    _add(reserved, LedgerKind.RELEASE, price)
    if (findings.get("error") or {}).get("execution") != Execution.NO:
        _add(reserved, LedgerKind.SETTLE, _charged(findings) or price)


def _add(reserved: LedgerEntry, kind: LedgerKind, price: Price) -> None:
    """Write a row of the same test, once; it counts for the day of the reservation."""
    LedgerEntry.objects.get_or_create(
        probe=reserved.probe,
        kind=kind,
        defaults={
            "project_id": reserved.project_id,
            "actor_id": reserved.actor_id,
            "provider_id": reserved.provider_id,
            "model": reserved.model,
            "micros": price[0],
            "basis": price[1],
            "day": reserved.day,
        },
    )


def _charged(findings: Findings) -> Price | None:
    """What the probe knows of the cost, if anything."""
    micros, basis = findings.get("cost_micros"), findings.get("cost_basis")
    return (int(micros), str(basis)) if micros is not None and basis in CostBasis else None


@transaction.atomic
def _keep(room: ProviderRoom, provider: Provider, name: str, findings: Findings) -> None:
    """Write what was found of a model to a provider that is still the one that was tested."""
    row = fetch.provider_again(room, provider)
    if row.version != provider.version:
        return
    error = findings.get("error") or {}
    kept = {model: found for model, found in row.tests.items() if model in row.offered}
    row.probed_at = timezone.now()
    row.probe = {**kept, name: {"at": row.probed_at.isoformat(), **findings}}
    if not error:
        row.trouble, row.failures, row.open_until = "", 0, None
    elif findings.get("key") and row.trouble == Trouble.KEY_REJECTED:
        row.trouble = ""
    row.save(update_fields=["probe", "probed_at", "trouble", "failures", "open_until"])
    if room.project:
        said = {"mask": findings.get("mask", ""), "error": error.get("code", "")}
        kind = "provider.tested"
        activities.record(kind, room.project, actor=room.user, provider=row.public_id, **said)
