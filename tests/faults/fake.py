"""Starting the fake provider for a test, asking it what it received, telling it what to do.

    with fake_provider(delay=0.1) as fake:
        provider = make_provider(base_url=fake.base_url, …)
        fake.script(next=["429-retry-after:1", "ok"])
        …
        assert len(fake.executions(token)) == 1

Names of faults are in `tests.faults.fake_provider.faults`; `fake.failing("reset:0.5")` is a base
URL where every request meets that fault.
"""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30
# All of this is plain HTTP; reading a hundred authorities for every client would take its time.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class Fake:
    """A running fake provider. ``elsewhere`` is its canary on another host."""

    home: str
    elsewhere: str
    pid: int

    @property
    def base_url(self) -> str:
        """What a provider record holds as its address."""
        return f"{self.home}/v1"

    def failing(self, spec: str) -> str:
        """Return a base URL where every request (or ``*TIMES``) meets this fault."""
        return f"{self.home}/~{spec}~/v1"

    def ledger(self, kind: str = "edit") -> list[dict[str, Any]]:
        """Return what was fully received; ``kind``: edit, models, download or canary."""
        lines = self._call("GET", "/ledger")
        return [line for line in lines if line["kind"] == kind]

    def executions(self, token: object = None) -> list[dict[str, Any]]:
        """Return the requests that a real service would have charged, of one token or all."""
        charged = [line for line in self.ledger() if line["charged"]]
        return [line for line in charged if token is None or line["token"] == str(token)]

    def script(self, **orders: Any) -> None:
        """Order what comes: ``next=[…]`` faults, and ``drift``, ``delay``, ``done`` for all."""
        self._call("POST", "/script", json=orders)

    def forget(self) -> None:
        """Empty the ledger."""
        self._call("DELETE", "/ledger")

    def _call(self, method: str, path: str, **options: Any) -> Any:
        with httpx.Client(verify=NO_TLS, trust_env=False, timeout=PATIENCE_SECONDS) as client:
            response = client.request(method, self.home + path, **options)
        if response.is_error:
            raise ValueError(response.text)
        return response.json()


@contextmanager
def fake_provider(**options: object) -> Iterator[Fake]:
    """Start one as a process of its own on a free port; killed at the end."""
    flags = [f"--{name}={value}" for name, value in options.items() if value is not True]
    flags += [f"--{name}" for name, value in options.items() if value is True]
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.faults.fake_provider"]
        process = subprocess.Popen(
            [*command, f"--ledger={folder}/ledger.jsonl", *flags],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout
            home, elsewhere = process.stdout.readline().split()
            yield Fake(home, elsewhere, process.pid)
        finally:
            process.kill()
            process.communicate()


def refused_port() -> int:
    """Return a port of 127.0.0.1 where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue is full: connections to it are neither taken nor refused."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        queued = [socket.socket() for _number in range(3)]
        for caller in queued:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for caller in queued:
                caller.close()


@contextmanager
def hanging_up_port() -> Iterator[int]:
    """A port that resets every connection at its first byte."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        thread = threading.Thread(target=_hang_up, args=[listener], daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _hang_up(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the listener was shut down
        with connection:
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
