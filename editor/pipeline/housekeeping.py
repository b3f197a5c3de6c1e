"""What a worker does once an hour: removes what was thrown away or kept, and is past its time."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.utils import timezone

from editor.services import leftovers, probes, purge, render_cache, trash

if TYPE_CHECKING:
    from editor.models import Leftover

logger = logging.getLogger(__name__)

type Database = Callable[..., Awaitable[Any]]

TURN = "housekeeping-turn"


async def keep_house(database: Database, *, every: float) -> None:
    """Do the round at once and then every `every` seconds, until cancelled.

    All workers of an instance share the turns: whoever asks first does this one.
    """
    while True:
        try:
            if await database(take_turn, every):
                await clean(database)
        except Exception:  # nobody would notice a worker that cleans no more
            logger.exception("the housekeeping failed; trying again next time")
        await asyncio.sleep(every)


def take_turn(every: float) -> bool:
    """Whether this round is ours; others see it as taken until shortly before the next."""
    return bool(cache.add(TURN, value=True, timeout=max(1, int(every * 0.95))))


async def clean(database: Database) -> None:
    """Purge what is due, batch by batch, so that edits are claimed in between."""
    await database(probes.settle_forgotten)
    before = timezone.now() - trash.grace()
    plan: purge.Plan = await database(purge.plan, before=before)
    for batch in purge.batches(plan):
        await database(purge.purge_pictures, batch, before=before)
        await _remove(database)
    for project in plan.projects:
        await database(purge.purge_project, project, before=before)
    await _remove(database)
    for folder in await database(leftovers.old_answers):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    await asyncio.to_thread(_sweep, await database(render_cache.strays))


def _sweep(strays: Sequence[Path]) -> None:
    """Drop what nobody will use of the cache, and what is too much of the rest."""
    for file in strays:
        file.unlink(missing_ok=True)
    render_cache.trim()


async def _remove(database: Database) -> None:
    """Remove files in a thread of their own: a slow disk must not hold the claims up."""
    found: Sequence[Leftover] = await database(leftovers.waiting)
    if found:
        await asyncio.to_thread(leftovers.remove_files, found)
        await database(leftovers.forget, found)
