"""`manage.py fakeprovider`: a service to try paid edits on, which costs nothing."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PACKAGE = "tests.faults.fake_provider"
PORT = 8800


class Command(BaseCommand):
    """Becomes the fake provider of the test suite: a process that knows nothing of the studio."""

    help = "Runs a made-up provider that draws by itself, and can fail in every way there is."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What a person wants to play with; all else is in `python -m tests.faults.fake_provider`."""
        parser.add_argument("--port", type=int, default=PORT, help="0 takes any free one")
        parser.add_argument("--ledger", help="file for what was received (default: a new one)")
        parser.add_argument("--delay", type=float, default=3, help="seconds an edit takes")
        parser.add_argument(
            "--drift", default="", help="what it does to other pixels: shift+noise, mask-ignored, …"
        )
        parser.add_argument("--faults", action="store_true", help="list the faults and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Turn into the provider; nothing of this process is left."""
        if not (settings.BASE_DIR.joinpath(*PACKAGE.split(".")) / "__main__.py").is_file():
            raise CommandError(
                "The fake provider belongs to the tests, and there are none here: "
                "take a full checkout of Pentimento."
            )
        names = ("port", "ledger", "delay", "drift")
        flags = [f"--{name}={options[name]}" for name in names if options[name] not in (None, "")]
        flags += ["--faults"] if options["faults"] else ["--explain"]
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", PACKAGE, *flags])  # noqa: S606
