"""Previews of what a program asked for come after the answer, and never in its way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from editor.imaging import preview
from editor.models import Edit, Picture, State
from editor.pipeline import previewing, steps
from editor.pipeline.database import DatabaseThread
from editor.pipeline.dispatch.local import Lanes, LocalDispatch
from editor.services import media, previews
from tests.making import as_bytes, make_api_key, make_image, make_picture
from tests.pipeline.paid_engine import PaidEngine, queue_paid
from tests.pipeline.test_paid import TIMING, sandbox, settled
from tests.sandboxes import shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]


@dataclass(frozen=True, slots=True)
class Noting(DatabaseThread):
    """Keeps whether results had previews when they were written down."""

    found: list[bool] = field(default_factory=list)

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if function is steps.succeed:
            self.found.extend(previews.are_there(result) for result in arguments[3])
        return await super(Noting, self).__call__(function, *arguments, **named)


def drain(engine: PaidEngine) -> list[bool]:
    """Run a worker until nothing is due; whether results had previews from the start."""
    database = Noting()

    async def main() -> None:
        dispatch = LocalDispatch(
            registry=engine,
            sandbox=shared(),
            lanes=Lanes(1, 8),
            timing=TIMING,
            database=database,
        )
        async with asyncio.timeout(60):
            await dispatch.run(drain=True)

    asyncio.run(main())
    return database.found


def forget_previews(picture: Picture) -> None:
    for side in preview.SIDES:
        previews.place(picture, side).unlink()


def asked_by_program(engine: PaidEngine, people: People) -> Edit:
    """An edit as it comes by the API: of a picture without previews."""
    edit = queue_paid(engine, people.project, people.olga)
    key, _token = make_api_key(people.project, people.olga)
    Edit.objects.filter(pk=edit.pk).update(api_key=key)
    forget_previews(edit.picture)
    return edit


def shown(picture: Picture) -> Image.Image:
    with Image.open(previews.place(picture, preview.SIDES[0])) as image:
        return image.convert("RGB")


def test_a_program_has_its_answer_before_there_are_previews(people: People) -> None:
    engine = PaidEngine()
    edit = asked_by_program(engine, people)
    assert drain(engine) == [False]
    result = settled(edit).results.get()
    assert edit.state == State.SUCCEEDED
    assert previews.are_there(edit.picture)
    assert previews.are_there(result)
    assert shown(result).size == shown(edit.picture).size == (80, 60)
    assert shown(result).tobytes() != shown(edit.picture).tobytes()


def test_people_see_a_result_at_once(people: People) -> None:
    engine = PaidEngine()
    edit = queue_paid(engine, people.project, people.olga)
    assert drain(engine) == [True]
    assert previews.are_there(settled(edit).results.get())


def test_a_page_can_edit_what_a_program_brought(people: People) -> None:
    engine = PaidEngine()
    edit = queue_paid(engine, people.project, people.olga)
    forget_previews(edit.picture)
    assert drain(engine) == [True]
    assert shown(settled(edit).results.get()).size == (80, 60)


def test_what_cannot_be_shown_stops_nobody(people: People) -> None:
    sizes = ((40, 30), (30, 40))
    good, gone = (
        make_picture(people.project, people.olga, as_bytes(make_image(*size))) for size in sizes
    )
    for picture in (good, gone):
        forget_previews(picture)
    media.path(gone.original_file).unlink()

    async def main() -> None:
        database = DatabaseThread()
        previewer = previewing.Previewer(database, shared())
        working = asyncio.create_task(previewer.run())
        # The last comes first, and cannot be opened.
        previewer.add([good])
        previewer.add([gone])
        async with asyncio.timeout(30):
            await previewer.done()
        working.cancel()
        await database.close()

    asyncio.run(main())
    assert previews.are_there(good)
    assert not previews.are_there(gone)
