"""Answers are made durable whole, with what is needed to read them."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest

from editor.models import Edit
from editor.pipeline import spool

if TYPE_CHECKING:
    from pathlib import Path

HEAD = {"status": 200, "content_type": "application/json"}


def answer(folder: Path, text: bytes = b"{}") -> Path:
    body = folder / spool.BODY
    body.write_bytes(text)
    return body


@pytest.mark.parametrize("size", [0, 2, 3_000_000])
def test_an_answer_is_kept_whole_and_summed_up(tmp_path: Path, size: int) -> None:
    text = os.urandom(size)
    kept, sha256 = spool.keep_answer(answer(tmp_path, text), HEAD, tmp_path)
    assert (kept, kept.read_bytes()) == (tmp_path / spool.ANSWER, text)
    assert sha256 == hashlib.sha256(text).hexdigest()
    assert spool.head_in(tmp_path) == HEAD
    assert not (tmp_path / spool.BODY).exists()


@pytest.mark.parametrize("before", [None, "{", json.dumps({"status": 500}), json.dumps(HEAD) + " "])
def test_the_head_is_what_the_engine_said_last(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        (tmp_path / spool.HEAD).write_text(before)
    spool.keep_answer(answer(tmp_path), HEAD, tmp_path)
    assert spool.head_in(tmp_path) == HEAD


def test_a_head_that_is_there_is_never_away(tmp_path: Path) -> None:
    """Not even for the moment in which it would be written anew."""
    head = tmp_path / spool.HEAD
    head.write_text(json.dumps(HEAD))
    os.utime(head, ns=(1, 1))
    spool.keep_answer(answer(tmp_path), HEAD, tmp_path)
    assert head.stat().st_mtime_ns == 1


def test_it_is_told_once_it_would_be_found(tmp_path: Path) -> None:
    """By its old name: another takes one more wait for the disk."""
    seen: list[set[str]] = []
    spool.keep_answer(
        answer(tmp_path),
        HEAD,
        tmp_path,
        lambda: seen.append({one.name for one in tmp_path.iterdir() if one.is_file()}),
    )
    assert seen == [{spool.BODY, spool.HEAD}]


def test_what_does_not_reach_the_disk_is_not_told(tmp_path: Path) -> None:
    """Here its head: a folder stands in its place."""
    (tmp_path / spool.HEAD).mkdir()
    told: list[None] = []
    with pytest.raises(IsADirectoryError):
        spool.keep_answer(answer(tmp_path), HEAD, tmp_path, lambda: told.append(None))
    assert (told, spool.head_in(tmp_path)) == ([], None)


def test_without_an_answer_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        spool.keep_answer(tmp_path / spool.BODY, HEAD, tmp_path)
    assert not (tmp_path / spool.ANSWER).exists()


def test_each_run_begins_with_an_empty_folder(data_dir: Path) -> None:
    edit = Edit(public_id="a" * 26)
    folder = spool.open_folder(edit, 1)
    assert folder.is_relative_to(data_dir / "spool")
    (folder / "inner").mkdir()
    answer(folder)
    assert (spool.open_folder(edit, 1), list(folder.iterdir())) == (folder, [])
    assert spool.open_folder(edit, 2).parent == folder.parent
