"""What a forked job does between its birth and its exit."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING

from editor.imaging.errors import Rejected
from editor.imaging.sandbox import progress
from editor.imaging.sandbox.wire import JSON, MAX_ANSWER, Limits, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# The only descriptors of a job: stdin, stdout, stderr and its own socket.
JOB_FD = 3
OPEN_FILES = 64
PR_SET_PDEATHSIG = 1
# Made beforehand: without memory there is none to make it.
OUT_OF_MEMORY = line(crashed="memory", detail="the job needs more memory than it may use")


def run(job: socket.socket, *, zygote: int, preload: Sequence[str], limits: Limits) -> None:
    """Serve the requests of `job`, one after the other, and exit; never returns."""
    try:
        die_with(zygote)
        connection = keep_only(job)
        restrict(limits)
        with connection.makefile("rb") as stream:
            while request := stream.readline():
                connection.sendall(answer(connection, request, preload))
    except MemoryError:
        os.write(JOB_FD, OUT_OF_MEMORY)
    except OSError:
        pass  # The client is gone.
    finally:
        os._exit(0)


def die_with(parent: int) -> None:
    """Be killed when `parent` dies, or now if it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def keep_only(job: socket.socket) -> socket.socket:
    """Close everything inherited but the standard streams and the job's own socket."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(job.detach(), JOB_FD)
    os.closerange(JOB_FD + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return socket.socket(fileno=JOB_FD)


def restrict(limits: Limits) -> None:
    """Give up every resource beyond `limits`, for good."""
    # One second after the first signal the kernel kills without appeal.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def answer(connection: socket.socket, request: bytes, preload: Sequence[str]) -> bytes:
    """The last line to a request, whatever happens in it (but MemoryError)."""
    try:
        calls = read(request, preload)
        progress.listen(lambda done: connection.sendall(line(progress=done)))
        result = line(results=[function(**arguments) for function, arguments in calls])
    except MemoryError:
        raise
    except Rejected as refusal:
        return line(rejected=refusal.code, params=refusal.params, message=refusal.message)
    except Exception as error:  # noqa: BLE001 - reported to the client in full
        return crash(error)
    if len(result) > MAX_ANSWER:
        return line(crashed="exception", detail=f"an answer of {len(result)} bytes")
    return result


def read(
    request: bytes, preload: Sequence[str]
) -> list[tuple[Callable[..., JSON], dict[str, JSON]]]:
    """The functions asked for, each with its keyword arguments; for patient ones it steps back."""
    asked = json.loads(request)
    os.nice(asked.get("niceness", 0))
    return [(find(name, preload), arguments) for name, arguments in asked["jobs"]]


def find(function: str, preload: Sequence[str]) -> Callable[..., JSON]:
    """The function of that name; only those of preloaded modules may be named."""
    module, _, name = function.partition(":")
    if module not in preload or name.startswith("_"):
        raise LookupError(f"{function} is not offered by this sandbox")
    found: Callable[..., JSON] = getattr(importlib.import_module(module), name)
    return found


def crash(error: BaseException) -> bytes:
    """An exception as the client will see it."""
    detail = "".join(traceback.format_exception(error, limit=-4, chain=False)).strip()
    errno = error.errno if isinstance(error, OSError) else None
    return line(crashed="exception", detail=detail, errno=errno)
