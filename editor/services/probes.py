"""The test of a provider: one tiny edit that is sent for real, measured, paid for and written down."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
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
from editor.services import activities, providers

type Findings = Mapping[str, Any]
type Price = tuple[int, str]
type Probe = Callable[[ProviderConfig, str], Awaitable[Findings]]

TOTAL_SECONDS: Final = 120.0
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

    Raises Busy, vault.WrongKey, and what the doorkeeper raises.
    """
    config = providers.config(provider)
    lock = f"provider-test:{provider.pk}"
    if not cache.add(lock, 1, timeout=TOTAL_SECONDS + 30):
        raise Busy
    try:
        price = _price(provider, name)
        _write(room, provider, name, LedgerKind.RESERVE, price)
        findings = {"model": name, **_measure(config, name)}
        _settle(room, provider, findings, price)
        _keep(room, provider, findings)
    finally:
        cache.delete(lock)
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
def _settle(room: ProviderRoom, provider: Provider, findings: Findings, price: Price) -> None:
    """Write what the test cost; nothing where it is proven that the service did no work."""
    _write(room, provider, findings["model"], LedgerKind.RELEASE, price)
    if (findings.get("error") or {}).get("execution") != Execution.NO:
        _write(room, provider, findings["model"], LedgerKind.SETTLE, _charged(findings) or price)


def _charged(findings: Findings) -> Price | None:
    """What the probe knows of the cost, if anything."""
    micros, basis = findings.get("cost_micros"), findings.get("cost_basis")
    return (int(micros), str(basis)) if micros is not None and basis in CostBasis else None


@transaction.atomic
def _keep(room: ProviderRoom, provider: Provider, findings: Findings) -> None:
    """Write what was found to a provider that is still the one that was tested."""
    row = fetch.provider_again(room, provider)
    if row.version != provider.version:
        return
    error = findings.get("error") or {}
    row.probe, row.probed_at = dict(findings), timezone.now()
    if not error:
        row.trouble, row.failures, row.open_until = "", 0, None
    elif findings.get("key") and row.trouble == Trouble.KEY_REJECTED:
        row.trouble = ""
    row.save(update_fields=["probe", "probed_at", "trouble", "failures", "open_until"])
    if room.project:
        said = {"mask": findings.get("mask", ""), "error": error.get("code", "")}
        kind = "provider.tested"
        activities.record(kind, room.project, actor=room.user, provider=row.public_id, **said)


def _price(provider: Provider, name: str) -> Price:
    high = cost(provider, name).high
    return (0, CostBasis.UNKNOWN) if high is None else (high, CostBasis.ESTIMATE)


def _write(
    room: ProviderRoom, provider: Provider, name: str, kind: LedgerKind, price: Price
) -> None:
    LedgerEntry.objects.create(
        project=room.project,
        actor=room.user,
        provider=provider,
        model=name,
        kind=kind,
        micros=price[0],
        basis=price[1],
    )
