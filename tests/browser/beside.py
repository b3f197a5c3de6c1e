"""Programs run beside a studio, on its data, by one process that has loaded Django for them all."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from tests.prepared import ROOT

if TYPE_CHECKING:
    from pathlib import Path


class Beside:
    """The process beside one studio; it starts with the first program."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process: subprocess.Popen[str] | None = None

    def run(self, program: str) -> str:
        """Run a program to its end; return what it printed."""
        process = self.process = self.process or self._start()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(program) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            self.close()
            raise AssertionError("the program failed: why stands in what went to stderr")
        return str(json.loads(answer))

    def close(self) -> None:
        """Let the process end, if there is one."""
        if self.process:
            self.process.communicate()
            self.process = None

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | {
            "PENTIMENTO_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "project.settings.prod",
        }
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-m", "tests.browser.beside"]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True
        )


def serve() -> None:
    """Run each program that comes and answer with what it printed; one that fails ends it."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    for line in sys.stdin:
        with redirect_stdout(io.StringIO()) as printed:
            call_command("shell", command=json.loads(line), verbosity=0)
        connections.close_all()
        sys.stdout.write(json.dumps(printed.getvalue()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
