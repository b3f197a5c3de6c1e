"""SIGTERM while services work: 1, 20 and 90 seconds of theirs against 30 of ours, a tenth of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.models import Edit, LedgerEntry
from tests.faults import paying, real_client
from tests.faults.processes import until, worker
from tests.faults.test_kills import restart
from tests.faults.test_paid_kills import Ending, ending
from tests.making import make_project, make_user

if TYPE_CHECKING:
    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

GRACE = 3.0
DELAYS = {"quick": 0.1, "slow": 2.0, "endless": 9.0}


def test_what_has_left_is_waited_for_and_what_has_not_is_not_sent(fake: Fake) -> None:
    user = make_user("olga")
    project = make_project(user)
    provider = paying.add_provider(fake.base_url)
    edits: dict[str, Edit] = {}

    def add(name: str, delay: float) -> None:
        picture = paying.new_picture(project, user, len(edits))
        prompt = f"a red hat [[delay:{delay}]]"
        edits[name] = paying.queue(provider, picture, user, name, prompt=prompt)

    for name, delay in DELAYS.items():
        add(name, delay)
    with worker(engines=real_client.REGISTRY, slots=3, grace=GRACE) as stopped:
        until(lambda: len(fake.executions()) == len(DELAYS), "all have left")
        stopped.terminate()
        add("waiting", 0)
        until(lambda: stopped.poll() is not None, "the worker stops")
    assert stopped.returncode == 0
    states = {name: Edit.objects.get(pk=edit.pk).state for name, edit in edits.items()}
    assert states["endless"] == "unknown"
    assert states["waiting"] == "queued"
    assert {states["quick"], states["slow"]} <= {"succeeded", "received"}
    assert LedgerEntry.objects.filter(edit=edits["endless"], kind="hold").count() == 1
    restart(list(edits.values()), engines=real_client.REGISTRY)
    done = Ending("succeeded", 1, 1)
    assert {name: ending(edit, fake) for name, edit in edits.items()} == {
        "quick": done,
        "slow": done,
        "endless": Ending("unknown", 1, 0),
        "waiting": done,
    }
    assert paying.breaches(fake) == []
