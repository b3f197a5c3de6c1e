"""Once an hour, by one worker, without holding up the others."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone

from editor.models import Attempt, LedgerEntry, Leftover, Picture
from editor.pipeline.database import DatabaseThread
from editor.pipeline.housekeeping import clean, keep_house, take_turn
from editor.services import leftovers, purge
from tests.making import make_edit_row, make_picture, make_provider_row, make_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_had_a_turn() -> None:
    cache.clear()


def trash_all(days: int) -> None:
    Picture.objects.update(trashed_at=timezone.now() - timedelta(days=days))


async def with_database(act: Any) -> None:
    database = DatabaseThread(tries=1)
    try:
        await act(database)
    finally:
        await database.close()


def test_rows_and_files_go_when_their_time_is_over(people: People, data_dir: Path) -> None:
    for _number in range(purge.BATCH + 1):
        make_picture(people.project, people.olga)
    trash_all(days=31)
    asyncio.run(with_database(clean))
    assert not Picture.objects.exists()
    assert not Leftover.objects.exists()
    assert not list((data_dir / "pictures").glob("*/*"))


def test_the_setting_decides_when(people: People, settings: Any) -> None:
    make_picture(people.project, people.olga)
    trash_all(days=31)
    settings.TRASH_DAYS = 40
    asyncio.run(with_database(clean))
    assert Picture.objects.count() == 1


def test_one_worker_has_the_turn() -> None:
    assert [take_turn(3600) for _worker in range(3)] == [True, False, False]


def test_a_failure_is_not_the_last_round() -> None:
    calls: list[str] = []
    third = asyncio.Event()

    async def flaky(function: Any, *arguments: Any, **named: Any) -> Any:
        calls.append(function.__name__)
        if len(calls) == 1:
            raise DatabaseError("locked")
        if len(calls) == 3:
            third.set()
        return False

    async def run() -> None:
        keeper = asyncio.create_task(keep_house(flaky, every=0))
        await asyncio.wait_for(third.wait(), 10)
        keeper.cancel()

    asyncio.run(run())
    assert calls[:3] == ["take_turn"] * 3


def test_claims_come_in_between_batches(people: People) -> None:
    """The database's thread is free between two batches: nobody waits for the whole purge."""
    for _number in range(purge.BATCH * 2):
        make_picture(people.project, people.olga)
    trash_all(days=31)
    seen: list[int] = []

    async def watched(function: Any, *arguments: Any, **named: Any) -> Any:
        seen.append(await sync_to_async(Picture.objects.count)())
        return await sync_to_async(function)(*arguments, **named)

    async def act(_database: DatabaseThread) -> None:
        await clean(watched)

    asyncio.run(with_database(act))
    assert {purge.BATCH * 2, purge.BATCH, 0} <= set(seen)


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [("failed", 6, True), ("failed", 8, False), ("succeeded", 8, False), ("unknown", 99, True)],
)
def test_raw_answers_go_a_week_after_the_decision(
    people: People, data_dir: Path, state: str, days: int, stays: bool
) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    ended = timezone.now() - timedelta(days=days)
    edit = make_edit_row(people.project, people.olga, picture, state=state, finished_at=ended)
    Attempt.objects.create(
        edit=edit, number=1, fence=1, intent_at=ended, error_class="answer_unreadable"
    )
    kept = data_dir / "spool" / edit.public_id / "1" / "answer"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"{}")
    os.utime(kept.parent.parent, (ended.timestamp(), ended.timestamp()))
    assert list(leftovers.forgotten_work()) == ([] if stays else [kept.parent.parent])
    asyncio.run(with_database(clean))
    assert kept.exists() == stays


def test_a_providers_test_whose_process_died_is_settled(people: People) -> None:
    row = LedgerEntry.objects.create(
        provider=make_provider_row(), kind="reserve", micros=5, probe=uuid4()
    )
    before = timezone.now() - timedelta(minutes=11)
    LedgerEntry.objects.filter(pk=row.pk).update(created_at=before)
    asyncio.run(with_database(clean))
    kinds = LedgerEntry.objects.filter(probe=row.probe).order_by("pk").values_list("kind", "micros")
    assert list(kinds) == [("reserve", 5), ("release", 5), ("settle", 5)]


def test_the_cache_is_swept(people: People, data_dir: Path, settings: Any) -> None:
    """Drafts and renders without a picture go, and what is over the limit."""
    picture = make_picture(people.project, people.olga)
    cache = data_dir / "renders"
    kept, old = (cache / f"{picture.public_id}.r1.{use}" for use in ("screen.jpg", "old.jpg"))
    for age, path in enumerate((kept, old, cache / ".draft.png", cache / "gone.r1.screen.jpg"), 1):
        path.write_bytes(b"x" * 10)
        then = timezone.now().timestamp() - 1000 * age
        os.utime(path, (then, then))
    settings.RENDER_CACHE_BYTES = 15
    asyncio.run(with_database(clean))
    assert list(cache.iterdir()) == [kept]
