"""Previews of what programs brought and asked for, made when there is time: nobody waits for them.

What is in line when the worker ends is not made here: whoever looks first makes it then.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Final

from editor.engines.base import Children
from editor.imaging.sandbox.client import patiently
from editor.imaging.sandbox.wire import ChildJob
from editor.models import Picture
from editor.pipeline.desk import Database
from editor.services import media, previews
from editor.services.recipes import recipe

logger = logging.getLogger(__name__)

JOB: Final = "editor.imaging.overlay:previews"
# Of more than these the oldest are left to whoever looks at them.
MOST: Final = 500


class Previewer:
    """Makes them one by one, the newest edit's first: its picture is looked at first as well."""

    def __init__(self, database: Database, sandbox: Children) -> None:
        self._database = database
        self._sandbox = sandbox
        self._waiting: deque[Sequence[Picture]] = deque(maxlen=MOST)
        self._idle = asyncio.Event()
        self._rung = asyncio.Event()
        self._idle.set()

    def add(self, pictures: Sequence[Picture]) -> None:
        """Take pictures into the line, those before what was made of them; some may have theirs."""
        self._waiting.append(pictures)
        self._idle.clear()
        self._rung.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            while self._waiting:
                for picture in self._waiting.pop():
                    await self._try(picture)
            self._idle.set()

    async def done(self) -> None:
        """Wait until nobody is in line."""
        await self._idle.wait()

    async def _try(self, picture: Picture) -> None:
        try:
            if not (picture.is_broken or await asyncio.to_thread(previews.are_there, picture)):
                await self._make(picture)
        except Exception as error:
            logger.info("picture %s has no previews yet", picture.public_id, exc_info=error)

    async def _make(self, picture: Picture) -> None:
        wanted = await self._database(recipe, picture)
        with media.scratch() as folder, patiently():
            size = [picture.width, picture.height]
            job = ChildJob(JOB, {"recipe": wanted, "size": size, "out_dir": str(folder)})
            await self._sandbox.run_each([job])
            await asyncio.to_thread(previews.adopt, picture, folder)
