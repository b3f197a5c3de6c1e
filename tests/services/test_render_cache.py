"""The cache of rendered pictures: bounded, whole files only, one maker, nothing of the dead."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

from editor.imaging.render import RENDERER
from editor.imaging.sandbox.errors import JobCrashed
from editor.models import Picture
from editor.services import media, render_cache, renders
from tests.making import make_picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    return make_picture(people.project, people.olga)


def names(data_dir: Path) -> set[str]:
    return {one.path.name for one in render_cache.files()}


def make_old(path: Path, seconds: float, data: bytes = b"x" * 10) -> Path:
    path.write_bytes(data)
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def writer(data: bytes, calls: list[Path]) -> Callable[[Path], None]:
    def make(draft: Path) -> None:
        calls.append(draft)
        draft.write_bytes(data)

    return make


def test_a_file_is_made_once_and_its_name_says_picture_wishes_and_renderer(
    picture: Picture, data_dir: Path
) -> None:
    calls: list[Path] = []
    path = render_cache.place(picture, "export.full.95.jpg")
    for _time in range(2):
        assert render_cache.kept(path, writer(b"pixels", calls)).read_bytes() == b"pixels"
    assert len(calls) == 1
    assert names(data_dir) == {f"{picture.public_id}.r{RENDERER}.export.full.95.jpg"}


def test_a_draft_never_has_the_final_name(picture: Picture) -> None:
    path = render_cache.place(picture, "a.png")

    def make(draft: Path) -> None:
        draft.write_bytes(b"half")
        assert not path.exists()
        draft.write_bytes(b"whole")

    assert render_cache.kept(path, make).read_bytes() == b"whole"


@pytest.mark.parametrize("error", [JobCrashed("exception", "x"), OSError(errno.EIO, "x")])
def test_what_fails_leaves_nothing(picture: Picture, data_dir: Path, error: Exception) -> None:
    def make(draft: Path) -> None:
        draft.write_bytes(b"half")
        draft.with_name(f"{draft.name}.part").write_bytes(b"less")
        raise error

    with pytest.raises(type(error)):
        render_cache.kept(render_cache.place(picture, "a.png"), make)
    assert names(data_dir) == set()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_the_same_one_makes_it(people: People) -> None:
    picture = make_picture(people.project, people.olga)
    calls: list[Path] = []
    path = render_cache.place(picture, "a.png")
    under_way, together = threading.Event(), threading.Barrier(9)

    def make(draft: Path) -> None:
        calls.append(draft)
        under_way.wait(10)
        draft.write_bytes(b"pixels")

    def ask() -> None:
        together.wait(10)
        try:
            render_cache.kept(path, make)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _number in range(8)]
    for thread in threads:
        thread.start()
    together.wait(10)
    under_way.set()
    for thread in threads:
        thread.join(20)
    assert (len(calls), path.read_bytes()) == (1, b"pixels")


def test_another_process_is_waited_for(picture: Picture, data_dir: Path) -> None:
    """Its lock is the kernel's: it is free the moment that process is gone, however it went."""
    path = render_cache.place(picture, "a.png")
    calls: list[Path] = []
    render_cache.kept(path, writer(b"first", calls))
    path.unlink()
    (lock,) = (data_dir / "renders" / render_cache.LOCKS).iterdir()
    program = (
        "import fcntl, sys, pathlib\n"
        "file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); print(flush=True)\n"
        "sys.stdin.read(); pathlib.Path(sys.argv[2]).write_bytes(b'theirs')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, lock, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        ours = threading.Thread(target=render_cache.kept, args=(path, writer(b"ours", calls)))
        ours.start()
        other.stdin.close()
        ours.join(20)
    assert (path.read_bytes(), len(calls)) == (b"theirs", 1)


def test_a_picture_purged_while_it_is_rendered_leaves_nothing(
    picture: Picture, data_dir: Path
) -> None:
    def make(draft: Path) -> None:
        draft.write_bytes(b"pixels")
        Picture.objects.filter(pk=picture.pk).delete()

    with pytest.raises(render_cache.Gone):
        render_cache.kept(render_cache.place(picture, "a.png"), make)
    assert names(data_dir) == set()


def test_each_file_that_is_written_keeps_the_cache_within_its_limit(
    picture: Picture, data_dir: Path, settings: Any
) -> None:
    settings.RENDER_CACHE_BYTES = 25
    for age, name in enumerate(["new", "old", "oldest"], 1):
        make_old(render_cache.place(picture, name), 1000 * age)
    render_cache.kept(render_cache.place(picture, "now"), writer(b"y" * 10, []))
    assert {name.rpartition(".")[2] for name in names(data_dir)} == {"now", "new"}


def test_what_was_used_a_moment_ago_stays_though_it_is_too_much(
    picture: Picture, data_dir: Path, settings: Any
) -> None:
    settings.RENDER_CACHE_BYTES = 0
    path = make_old(render_cache.place(picture, "a"), 1000)
    assert render_cache.used(path)
    render_cache.trim()
    assert path.exists()


def test_on_a_full_disk_the_cache_gives_way_before_anything_is_refused(
    picture: Picture, settings: Any
) -> None:
    old = make_old(render_cache.place(picture, "old"), 1000)
    settings.MIN_FREE_BYTES = 2**62
    with pytest.raises(media.DiskFull):
        render_cache.kept(render_cache.place(picture, "a.png"), writer(b"", []))
    assert not old.exists()


def test_strays_are_what_died_with_its_process_or_its_picture(
    picture: Picture, data_dir: Path
) -> None:
    root = render_cache.folder()
    (root / render_cache.LOCKS).mkdir()
    make_old(render_cache.place(picture, "a.png"), 90_000)
    (root / ".fresh.png").write_bytes(b"")
    expected = {
        make_old(root / ".draft.png.part", 1000),
        make_old(root / "purgedlongago.r1.screen.jpg", 1000),
        make_old(root / "partial.0123.webp", 90_000),
    }
    make_old(root / "partial.4567.webp", 1000)
    assert set(render_cache.strays()) == expected
    assert set(render_cache.strays(age=24 * 3600)) == {root / "partial.0123.webp"}


def test_exif_makes_another_file(people: People, picture: Picture, data_dir: Path) -> None:
    for camera in renders.Camera:
        renders.export(picture, "jpeg", camera=camera)
    stem = f"{picture.public_id}.r{RENDERER}.export.full.95"
    assert names(data_dir) == {f"{stem}.jpg", f"{stem}.exif.jpg", f"{stem}.exif-gps.jpg"}
