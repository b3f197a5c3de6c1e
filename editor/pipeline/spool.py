"""Where an edit's working files lie between its steps, and how an answer is made durable.

An engine writes its answer as `answer.body`, and what is needed to read it later as
`answer.head` (JSON). A file called `answer` is always whole and safe.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from editor.models import Edit
from editor.services import media

ANSWER: Final = "answer"
BODY: Final = "answer.body"
HEAD: Final = "answer.head"


def folder_of(edit: Edit, fence: int) -> Path:
    """Return the folder of one run; the fence is in its name, so no two runs share files."""
    root: Path = settings.SPOOL_DIR
    return root / edit.public_id / str(fence)


def open_folder(edit: Edit, fence: int) -> Path:
    """Return an empty folder for one run of the edit."""
    folder = folder_of(edit, fence)
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
    return folder


def has_room(needed: int) -> bool:
    """Whether an answer of so many bytes would fit."""
    settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    return shutil.disk_usage(settings.SPOOL_DIR).free >= needed


def keep_answer(
    answer: Path,
    head: Mapping[str, Any],
    folder: Path,
    safe: Callable[[], object] | None = None,
) -> tuple[Path, str]:
    """Make the engine's answer durable before anything reads it; return path and sha256.

    `safe` is called as soon as it would be found after a power cut, by its old name or its new one.
    """
    with answer.open("rb", buffering=0) as file:
        with media.syncing(file):
            _write_head(folder / HEAD, head)
            _sync(folder / HEAD)
            _sync(folder)
        if safe:
            safe()
        target = answer.rename(folder / ANSWER)
        _sync(folder)
        return target, hashlib.file_digest(file, "sha256").hexdigest()


def adopt_answer(answer: Path, head: Mapping[str, Any], folder: Path) -> tuple[Path, str]:
    """Copy an answer out of the folder of a run that may yet wake up and write there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / BODY
    shutil.copyfile(answer, copy)
    return keep_answer(copy, head, folder)


def name_of(file: Path) -> str:
    """Return how a row names a file of the spool."""
    return str(file.relative_to(settings.SPOOL_DIR))


def path_of(name: str) -> Path:
    """The reverse of `name_of`."""
    root: Path = settings.SPOOL_DIR
    return root / name


def head_in(folder: Path) -> dict[str, Any] | None:
    """Return the head of the answer, if all of it is there."""
    try:
        head = json.loads((folder / HEAD).read_bytes())
    except (OSError, ValueError):
        return None
    return head if isinstance(head, dict) else None


def clear(edit: Edit, fence: int) -> None:
    """Drop the working files of the edit's run under `fence` and of those before it.

    A later run, perhaps of another worker, keeps its own.
    """
    folder: Path = settings.SPOOL_DIR / edit.public_id
    with contextlib.suppress(OSError):  # gone already, or not empty
        for run in folder.iterdir():
            if int(run.name) <= fence:
                shutil.rmtree(run, ignore_errors=True)
        folder.rmdir()


def drop(folder: Path) -> None:
    """Drop the folder of one run; those of the edit's other runs stay."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # not empty, or gone already
        folder.parent.rmdir()


def _write_head(path: Path, head: Mapping[str, Any]) -> None:
    """Write it, unless the engine did: amid that the answer would be without one."""
    text = json.dumps(dict(head)).encode()
    if not path.is_file() or path.read_bytes() != text:
        path.write_bytes(text)


def _sync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
