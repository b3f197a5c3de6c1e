"""Where an edit's working files lie between its steps, and how an answer is made durable."""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from django.conf import settings

from editor.models import Edit


def open_folder(edit: Edit, fence: int) -> Path:
    """Return an empty folder for one run of the edit.

    The fence is in its name, so that a worker that lost its lease writes into nobody's files.
    """
    folder: Path = settings.SPOOL_DIR / edit.public_id / str(fence)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def keep_answer(answer: Path, folder: Path) -> tuple[Path, str]:
    """Make the engine's answer durable before anything reads it; return path and sha256.

    Synced under a temporary name, then renamed: a file called `answer` is always whole.
    """
    part = answer.rename(folder / "answer.part")
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    target = part.rename(folder / "answer")
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return target, digest


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
