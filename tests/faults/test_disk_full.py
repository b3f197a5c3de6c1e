"""The disk of the spool is full: nothing is sent, and what was paid for is said honestly."""

from __future__ import annotations

import os
import resource
import subprocess
from shutil import disk_usage
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now

from editor.models import Edit, State
from tests.faults import paying, real_client
from tests.faults.processes import until, worker
from tests.faults.test_kills import rests
from tests.faults.test_paid_kills import Ending, ending
from tests.pipeline.paid_engine import ESTIMATE, PaidEngine, queue_paid
from tests.pipeline.test_paid import sandbox, settled, sums, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from editor.engines.base import Answer, EditRequest, Watch
    from tests.conftest import People
    from tests.faults.fake import Fake

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 4 * 1024 * 1024
__all__ = ["sandbox"]


@pytest.fixture
def small_disk(data_dir: Path, settings: Any) -> Iterator[Path]:
    """A data folder of four megabytes."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(data_dir)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("NOT TRIED ON A FULL DISK: only root mounts a small one")
    settings.MIN_FREE_BYTES = 0
    try:
        for name in ("pictures", "spool", "renders", "scratch"):
            (data_dir / name).mkdir()
        yield data_dir
    finally:
        subprocess.run(["umount", "-l", str(data_dir)], check=True)


class Chatty(PaidEngine):
    """Sends more than the disk holds."""

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        await watch.sent()
        self.executed.append(request.token)
        (request.work / "answer.body").write_bytes(b"x" * (SIZE + 1))
        return await self._answer(request, watch)


def make_due() -> None:
    Edit.objects.update(next_run_at=Now())


def test_nothing_is_sent_until_there_is_room(people: People, small_disk: Path) -> None:
    engine = PaidEngine()
    edit = queue_paid(engine, people.project, people.olga)
    (small_disk / "else").write_bytes(b"x" * (disk_usage(small_disk).free - 800_000))
    work(engine)
    assert (settled(edit).state, edit.error_code) == ("queued", "disk_full")
    assert engine.executed == []
    (small_disk / "else").unlink()
    make_due()
    work(engine)
    assert (settled(edit).state, edit.error_code, len(engine.executed)) == ("succeeded", "", 1)


def test_a_disk_that_fills_up_while_it_answers_is_an_unknown_outcome(
    people: People, small_disk: Path
) -> None:
    engine: Any = Chatty()
    edit = queue_paid(engine, people.project, people.olga)
    work(engine)
    assert (settled(edit).state, edit.error_code) == (State.UNKNOWN, "disk_full")
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}


@pytest.mark.usefixtures("shared_keys")
def test_a_worker_that_cannot_write_an_answer_says_so_and_works_on(
    people: People, fake: Fake
) -> None:
    """The real client; a limit on files stands for the disk, which needs no root."""
    provider = paying.add_provider(fake.base_url)
    fake.script(next=["huge-b64"])
    with worker(engines=real_client.REGISTRY) as process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2 * SIZE, resource.RLIM_INFINITY))
        edits = []
        for number in range(2):
            picture = paying.new_picture(people.project, people.olga, number)
            edits.append(paying.queue(provider, picture, people.olga, str(number)))
            until(lambda: rests(edits), "the edit rests")
    for edit in edits:
        edit.refresh_from_db()
    assert [ending(edit, fake) for edit in edits] == [
        Ending("unknown", 1, 0),
        Ending("succeeded", 1, 1),
    ]
    assert edits[0].error_code == "answer_not_stored"
    assert paying.breaches(fake) == []
