"""`manage.py worker`: runs edits until told to stop."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from editor.engines.openai import dial
from editor.management.prepare import complaints, follow_settings
from editor.pipeline.assembly import new_dispatch

if TYPE_CHECKING:
    from editor.pipeline.dispatch.local import LocalDispatch


class Command(BaseCommand):
    """One worker process; start as many as the machine bears."""

    help = "Runs queued edits. Stops cleanly on SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer --slots and --drain."""
        parser.add_argument("--slots", type=int, default=settings.WORKER_SLOTS)
        parser.add_argument("--drain", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        if options["slots"] < 1:
            raise CommandError("--slots must be 1 or more.")
        follow_settings()
        for complaint in complaints():
            self.stderr.write(complaint)
        asyncio.run(self._run(options["slots"], drain=options["drain"]))

    async def _run(self, slots: int, *, drain: bool) -> None:
        dispatch: LocalDispatch = new_dispatch(slots=slots)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, dispatch.stop)
        dial.get_ready()
        self.stdout.write(f"Worker ready, {slots} edits at once.")
        await dispatch.run(drain=drain)
