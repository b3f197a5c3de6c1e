"""Who sends the calls of an event loop that need no worker."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.conf import settings

from editor.api.entrance import penned
from editor.api.per_loop import PerLoop
from editor.pipeline.carrier import Carrier, Timing
from editor.pipeline.database import DatabaseThread
from editor.pipeline.owners import new_owner
from editor.services.engines import Engines


@cache
def _sending() -> Engines:
    """Engines of providers that send; nothing in this process opens what comes."""
    return Engines(sends=True)


def _new() -> Carrier:
    return Carrier(
        registry=_sending(),
        database=DatabaseThread(run=penned),
        timing=Timing(settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS),
        owner=new_owner(),
    )


carrier: Final = PerLoop(_new)
