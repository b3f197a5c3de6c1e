"""Calls an API as fast as so many clients can, and nothing else: a program of its own.

Each of the requests was written before; connections are kept. Prints JSON with the seconds of each
call and of all together. `python -m tests.bench.load URL FOLDER CLIENTS CALLS KEY`
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

OK = 200
# As OpenAI's SDKs write it (httpx): sixteen random bytes.
BOUNDARY = "9f3b61c04f7d4a2e8c15d0e6a7b2930d"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """Send one request and read its answer. Raises ValueError for any but a good one."""
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = LENGTH.search(head)
    if status != OK or length is None:
        raise ValueError(f"{head.decode()}{(await reader.read(2000)).decode()}")
    left = int(length[1])
    while left:
        piece = await reader.read(min(left, 1 << 20))
        if not piece:
            raise EOFError("the answer broke off")
        left -= len(piece)


def requests(url: str, folder: Path, key: str) -> list[bytes]:
    """All requests, head and body."""
    where = urlsplit(url)
    found = []
    for body in sorted(folder.glob("*.body")):
        data = body.read_bytes()
        head = (
            f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Authorization: Bearer {key}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        found.append(head.encode() + data)
    return found


async def main(url: str, folder: Path, clients: int, calls: int, key: str) -> None:
    where = urlsplit(url)
    ready = requests(url, folder, key)
    todo = iter(range(calls))
    taken: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=1 << 20)
        for number in todo:
            start = time.perf_counter()
            await call(reader, writer, ready[number % len(ready)])
            taken.append(time.perf_counter() - start)
        writer.close()

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _client in range(clients):
            group.create_task(client())
    json.dump({"wall": time.perf_counter() - start, "taken": taken}, sys.stdout)


if __name__ == "__main__":
    address, bodies, clients, calls, key = sys.argv[1:]
    asyncio.run(main(address, Path(bodies), int(clients), int(calls), key))
