"""Somebody holds the database's only write lock: nothing fails, and what was paid for is kept.

Whatever writes meets it: a click, a claim, heartbeats, the intent, an answer and its results. Of
the workers that are about to write, some sleep until the lock is held.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from editor.models import Edit, Provider, Worker
from tests.faults import paying, real_client
from tests.faults.processes import Sleeper, nursery, until, worker
from tests.faults.test_paid_kills import Ending, ending
from tests.making import make_mask, make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from editor.models import Picture, Project, User
    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

# What is written next by a worker that sleeps at a point.
ASLEEP = {"intent": "claimed", "answer": "spooled", "finish": "stored"}
MOMENTS = ("submit", "claim", "heartbeat", *ASLEEP)
# A click waits for so long a lock; for a longer one it may be refused, and is not half done.
PATIENT_SECONDS = 10.0
# When an edit falls due that nobody can claim then: its provider rests until that.
DUE = timedelta(seconds=0.5)
NEVER = datetime(2999, 1, 1, tzinfo=UTC)


@contextmanager
def lock(seconds: float) -> Iterator[None]:
    """Hold the write lock, as a long backup or a stuck program would, while we do something."""
    locked = threading.Event()

    def hold() -> None:
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        threading.Event().wait(seconds)
        other.execute("ROLLBACK")
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    yield
    thread.join()


@dataclass
class Scene:
    """A member whose edits are about to be written."""

    user: User
    project: Project
    provider: Provider
    stack: ExitStack
    edits: dict[str, Edit] = field(default_factory=dict)
    sleepers: list[Sleeper] = field(default_factory=list)

    def picture(self) -> Picture:
        return paying.new_picture(self.project, self.user, len(self.edits))

    def queue(self, moment: str, *, provider: Provider | None = None, **wish: Any) -> None:
        at = provider or self.provider
        self.edits[moment] = paying.queue(at, self.picture(), self.user, moment, **wish)

    def states(self) -> dict[str, str]:
        keys = [edit.pk for edit in self.edits.values()]
        return dict(Edit.objects.filter(pk__in=keys).values_list("idem_key", "state"))


@pytest.fixture
def scene(fake: Fake) -> Iterator[Scene]:
    user = make_user("olga")
    with ExitStack() as stack:
        yield Scene(user, make_project(user), paying.add_provider(fake.base_url), stack)


class Click:
    """Sending one edit from the page."""

    def __init__(self, scene: Scene) -> None:
        picture = scene.picture()
        self._path = reverse("canvas", args=[scene.project.slug, picture.public_id])
        self._form = {
            "prompt": "a red hat",
            "engine": f"{scene.provider.public_id}:{paying.MODEL}",
            "agreed_host": "127.0.0.1",
            "idem": "submit",
        }
        self._mask = (picture.width, picture.height)
        self._client = Client(raise_request_exception=False)
        self._client.force_login(scene.user)

    def status(self) -> int:
        form = self._form | {"mask": make_mask(self._mask, paying.BOX)}
        return int(self._client.post(self._path, form).status_code)


def put_to_sleep(scene: Scene, moments: Collection[str]) -> None:
    workers = scene.stack.enter_context(nursery())
    for moment, point in ASLEEP.items():
        if moment in moments:
            scene.queue(moment)
            scene.sleepers.append(workers.sleep_at(point, engines=real_client.REGISTRY))


def employ(scene: Scene, moments: Collection[str], seconds: float) -> None:
    """Let one worker live all the time; it waits for an answer, and for what falls due."""
    resting = paying.add_provider(scene.provider.base_url, "Resting", open_until=NEVER)
    if "claim" in moments:
        scene.queue("claim", provider=resting)
    scene.stack.enter_context(worker(engines=real_client.REGISTRY, slots=3))
    until(Worker.objects.filter(slots=3).exists, "the worker lives")
    if "heartbeat" in moments:
        scene.queue("heartbeat", prompt=f"a red hat [[delay:{seconds + 1}]]")
        until(lambda: scene.states()["heartbeat"] == "awaiting", "the request has left")
    Provider.objects.filter(pk=resting.pk).update(open_until=Now() + DUE)


def meet_a_lock(moments: Collection[str], seconds: float, scene: Scene, fake: Fake) -> None:
    put_to_sleep(scene, moments)
    click = Click(scene) if "submit" in moments else None
    employ(scene, moments, seconds)
    before = scene.states()
    with lock(seconds):
        for sleeper in scene.sleepers:
            sleeper.wake()
        if click is None:
            threading.Event().wait(seconds - DUE.total_seconds())
            assert scene.states() == before
        else:
            answered = click.status()
            assert answered == HTTPStatus.CREATED or seconds > PATIENT_SECONDS
    if click:
        assert click.status() == HTTPStatus.CREATED
        scene.edits["submit"] = Edit.objects.get(idem_key="submit")
    # One whose lease ran out meanwhile may be given up by another worker; its answer ends that.
    until(lambda: set(scene.states().values()) == {"succeeded"}, "all edits succeed")
    for moment, edit in scene.edits.items():
        edit.refresh_from_db()
        assert ending(edit, fake) == Ending("succeeded", 1, 1), moment
        assert edit.attempts.count() == 1
    assert paying.breaches(fake) == []


def test_whoever_meets_a_lock_outlasts_it(scene: Scene, fake: Fake) -> None:
    meet_a_lock(MOMENTS, 10.0, scene, fake)


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [1.0, 10.0, 40.0])
@pytest.mark.parametrize("moment", MOMENTS)
def test_each_moment_outlasts_a_lock(moment: str, seconds: float, scene: Scene, fake: Fake) -> None:
    meet_a_lock({moment}, seconds, scene, fake)
