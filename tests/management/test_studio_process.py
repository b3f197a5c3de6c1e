"""The real studio with its real children: it heals, and it leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.management.processes import PATIENCE_SECONDS, is_running, wait_for

ROOT = Path(__file__).resolve().parent.parent.parent


class Studio:
    """A running studio: its process, its address, its data folder."""

    def __init__(self, data: Path, **more: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = int(server.getsockname()[1])
        wanted = {"PENTIMENTO_DATA": str(data), "DJANGO_SETTINGS_MODULE": "project.settings.prod"}
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "PENTIMENTO_HOST"}}
        self.log = data.with_name("studio.log")
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "studio", "--port", str(self.port)],
                cwd=ROOT,
                env=kept | wanted | more,
                stdout=out,
            )

    def said(self, text: str) -> bool:
        """Whether the studio has printed a text by now."""
        return text in self.log.read_text()

    def descendants(self) -> list[int]:
        """Every process below the studio, whichever group it is in."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            try:
                listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            except FileNotFoundError:
                continue
            todo += [int(child) for child in listed.split()]
            found += [int(child) for child in listed.split()]
        return found

    def child(self, word: str) -> int:
        """The pid of the direct child whose command line holds a word; 0 if there is none."""
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if word in Path(f"/proc/{child}/cmdline").read_text():
                return int(child)
        return 0

    def is_well(self, probe: str) -> bool:
        """Whether a probe of the web answers 200: `readyz` asks for a worker's heartbeat too."""
        try:
            url = f"http://127.0.0.1:{self.port}/{probe}"
            with urllib.request.urlopen(url, timeout=2) as response:
                return bool(response.status == 200)
        except OSError:
            return False


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    running = Studio(tmp_path / "data")
    wait_for(lambda: running.said(f"Pentimento is at http://127.0.0.1:{running.port}/\n"))
    yield running
    running.process.kill()
    running.process.wait()


def test_dead_children_are_replaced_and_a_stop_is_clean(studio: Studio) -> None:
    wait_for(lambda: studio.is_well("readyz"))
    for word in ("gunicorn", "worker"):
        old = studio.child(word)
        os.kill(old, signal.SIGKILL)
        wait_for(lambda word=word, old=old: studio.child(word) not in {0, old})  # type: ignore[misc]
    wait_for(lambda: studio.is_well("readyz"))
    everybody = studio.descendants()
    studio.process.terminate()
    assert studio.process.wait(PATIENCE_SECONDS) == 0
    assert studio.said("The web server ended (SIGKILL); next start in 0.5 s.\n")
    assert studio.said("The worker ended (SIGKILL); next start in 0.5 s.\n")
    assert not [pid for pid in everybody if is_running(pid)]


def test_a_killed_studio_leaves_nobody_and_a_free_port(studio: Studio) -> None:
    everybody = studio.descendants()
    assert len(everybody) >= 3
    studio.process.kill()
    wait_for(lambda: not [pid for pid in everybody if is_running(pid)])
    with socket.create_server(("127.0.0.1", studio.port)):
        pass
