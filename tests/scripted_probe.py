"""What a provider's test finds, as a test wants it (settings.PROVIDER_PROBE)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from editor.engines.errors import ErrorClass, Execution, ProviderError, Upstream

if TYPE_CHECKING:
    from editor.engines.openai.provider import ProviderConfig

GOOD: dict[str, Any] = {
    "reachable": True,
    "key": True,
    "mask": "obeyed",
    "size": [1024, 1024],
    "asked": [1024, 1024],
    "shift": 0.4,
    "seconds": 23.4,
    "error": None,
}


async def good(provider: ProviderConfig, model: str) -> dict[str, Any]:
    return GOOD


async def counted(provider: ProviderConfig, model: str) -> dict[str, Any]:
    return {**GOOD, "cost_micros": 6125, "cost_basis": "usage"}


async def rejected(provider: ProviderConfig, model: str) -> dict[str, Any]:
    error = {"code": "key_rejected", "execution": "no", "text": "Incorrect API key provided"}
    return {"reachable": True, "key": False, "error": error}


async def moderated(provider: ProviderConfig, model: str) -> dict[str, Any]:
    error = {"code": "moderation_blocked", "execution": "no", "text": "Not this picture"}
    return {"reachable": True, "key": True, "error": error}


async def broken_off(provider: ProviderConfig, model: str) -> dict[str, Any]:
    raise ProviderError(
        "The connection broke off.",
        code="connection_lost",
        error_class=ErrorClass.UNKNOWN,
        execution=Execution.UNKNOWN,
        upstream=Upstream(text="reset by peer"),
    )


async def out_of_time(provider: ProviderConfig, model: str) -> dict[str, Any]:
    raise TimeoutError


async def crashing(provider: ProviderConfig, model: str) -> dict[str, Any]:
    raise RuntimeError("a mistake of ours")
