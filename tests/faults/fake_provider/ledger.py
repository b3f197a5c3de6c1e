"""What was received, line by line, on disk before it is answered: the oracle of "executed"."""

from __future__ import annotations

import asyncio
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class Ledger:
    """Appends JSON lines to a file, each synced before `add` returns."""

    def __init__(self, file: Path) -> None:
        self._file = file
        # One thread: lines keep their order, and the loop never waits for the disk.
        self._writer = ThreadPoolExecutor(1)
        file.touch()

    async def add(self, kind: str, **facts: Any) -> None:
        """Write one line: ``kind`` is "edit", "models", "download" or "canary"."""
        line = json.dumps({"kind": kind, "at": time.time(), **facts})
        await asyncio.get_running_loop().run_in_executor(self._writer, self._append, line)

    def _append(self, line: str) -> None:
        with self._file.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())

    def lines(self) -> list[dict[str, Any]]:
        """Return everything written so far."""
        return [json.loads(line) for line in self._file.read_text(encoding="utf-8").splitlines()]

    def clear(self) -> None:
        """Forget everything."""
        self._file.write_text("")
