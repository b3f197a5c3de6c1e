"""Who sends the calls of one event loop that need no worker."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Final
from weakref import WeakKeyDictionary

from django.conf import settings

from editor.api.entrance import penned
from editor.pipeline.carrier import Carrier, Timing
from editor.pipeline.database import DatabaseThread
from editor.pipeline.owners import new_owner
from editor.services.engines import Engines

_carriers: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Carrier]] = WeakKeyDictionary()


@cache
def _sending() -> Engines:
    """Engines of providers that send; nothing in this process opens what comes."""
    return Engines(sends=True)


def carrier() -> Carrier:
    """Return the carrier of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _carriers:
        _carriers[loop] = Carrier(
            registry=_sending(),
            database=DatabaseThread(run=penned),
            timing=Timing(settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS),
            owner=new_owner(),
        )
    return _carriers[loop]


def employ(one: Carrier) -> None:
    """Let another carrier do it in the running event loop."""
    _carriers[asyncio.get_running_loop()] = one
