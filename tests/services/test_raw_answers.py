"""Answers as they came, between processes: used at once by two, looked at while they are purged."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from editor.models import Membership, Picture, Role
from editor.services import raw_answers, render_cache
from tests.making import make_door, make_picture
from tests.views.test_raw_answer import make_landed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


def folders(data_dir: Path) -> set[Path]:
    return set((data_dir / "pictures").glob("*/*"))


def test_the_same_answer_used_at_once_is_one_version(people: People, data_dir: Path) -> None:
    result = make_landed(people)
    before, made = folders(data_dir), []
    barrier = threading.Barrier(3)

    def use() -> None:
        barrier.wait()
        try:
            found = Picture.objects.get(pk=result.pk)
            door = make_door(people.project, people.olga)
            made.append(raw_answers.take(door=door, picture=found).public_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3
    assert set(made) == {Picture.objects.get(proof__raw_of=result.public_id).public_id}
    # What the slower ones had written is gone.
    assert len(folders(data_dir) - before) == 1


def test_who_lost_the_right_meanwhile_makes_nothing(people: People, data_dir: Path) -> None:
    result = make_landed(people)
    before = folders(data_dir)
    door = make_door(people.project, people.emil, Role.EDITOR)
    Membership.objects.filter(user=people.emil).update(role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        raw_answers.take(door=door, picture=result)
    assert folders(data_dir) == before
    assert not Picture.objects.filter(proof__raw_of=result.public_id).exists()


def test_what_was_no_answer_cannot_be_used(people: People) -> None:
    picture = make_picture(people.project, people.olga)
    assert not raw_answers.can_be_taken(picture)
    with pytest.raises(ValueError, match="no answer"):
        raw_answers.take(door=make_door(people.project, people.olga), picture=picture)


def test_what_an_answer_shows_goes_with_its_picture(people: People, data_dir: Path) -> None:
    result = make_landed(people)
    Picture.objects.filter(pk=result.pk).delete()
    with pytest.raises(render_cache.Gone):
        raw_answers.shown(result)
    assert list(render_cache.files()) == []


def test_what_an_answer_shows_is_bounded_like_all_that_is_rendered(
    people: People, data_dir: Path, settings: Any
) -> None:
    result = make_landed(people)
    old = render_cache.place(result, "old.png")
    render_cache.folder()
    old.write_bytes(b"x" * 10)
    os.utime(old, (1000, 1000))
    settings.RENDER_CACHE_BYTES = 10
    shown = raw_answers.shown(result)
    assert [one.path for one in render_cache.files()] == [shown]
