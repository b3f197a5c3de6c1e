"""Open tabs, each on a connection of its own, that ask for news as a browser's do."""

from __future__ import annotations

import asyncio
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Tabs:
    """Counts of answers by status, and how long each took."""

    port: int
    path: str
    cookies: list[str]
    answers: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    async def poll(self, tabs: int, *, every: float, during: float) -> None:
        """Let that many tabs ask, each `every` seconds, beginning at moments of their own."""
        end = time.monotonic() + during
        chance = random.Random(1)
        jobs = [self._tab(n, chance.random() * every, every, end) for n in range(tabs)]
        await asyncio.gather(*jobs)

    async def _tab(self, number: int, start: float, every: float, end: float) -> None:
        await asyncio.sleep(start)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        request = self._request(self.cookies[number % len(self.cookies)])
        while time.monotonic() < end:
            begun = time.monotonic()
            writer.write(request)
            status = await _answer(reader)
            took = time.monotonic() - begun
            self.seconds.append(took)
            self.answers[status] = self.answers.get(status, 0) + 1
            # The next question is planned when the answer is there, as in pulse-poller.js.
            await asyncio.sleep(every)
        writer.close()

    def _request(self, cookie: str) -> bytes:
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {cookie}",
            *("HX-Request: true", "Accept: */*", "Accept-Language: en", "Connection: keep-alive"),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def processes_below(pid: int) -> list[int]:
    """All descendants of a process."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, look = [], [pid]
    while look:
        children = parents.get(look.pop(), [])
        found += children
        look += children
    return found


def web_processes(studio: int) -> list[int]:
    """The processes of a studio that serve requests."""
    return [
        pid
        for pid in processes_below(studio)
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def cpu_seconds(pids: list[int]) -> float:
    """What they have computed so far, in user and kernel mode (proc_pid_stat(5))."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS
