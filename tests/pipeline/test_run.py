"""Whole runs through the local dispatch, with real files and child processes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from PIL import Image, ImageChops

from editor.engines.errors import EngineError, Execution
from editor.models import Attempt, Edit, LedgerEntry, Picture, State, Worker
from editor.pipeline import assembly, cancel, rescue, steps
from editor.pipeline.database import DatabaseThread
from editor.pipeline.dispatch.local import Lanes, LocalDispatch, Timing
from editor.pipeline.submit import Wish, submit
from editor.services import media, pictures
from tests.making import (
    as_bytes,
    make_door,
    make_edit,
    make_image,
    make_mask,
    make_picture,
    make_project,
    make_user,
)
from tests.pipeline.stub_engine import StubEngine, registry_of
from tests.sandboxes import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

pytestmark = pytest.mark.django_db(transaction=True)
TIMING = Timing(lease=5, heartbeat=0.2, rescue=0.2, tick=0.02, grace=0.2)
BOX = (20, 10, 40, 30)


def queue(engine: StubEngine, *, box: Any = BOX, mode: str = "RGB", key: str = "k") -> Edit:
    user = make_user(f"olga-{key}")
    project = make_project(user)
    picture = make_picture(project, user, as_bytes(make_image(80, 60, mode)))
    mask = make_mask((80, 60), box) if box else None
    wish = Wish(picture, engine.id, "make it flat", mask, key)
    return submit(door=make_door(project, user), wish=wish, registry=registry_of(engine))


def work(
    engine: StubEngine,
    script: Callable[[LocalDispatch], Coroutine[Any, Any, None]] | None = None,
    database: DatabaseThread | None = None,
    timing: Timing = TIMING,
) -> None:
    """Run a worker until nothing is due, or as `script` says."""

    async def main() -> None:
        dispatch = LocalDispatch(
            registry=registry_of(engine),
            sandbox=shared(),
            lanes=Lanes(2),
            timing=timing,
            database=database,
        )
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(dispatch.run(drain=script is None))
            if script:
                await script(dispatch)
                dispatch.stop()

    asyncio.run(main())


def released() -> StubEngine:
    engine = StubEngine()
    engine.release.set()
    return engine


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_masked_edit_changes_the_mask_and_nothing_else(mode: str, tmp_path: Any) -> None:
    engine = released()
    edit = queue(engine, mode=mode)
    work(engine)
    edit.refresh_from_db()
    assert (edit.state, edit.progress, edit.lease_until) == (State.SUCCEEDED, 100, None)
    result = edit.results.get()
    assert (result.mode, result.width, result.height) == (mode, 80, 60)
    assert (result.protected_pixels, result.changed_protected_pixels) == (80 * 60 - 400, 0)
    assert (result.proof["verdict"], "raw" in result.proof) == ("off", False)
    pictures.render(result, tmp_path / "out.png", image_format="png")
    pictures.render(edit.picture, tmp_path / "in.png", image_format="png")
    with Image.open(tmp_path / "out.png") as after, Image.open(tmp_path / "in.png") as before:
        assert after.mode == before.mode == mode
        difference = ImageChops.difference(after, before)
        boxes = [box for band in difference.split() if (box := band.getbbox())]
        assert BOX in boxes
        assert all(box[0] >= 20 and box[1] >= 10 for box in boxes)
        assert all(box[2] <= 40 and box[3] <= 30 for box in boxes)
        assert after.crop(BOX).getextrema() == after.crop((25, 15, 26, 16)).getextrema()


def test_an_edit_without_mask_is_kept_whole(tmp_path: Any) -> None:
    engine = released()
    edit = queue(engine, box=None)
    work(engine)
    result = Edit.objects.get(pk=edit.pk).results.get()
    assert (result.kind, result.protected_pixels) == ("whole", 0)
    pictures.render(result, tmp_path / "out.png", image_format="png")
    with Image.open(tmp_path / "out.png") as after:
        assert after.getextrema() == ((0, 0), (0, 0), (0, 0))


def test_a_result_can_be_edited_again(tmp_path: Any) -> None:
    engine = released()
    edit = queue(engine)
    work(engine)
    first = Edit.objects.get(pk=edit.pk).results.get()
    assert edit.actor
    door = make_door(edit.project, edit.actor)
    wish = Wish(first, "stub", "again", make_mask((80, 60), (0, 0, 10, 10)), "second")
    again = submit(door=door, wish=wish, registry=registry_of(engine))
    work(engine)
    second = again.results.get()
    assert (second.parent, second.root) == (first, edit.picture)
    pictures.render(second, tmp_path / "out.png", image_format="png")
    with Image.open(tmp_path / "out.png") as after:
        assert after.getpixel((5, 5)) == after.getpixel((25, 15)) == (0, 0, 0)


def test_what_a_run_leaves_is_in_order(data_dir: Any) -> None:
    engine = released()
    edit = queue(engine)
    work(engine)
    attempt = Attempt.objects.get(edit=edit)
    assert (attempt.number, attempt.execution) == (1, "yes")
    assert len(attempt.answer_sha256) == 64
    kinds = list(LedgerEntry.objects.filter(edit=edit).values_list("kind", flat=True))
    assert kinds == ["reserve", "settle", "release"]
    assert not list((data_dir / "spool").iterdir())
    assert not list((data_dir / "scratch").iterdir())
    assert not Worker.objects.exists()
    names = {p.name for p in media.path(edit.results.get().folder).iterdir()}
    assert names == {"pixels.png", "alpha.png", "320.webp", "1280.webp"}


def test_a_refusal_fails_with_its_words(data_dir: Any) -> None:
    def refuse() -> None:
        raise EngineError("Nothing to fill from.", code="empty", execution=Execution.NO)

    engine = StubEngine(script=[refuse])
    edit = queue(engine)
    work(engine)
    edit.refresh_from_db()
    assert (edit.state, edit.error_code) == ("failed", "empty")
    assert edit.error_message == "Nothing to fill from."
    assert Attempt.objects.get(edit=edit).execution == "no"
    assert not list((data_dir / "spool").iterdir())


@pytest.mark.parametrize(
    "error",
    [
        EngineError("died", code="engine_crashed", permanent=False),
        RuntimeError("a mistake of ours"),
    ],
)
def test_a_broken_run_is_tried_again_three_times(error: Exception) -> None:
    def die() -> None:
        raise error

    engine = StubEngine(script=[die])
    edit = queue(engine)
    work(engine)
    edit.refresh_from_db()
    assert (edit.state, engine.calls, edit.rescues) == (State.FAILED, 4, 3)
    assert edit.attempts.count() == 4


def test_one_crash_is_survived() -> None:
    def die() -> None:
        raise EngineError("died", code="engine_crashed", permanent=False)

    engine = StubEngine(script=[die, lambda: None])
    engine.release.set()
    edit = queue(engine)
    work(engine)
    edit.refresh_from_db()
    assert (edit.state, edit.rescues) == (State.SUCCEEDED, 1)


def test_cancel_while_it_runs_stops_it() -> None:
    engine = StubEngine()
    edit = queue(engine)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(cancel.cancel)(edit)
        while await Edit.objects.filter(pk=edit.pk).exclude(state="canceled").aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    edit.refresh_from_db()
    assert edit.finished_at is not None
    assert not Picture.objects.filter(edit=edit).exists()
    assert Attempt.objects.get(edit=edit).execution == "no"


def test_cancel_stops_no_paid_engine_and_what_arrives_is_kept() -> None:
    engine = StubEngine(free=False, replay_safe=False)
    edit = queue(engine)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(cancel.cancel)(edit)
        await asyncio.sleep(0.2)
        engine.release.set()
        while await Edit.objects.filter(pk=edit.pk).exclude(state="succeeded").aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert Picture.objects.filter(edit=edit).count() == 1


def test_a_worker_that_lost_its_lease_writes_nothing() -> None:
    engine = StubEngine()
    edit = queue(engine)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await Edit.objects.filter(pk=edit.pk).aupdate(fence=50, lease_owner="somebody else")
        engine.release.set()
        await asyncio.sleep(0.3)

    work(engine, script)
    edit.refresh_from_db()
    assert (edit.fence, edit.lease_owner) == (50, "somebody else")
    assert edit.state in {"sending", "awaiting"}
    assert not Picture.objects.filter(edit=edit).exists()


def test_a_stopped_worker_puts_its_edit_back() -> None:
    engine = StubEngine()
    edit = queue(engine)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()

    work(engine, script)
    edit.refresh_from_db()
    assert (edit.state, edit.lease_owner, edit.rescues) == (State.QUEUED, "", 0)
    engine.release.set()
    work(engine)
    edit.refresh_from_db()
    assert edit.state == State.SUCCEEDED


def test_a_worker_that_lost_its_lease_leaves_the_files_of_the_next(data_dir: Any) -> None:
    engine = StubEngine()
    edit = queue(engine)
    runs = data_dir / "spool" / edit.public_id

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        (runs / "50").mkdir()
        await Edit.objects.filter(pk=edit.pk).aupdate(fence=50, lease_owner="somebody else")
        while (runs / "1").exists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert [folder.name for folder in runs.iterdir()] == ["50"]


@dataclass(frozen=True, slots=True)
class Unheard(DatabaseThread):
    """Commits the success, then loses the connection before the worker hears of it."""

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        def unheard(*given: Any) -> None:
            function(*given)
            raise OperationalError("server closed the connection unexpectedly")

        chosen = unheard if function is steps.succeed else function
        return await super(Unheard, self).__call__(chosen, *arguments, **named)


def test_a_lost_answer_to_the_last_commit_costs_no_files() -> None:
    engine = released()
    edit = queue(engine)
    work(engine, database=Unheard(wait_seconds=0))
    edit.refresh_from_db()
    assert edit.state == State.SUCCEEDED
    assert media.path(edit.results.get().folder).is_dir()


def test_the_sweep_outlives_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps: list[int] = []

    def sweep(_registry: object, **_spare: object) -> int:
        sweeps.append(1)
        raise RuntimeError("a mistake of ours")

    async def script(_dispatch: LocalDispatch) -> None:
        while len(sweeps) < 2:
            await asyncio.sleep(0.02)

    monkeypatch.setattr(rescue, "sweep", sweep)
    work(StubEngine(), script)


def subject_on(mode: str) -> Image.Image:
    """A bright square on noise."""
    image = make_image(120, 90, mode, seed=3).point(lambda level: level // 3)
    if mode.endswith("A"):
        image.putalpha(255)
    bright: Any = {"L": 250, "LA": (250, 255)}.get(mode, (250, 60, 50))
    image.paste(bright, (40, 25, 80, 65))
    return image


@pytest.mark.parametrize(
    ("mode", "prompt", "result_mode"),
    [
        ("RGB", "remove the background", "RGBA"),
        ("L", "remove the background", "LA"),
        ("RGBA", "blur the background", "RGBA"),
        ("L", "blue background", "RGB"),
        ("RGB", "make the background black and white", "RGB"),
    ],
)
def test_a_changed_background_keeps_the_subject_the_engine_found(
    mode: str, prompt: str, result_mode: str, tmp_path: Any
) -> None:
    user = make_user("olga")
    project = make_project(user)
    picture = make_picture(project, user, as_bytes(subject_on(mode)))
    edit = make_edit(project, user, picture, prompt=prompt, box=(36, 21, 84, 69))
    asyncio.run(assembly.new_dispatch(slots=1, timing=TIMING).run(drain=True))
    edit.refresh_from_db()
    assert (edit.state, edit.focus["box"]) == (State.SUCCEEDED, [0, 0, 120, 90])
    result = edit.results.get()
    assert (result.kind, result.mode) == ("whole", result_mode)
    assert (result.width, result.height) == (120, 90)
    assert 1300 < result.protected_pixels < 1700
    assert result.changed_protected_pixels == 0
    pictures.render(result, tmp_path / "out.png", image_format="png")
    with Image.open(tmp_path / "out.png") as after:
        assert after.mode == result_mode
        middle = after.getpixel((60, 45))
        assert middle == subject_on(mode).convert(result_mode).getpixel((60, 45))
        assert after.getpixel((5, 5)) != subject_on(mode).convert(result_mode).getpixel((5, 5))


def test_a_cut_out_is_edited_again(tmp_path: Any) -> None:
    """The next patch lies on a picture with alpha."""
    user = make_user("olga")
    project = make_project(user)
    picture = make_picture(project, user, as_bytes(subject_on("RGB")))
    cut = make_edit(project, user, picture, prompt="cut this out", box=(36, 21, 84, 69))
    asyncio.run(assembly.new_dispatch(slots=1, timing=TIMING).run(drain=True))
    again = make_edit(project, user, cut.results.get(), prompt="invert", box=(50, 30, 60, 40))
    asyncio.run(assembly.new_dispatch(slots=1, timing=TIMING).run(drain=True))
    result = again.results.get()
    assert (result.kind, result.mode, result.changed_protected_pixels) == ("patch", "RGBA", 0)
    pictures.render(result, tmp_path / "out.png", image_format="png")
    with Image.open(tmp_path / "out.png") as after:
        assert after.getpixel((55, 35)) == (5, 195, 205, 255)
        assert after.getpixel((70, 35)) == (250, 60, 50, 255)
        assert after.getpixel((5, 5))[3] == 0  # type: ignore[index]
