"""The web process is ended while it has calls on their way: each edit is sent once and accounted for."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.conf import settings
from django.db.models.functions import Now

from editor.models import Edit, LedgerEntry, State
from tests.api.lodged import asked
from tests.api.studio import picture
from tests.faults import paying
from tests.faults.fake import NO_TLS
from tests.faults.processes import environment, until
from tests.faults.test_kills import rests
from tests.faults.test_paid_kills import ending
from tests.making import agree, make_api_key, make_project, make_user
from tests.management.test_studio_process import Studio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

PATIENCE_SECONDS = 60
SLOW_SECONDS = 3.0


@pytest.fixture
def studio(data_dir: Path) -> Iterator[Studio]:
    """One with a single web process, which uses the test's database and keys."""
    own = {"PENTIMENTO_SECRET_KEY": settings.SECRET_KEY, "WEB_CONCURRENCY": "1"}
    running = Studio(data_dir, **environment() | own)
    try:
        until(lambda: running.is_well("readyz"), "the studio is up")
        yield running
    finally:
        running.process.terminate()
        running.process.wait()


class Program:
    """One with a key, that calls from threads."""

    def __init__(self, studio: Studio, fake: Fake) -> None:
        user = make_user("olga")
        project = make_project(user)
        agree(paying.add_provider(fake.base_url), user)
        _key, self._token = make_api_key(project, user)
        self._url = f"http://127.0.0.1:{studio.port}/v1/images/edits"

    def call(self, number: int, delay: float) -> int:
        """The status of the answer; 0 if there was none."""
        body, kind = asked(picture(number), prompt=f"a red hat [[delay:{delay}]]")
        headers = {"authorization": f"Bearer {self._token}", "content-type": kind}
        try:
            with httpx.Client(verify=NO_TLS, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                return client.post(self._url, content=body, headers=headers).status_code
        except httpx.TransportError:
            return 0


def web_process(studio: Studio) -> int:
    """The one that answers: the only child of the one that watches over it."""
    arbiter = studio.child("gunicorn")
    (child,) = Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()
    return int(child)


def kill_amid(delays: list[float], studio: Studio, fake: Fake) -> None:
    """Kill the web process once all calls are at the service."""
    program = Program(studio, fake)
    old = web_process(studio)
    with ThreadPoolExecutor(len(delays)) as threads:
        calls = [threads.submit(program.call, *one) for one in enumerate(delays)]
        until(lambda: len(fake.executions()) == len(delays), "all calls are at the service")
        edits = list(Edit.objects.all())
        assert len(edits) == len(delays)
        flying = Edit.objects.filter(state__in=[State.SENDING, State.AWAITING])
        lost = set(flying.values_list("pk", flat=True))
        owners = set(flying.values_list("lease_owner", flat=True))
        assert {owner.split(":")[1] for owner in owners} == {str(old)}
        os.kill(old, signal.SIGKILL)
        Edit.objects.held().filter(lease_until__isnull=False).update(lease_until=Now())
        until(lambda: rests(edits), "all edits rest")
        told = [call.result() for call in calls]
    until(lambda: studio.is_well("healthz"), "the web answers again")
    assert len(fake.executions()) == len(delays)
    assert set(told) <= {0, 200}
    assert_accounted_for(edits, lost, fake)


def assert_accounted_for(edits: list[Edit], lost: set[int], fake: Fake) -> None:
    for edit in edits:
        edit.refresh_from_db()
        found = ending(edit, fake)
        assert (found.state in {"unknown", "succeeded"}, found.executions) == (True, 1)
        if edit.pk not in lost:
            assert found.state == "succeeded"
        if found.state == "unknown":
            assert LedgerEntry.objects.filter(edit=edit, kind="hold").count() == 1
            assert edit.attempts.get().execution == "unknown"
    assert paying.breaches(fake) == []


def test_a_killed_web_process_leaves_an_outcome_that_nobody_knows(
    studio: Studio, fake: Fake
) -> None:
    kill_amid([SLOW_SECONDS * 3], studio, fake)
    edit = Edit.objects.select_related("picture", "mask").get()
    assert edit.state == State.UNKNOWN


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(10))
def test_killed_web_processes_in_full(studio: Studio, fake: Fake, turn: int) -> None:
    """Amid all that eight calls may be at: on their way, half answered, just written down."""
    kill_amid([turn * 0.02 * number for number in range(8)], studio, fake)


def stop_amid(calls: int, studio: Studio, fake: Fake) -> list[int]:
    program = Program(studio, fake)
    with ThreadPoolExecutor(calls) as threads:
        asked: list[Future[Any]] = [
            threads.submit(program.call, number, SLOW_SECONDS) for number in range(calls)
        ]
        until(lambda: len(fake.executions()) == calls, "all calls are at the service")
        studio.process.terminate()
        told = [call.result() for call in asked]
    assert studio.process.wait(PATIENCE_SECONDS) == 0
    return told


def test_a_studio_that_stops_answers_the_calls_that_are_on_their_way(
    studio: Studio, fake: Fake
) -> None:
    assert stop_amid(2, studio, fake) == [200, 200]
    assert len(fake.executions()) == 2
    for edit in Edit.objects.all():
        assert edit.state in {State.RECEIVED, State.SUCCEEDED}
        assert edit.attempts.get().answer_file
    assert paying.breaches(fake) == []
