"""kill -9 at the fourteen points of reliability.md 4.6, with the real client on a real line.

The service is the fake provider, a process of its own; its ledger says what was executed. A
victim for each point takes one edit and dies there; then one worker is started, and finds all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from PIL import Image, ImageChops

from editor.models import Edit, LedgerEntry
from editor.services import pictures
from tests.faults import paying, real_client
from tests.faults.processes import Nursery, nursery
from tests.faults.test_kills import original_digest, restart
from tests.making import make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from editor.models import Provider, User
    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]


class Ending(NamedTuple):
    """How an edit ends, how often the service was asked, how many results there are."""

    state: str
    executions: int
    results: int


DONE, FALSE_ALARM, UNKNOWN = (
    Ending("succeeded", 1, 1),
    Ending("unknown", 0, 0),
    Ending("unknown", 1, 0),
)
WEB_POINTS = {"K1 before the row": DONE, "K2 before the reply": DONE}
POINTS = {
    "K3 claimed": DONE,
    "K4 sending": FALSE_ALARM,
    "K5 connected": FALSE_ALARM,
    "K6 half_sent": FALSE_ALARM,
    "K7 awaiting": UNKNOWN,
    "K8 headed": UNKNOWN,
    "K9 half_answered": UNKNOWN,
    "K10 answered": DONE,
    "K11 spooled": DONE,
    "received": DONE,
    "K12 reading": DONE,
    "stitched": DONE,
    "K13 stored": DONE,
    "K14 committed": DONE,
    # The same of an answer that comes as a stream.
    "stream headed": UNKNOWN,
    "stream answered": DONE,
}


def kill_the_page(workers: Nursery, point: str, provider: Provider, user: User) -> Edit:
    """K1 and K2: whoever gets no reply sends the same again, and has one edit."""
    picture = paying.new_picture(user.memberships.get().project, user, seed=len(point))
    key = point.split()[0]
    workers.kill_at(key, page=picture.pk)
    mine = Edit.objects.filter(picture=picture)
    assert mine.count() == (point != "K1 before the row")
    again = paying.queue(provider, picture, user, key)
    assert mine.get() == again
    assert LedgerEntry.objects.filter(edit=again, kind="reserve").count() == 1
    return again


def kill_a_worker(workers: Nursery, point: str, provider: Provider, user: User) -> Edit:
    picture = paying.new_picture(user.memberships.get().project, user, seed=sum(point.encode()))
    streams = {"partial_images": 2} if point.startswith("stream") else {}
    edit = paying.queue(provider, picture, user, point, parameters=streams)
    workers.kill_at(point.split()[-1], engines=real_client.REGISTRY)
    return edit


def ending(edit: Edit, fake: Fake) -> Ending:
    return Ending(edit.state, paying.executions(edit, fake), edit.results.count())


def assert_only_the_painted_changed(edit: Edit, folder: Path) -> None:
    """The result differs inside the mask and nowhere else; the original is as it was."""
    pictures.render(edit.results.get(), folder / "out.png", image_format="png")
    pictures.render(edit.picture, folder / "in.png", image_format="png")
    with Image.open(folder / "out.png") as after, Image.open(folder / "in.png") as before:
        box = ImageChops.difference(after.convert("RGB"), before.convert("RGB")).getbbox()
    left, top, right, bottom = paying.BOX
    assert box
    assert left <= box[0] < box[2] <= right
    assert top <= box[1] < box[3] <= bottom


def kill_at_every_point(
    fake: Fake, folder: Path, points: Mapping[str, Ending] = POINTS | WEB_POINTS
) -> None:
    user = make_user("olga")
    make_project(user)
    provider = paying.add_provider(fake.base_url)
    paying.let_answers_take_time(fake)
    edits: dict[str, Edit] = {}
    with nursery() as workers:
        for point in [point for point in points if point in POINTS]:
            edits[point] = kill_a_worker(workers, point, provider, user)
            assert paying.breaches(fake) == [], point
        finished = kept_at(edits, "K14 committed")
        for point in [point for point in points if point in WEB_POINTS]:
            edits[point] = kill_the_page(workers, point, provider, user)
    restart(list(edits.values()), engines=real_client.REGISTRY)
    assert {point: ending(edit, fake) for point, edit in edits.items()} == points
    assert kept_at(edits, "K14 committed") == finished
    for edit in edits.values():
        assert original_digest(edit) == edit.picture.sha256
        if edit.state == "succeeded":
            assert_only_the_painted_changed(edit, folder)
    assert paying.breaches(fake) == []


def kept_at(edits: Mapping[str, Edit], point: str) -> list[str]:
    """The results of an edit that was done before its worker was killed."""
    return [result.sha256 for result in edits[point].results.all()] if point in edits else []


def test_nothing_is_lost_and_nothing_is_paid_twice(fake: Fake, tmp_path: Path) -> None:
    kill_at_every_point(fake, tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(20))
def test_nothing_is_lost_and_nothing_is_paid_twice_in_full(
    turn: int, fake: Fake, tmp_path: Path
) -> None:
    kill_at_every_point(fake, tmp_path)
