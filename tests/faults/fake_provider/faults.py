"""Every fault by its name, with one line each. Importing the modules enters them."""

from __future__ import annotations

from tests.faults.fake_provider import bodies, deliveries, statuses, streams
from tests.faults.fake_provider.registry import FAULTS, Fault, Spec, Stage, parse_spec

__all__ = ["FAULTS", "MODULES", "Fault", "Spec", "Stage", "listing", "parse_spec"]

MODULES = (statuses, deliveries, bodies, streams)


def listing() -> str:
    """Return a line for each fault, for people."""
    width = max(map(len, FAULTS))
    return "\n".join(f"{fault.name:<{width}}  {fault.line}" for fault in FAULTS.values())
