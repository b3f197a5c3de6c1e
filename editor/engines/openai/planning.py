"""What is sent for a wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.engines.costs import CostRange
from editor.engines.plans import Plan

if TYPE_CHECKING:
    from editor.engines.openai.catalog import Model
    from editor.engines.openai.provider import ProviderConfig
    from editor.engines.plans import Wanted


def plan(provider: ProviderConfig, model: Model, wanted: Wanted) -> Plan:
    """Return what would be sent."""
    return Plan(None, dict(wanted.parameters), (), CostRange(None, None))
