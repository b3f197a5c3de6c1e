"""Rings in other processes of this machine: something is there to do, or has happened.

A bell is a hint and nothing more. Whoever does not hear one looks a moment later all the same, so
nothing is lost with a ring, nor with the machine that rings and hears being two. Each listener has
a FIFO of its own in the data folder; one that nobody reads any more is taken down by the next ring.
"""

import contextlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings

NUMBER: Final = struct.Struct("<q")
# All that a FIFO holds on Linux (pipe(7)).
MOST_BYTES: Final = 65_536


class Rope(StrEnum):
    """What a bell rings for."""

    WORK = "work"  # an edit waits for a worker
    NEWS = "news"  # an edit came to rest, or has something to show


def ring(rope: Rope, numbers: Iterable[int] = (0,)) -> None:
    """Let all who listen know of these edits; never waits, never fails."""
    said = b"".join(NUMBER.pack(number) for number in numbers)
    with contextlib.suppress(OSError):
        for entry in os.scandir(settings.BELLS_DIR):
            if entry.name.startswith(rope):
                _pull(entry.path, said)


def _pull(path: str, said: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody has it open for reading
        with contextlib.suppress(OSError):
            Path(path).unlink()
        return
    try:
        with contextlib.suppress(BlockingIOError):  # rung often enough
            os.write(handle, said)
    finally:
        os.close(handle)


@contextlib.contextmanager
def hung(rope: Rope) -> Iterator[int]:
    """Hang a bell of one's own; give the descriptor that becomes readable when it rings."""
    folder: Path = settings.BELLS_DIR
    path = folder / f"{rope}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.mkfifo(path, 0o600)
        # For writing as well: a FIFO that its last writer closes would be readable for ever.
        handle = other = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:  # some shared folders know no FIFOs: then this one stays silent
        handle, other = os.pipe()
    try:
        yield handle
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        for each in {handle, other}:
            os.close(each)


def heard(handle: int) -> set[int]:
    """Return the edits that were rung for since the last time."""
    said = b""
    with contextlib.suppress(BlockingIOError):
        said = os.read(handle, MOST_BYTES)
    whole = len(said) - len(said) % NUMBER.size
    return {number for (number,) in NUMBER.iter_unpack(said[:whole])}
