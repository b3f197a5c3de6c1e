"""A service that charges, inside a worker process: it keeps its own book in a file.

It passes the barriers that only an engine knows (reliability.md 4.6, K5 to K9 and K12).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from editor.engines.base import Answer, EditRequest, EditResult, Runner, Watch
from tests.pipeline.paid_engine import PaidEngine, answer_of, read_answer

if TYPE_CHECKING:
    from collections.abc import Callable

REGISTRY = "tests.faults.paid_upstream.registry"


def book() -> Path:
    """Where the service writes a line for each request that arrived whole."""
    return Path(settings.DATA_DIR) / "upstream.book"


def charged() -> list[str]:
    """The tokens of all requests that arrived whole."""
    return book().read_text().split() if book().exists() else []


@dataclass
class Upstream(PaidEngine):
    """Answers every request with a flat picture, and charges for it."""

    barrier: Callable[[str], None] = print
    # What the service sends: a document whose length it tells beforehand, or not.
    tells_length: bool = True

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        self.barrier("connected")
        self.barrier("half_sent")
        with book().open("a") as file:
            file.write(f"{request.token}\n")
            file.flush()
            os.fsync(file.fileno())
        await watch.sent()
        body, head = answer_of(request, self.count)
        if not self.tells_length:
            del head["content_length"]
        (request.work / "answer.head").write_text(json.dumps(head))
        await watch.headed(head)
        with (request.work / "answer.body").open("wb") as file:
            file.write(body[: len(body) // 2])
            file.flush()
            self.barrier("half_answered")
            file.write(body[len(body) // 2 :])
        return Answer(request.work / "answer.body", head)

    async def read(self, answer: Answer, work: Path) -> EditResult:
        self.barrier("reading")
        return read_answer(answer, work)


def registry(barrier: Callable[[str], None], _runner: Runner) -> Upstream:
    """What `worker_main` takes its engine from."""
    return Upstream(barrier=barrier, tells_length=False)
