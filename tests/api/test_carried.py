"""Calls that are sent by the process that was called: one execution, one edit, nothing lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from editor.imaging import preview
from editor.models import Activity, Edit, LedgerEntry, Mask, Picture, Project, State
from editor.services import media, previews
from tests.api.calling import Caller, make_caller
from tests.api.lodged import Looker, all_done, asked, strays, the_edit
from tests.api.studio import BOX, SIZE, connect, painted, picture, within
from tests.making import agree, make_api_key, make_project, make_provider_row
from tests.pipeline.paid_engine import ESTIMATE
from tests.pipeline.test_paid import settled, sums

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.calling import Came
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
SEALED = ("name", "width", "height", "mode", "extension", "notices", "has_master", "has_icc")
SEALED_TOO = ("has_gps", "sha256", "size_bytes", "kind", "search")
MARKED = ("width", "height", "left", "top", "right", "bottom", "painted", "sha256")
ESTIMATED = {"open": 0, "settled": ESTIMATE}


def landed(caller: Caller, body: tuple[bytes, str], engine: Looker) -> Came:
    """The answer to one call, once a worker has finished its edit."""

    async def script() -> Came:
        came = await caller.edit(body)
        await all_done()
        return came

    return within(script, engine)


def as_it_flies() -> dict[str, Any]:
    edit = Edit.objects.select_related("picture", "mask").get()
    attempt = edit.attempts.get()
    assert edit.mask is not None
    return {
        "edit": (edit.lease_owner, edit.fence, edit.is_over, edit.lease_until is not None),
        "attempt": (attempt.number, attempt.fence, attempt.host, attempt.answer_file),
        "unread": (edit.picture.notices, edit.picture.is_unread, edit.mask.is_unread),
        "kinds": list(Activity.objects.order_by("pk").values_list("kind", flat=True))[-3:],
        "money": list(LedgerEntry.objects.values_list("kind", "micros")),
        "state": edit.state,
        "pulse": edit.pulse <= edit.project.pulse and edit.picture.pulse <= edit.project.pulse,
    }


def test_a_call_on_its_way_is_leased_to_the_web_server_and_finished_by_a_worker(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people)
    engine = Looker(hold_back=True)

    async def script() -> tuple[Came, dict[str, Any]]:
        call = asyncio.create_task(caller.edit(asked()))
        await engine.started.wait()
        flying = await sync_to_async(as_it_flies)()
        engine.release.set()
        came = await call
        await all_done()
        return came, flying

    came, flying = within(script, engine)
    state = flying.pop("state")
    assert state in {State.SENDING, State.AWAITING}
    assert flying == {
        "edit": ("the web server", 1, False, True),
        "attempt": (1, 1, "api.atelier.test", ""),
        "unread": (["unread"], True, True),
        "kinds": ["picture.uploaded", "edit.queued", "edit.sending"],
        "money": [("reserve", ESTIMATE)],
        "pulse": True,
    }
    edit = the_edit()
    assert (came.status, came.edit, engine.carried) == (200, edit.public_id, 1)
    assert came.json()["data"] == [{"b64_json": engine.bodies[0].split(b'"')[7].decode()}]
    attempt = edit.attempts.get()
    assert engine.executed == [str(attempt.client_token)]
    assert (attempt.host, attempt.execution, edit.api_key) == (engine.host, "yes", caller.key)
    assert sums(edit) == ESTIMATED
    kinds = Counter(LedgerEntry.objects.values_list("kind", flat=True))
    assert kinds == {"reserve": 1, "release": 1, "settle": 1}
    assert (strays(data_dir), list((data_dir / "spool").iterdir())) == (set(), [])


def test_what_is_read_afterwards_is_what_the_usual_way_stores(people: People) -> None:
    sent = picture()
    rows: list[Edit] = []
    for forwards in (True, False):
        project = make_project(people.emil, f"Garden {forwards}")
        agree(make_provider_row(project, name="Atelier"), people.emil)
        engine = Looker(forwards=forwards)
        caller = Caller(*make_api_key(project, people.emil))
        assert landed(caller, asked(sent), engine).status == 200
        assert engine.carried == int(forwards)
        rows.append(settled(Edit.objects.select_related("picture", "mask").get(project=project)))
    mine, usual = rows
    assert mine.mask
    assert usual.mask
    for name in (*SEALED, *SEALED_TOO):
        assert getattr(mine.picture, name) == getattr(usual.picture, name), name
    for name in MARKED:
        assert getattr(mine.mask, name) == getattr(usual.mask, name), name
    assert (mine.mask.box, mine.mask.is_unread, mine.picture.notices) == (BOX, False, [])
    for one, other in ((mine.picture, usual.picture), (mine.mask, usual.mask)):
        folder, like = media.path(one.folder), media.path(other.folder)
        assert files_of(folder) == files_of(like)
    assert media.path(mine.picture.original_file).read_bytes() == sent
    assert previews.file(mine.picture, preview.SIDES[-1]).exists()


def files_of(folder: Path) -> dict[str, bytes]:
    """What lies in it, but for previews, which are made when there is time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".webp"
    }


