"""Runs a command that ends with its parent: `python editor/management/leash.py COMMAND ...`.

The kernel sends SIGTERM when the parent is gone, however it ended (prctl(2), PR_SET_PDEATHSIG;
the wish survives exec). Other systems than Linux have no such call: there the command runs as
it is. A process of its own is used because code between fork and exec may not run Python safely.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT = "PENTIMENTO_LEASH_PARENT"


def command(arguments: list[str]) -> list[str]:
    """Return the command line that runs `arguments` on a leash held by this process.

    It names this file, so that it works from every working directory. Start it with `environment()`, from the main thread: the leash is tied to that thread.
    """
    return [sys.executable, __file__, *arguments]


def environment() -> dict[str, str]:
    """Return the environment in which a leashed command knows its parent."""
    return os.environ | {PARENT: str(os.getpid())}


def fasten() -> None:
    """Ask for SIGTERM at the parent's end; exit at once if the parent has already gone."""
    expected = os.environ.pop(PARENT, "")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if expected and os.getppid() != int(expected):
        sys.exit(0)


if __name__ == "__main__":
    fasten()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  the command is ours or make's