def test_the_same_picture_once_more_is_the_same_row(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people)
    engine = Looker()

    async def script() -> list[Came]:
        first = await caller.edit(asked())
        second = await caller.edit(asked())
        await all_done()
        return [first, second, await caller.edit(asked())]

    answers = within(script, engine)
    assert [one.status for one in answers] == [200] * 3
    assert (Edit.objects.count(), engine.carried) == (3, 3)
    assert Picture.objects.filter(kind="original").count() == 1
    assert strays(data_dir) == set()


def test_sixteen_with_the_same_picture_at_once_are_one_row(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people, concurrency=100)
    engine = Looker()

    async def script() -> list[Came]:
        return await asyncio.gather(*(caller.edit(asked()) for _ in range(16)))

    answers = within(script, engine)
    assert [one.status for one in answers] == [200] * 16
    assert len({one.edit for one in answers}) == engine.carried == len(engine.executed) == 16
    assert Picture.objects.filter(kind="original").count() == 1
    assert Activity.objects.filter(kind="picture.uploaded").count() == 1
    assert strays(data_dir) == set()
    assert_booked(Edit.objects.all()[0])


def assert_booked(one: Edit) -> None:
    """Each is paid once: what a worker has not finished yet is reserved."""
    settled(one)
    for edit in Edit.objects.all():
        is_done = edit.state == State.SUCCEEDED
        assert is_done or edit.state == State.RECEIVED
        assert sums(edit) == (ESTIMATED if is_done else {"open": ESTIMATE, "settled": 0})


class Page:
    """Asks what is new since it asked last, as pages do."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.since = 0
        self.told: dict[str, str] = {}
        self.pictures: set[str] = set()

    def look(self) -> None:
        pulse = Project.objects.get(pk=self.project.pk).pulse
        new = {"project": self.project, "pulse__gt": self.since}
        self.told |= dict(Edit.objects.filter(**new).values_list("public_id", "state"))
        self.pictures |= set(Picture.objects.filter(**new).values_list("public_id", flat=True))
        self.since = pulse


def test_thirty_two_different_at_once(people: People, caller: Caller, data_dir: Path) -> None:
    connect(people, concurrency=100)
    engine, page = Looker(), Page(people.project)

    async def read() -> None:
        while True:
            await sync_to_async(page.look)()
            await asyncio.sleep(0)

    async def script() -> list[Came]:
        reader = asyncio.create_task(read())
        bodies = [asked(picture(seed)) for seed in range(32)]
        answers = await asyncio.gather(*map(caller.edit, bodies))
        reader.cancel()
        return answers

    answers = within(script, engine)
    page.look()
    assert [one.status for one in answers] == [200] * 32
    assert len({one.edit for one in answers}) == engine.carried == len(engine.executed) == 32
    assert page.told == dict(Edit.objects.values_list("public_id", "state"))
    assert page.pictures == set(Picture.objects.values_list("public_id", flat=True))
    assert_booked(Edit.objects.all()[0])
    assert strays(data_dir) == set()


def test_a_picture_in_the_trash_comes_back(people: People, caller: Caller, data_dir: Path) -> None:
    connect(people)
    engine = Looker()
    assert landed(caller, asked(), engine).status == 200
    Picture.objects.filter(kind="original").update(trashed_at="2026-01-01T00:00Z")
    assert landed(caller, asked(), engine).status == 200
    assert engine.carried == 1
    assert Picture.objects.get(kind="original").trashed_at is None
    assert strays(data_dir) == set()


@pytest.mark.parametrize("room", [0, 5])
def test_exactly_so_many_of_sixteen_are_let_in_as_a_keys_budget_has_room_for(
    people: People, data_dir: Path, room: int
) -> None:
    connect(people, concurrency=100)
    caller = make_caller(people, budget_micros=room * ESTIMATE + ESTIMATE - 1)
    engine = Looker(hold_back=True)

    async def script() -> list[Came]:
        bodies = [asked(picture(seed)) for seed in range(16)]
        calls = {asyncio.create_task(caller.edit(body)) for body in bodies}
        waiting = calls
        while len(waiting) > room:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert done
        engine.release.set()
        answers = await asyncio.gather(*calls)
        await all_done()
        return answers

    answers = within(script, engine)
    refused = [one for one in answers if one.status != 200]
    assert {one.told for one in refused} == {(429, "insufficient_quota", None)}
    assert len(refused) == 16 - room
    assert Edit.objects.count() == engine.carried == len(engine.executed) == room
    for edit in Edit.objects.all():
        assert sums(edit) == ESTIMATED
    assert strays(data_dir) == set()


def test_a_mask_is_not_needed(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker()
    assert landed(caller, asked(mask=None), engine).status == 200
    assert (the_edit().mask, engine.carried, Mask.objects.count()) == (None, 1, 0)
    assert engine.seen[0].mask is None


def test_what_is_sent_says_what_was_asked(people: People, caller: Caller) -> None:
    connect(people)
    engine = Looker()
    sent, mask = picture(), painted()
    body = asked(sent, mask, prompt="  make it blue ", quality="high")
    assert landed(caller, body, engine).status == 200
    request = engine.seen[0]
    assert (request.prompt, request.size, request.inputs) == ("make it blue", None, ())
    assert engine.files == [(sent, mask)]
    assert request.user not in {"", str(people.emil.pk), people.emil.email}
    edit = the_edit()
    assert (edit.parameters, (edit.picture.width, edit.picture.height)) == (
        {"quality": "high"},
        SIZE,
    )
