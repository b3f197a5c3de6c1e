"""Functions for a sandbox to run."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from editor.imaging.errors import Rejected
from editor.imaging.sandbox import progress

if TYPE_CHECKING:
    from editor.imaging.sandbox.wire import JSON

SIOCGIFFLAGS = 0x8913
warmed_up_in: list[int] = []


def warm_up() -> None:
    """What a zygote does once."""
    warmed_up_in.append(os.getpid())


def echo(**arguments: JSON) -> dict[str, JSON]:
    return arguments


def look_around() -> dict[str, JSON]:
    """What a job can see of the world."""
    return {
        "environment": dict(os.environ),
        "modules": sorted(sys.modules),
        "descriptors": sorted(int(fd.name) for fd in Path("/proc/self/fd").iterdir()),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "parent_environment": Path(f"/proc/{os.getppid()}/environ").read_text(),
    }


def look_up_zygote() -> dict[str, JSON]:
    return {"pid": os.getppid()}


def interfaces_up() -> dict[str, JSON]:
    """Network interfaces that something can be sent through (IFF_UP, netdevice(7))."""
    up = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack("16sH14x", name.encode(), 0)
            flags = struct.unpack("16sH14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
            if flags & 1:
                up.append(name)
    return {"up": up}


def span() -> dict[str, JSON]:
    """When we ran, on the clock that all processes share."""
    start = time.monotonic()
    time.sleep(0.05)
    return {"start": start, "end": time.monotonic()}


def refuse() -> dict[str, JSON]:
    raise Rejected("animated", {"frames": 7})


def fail() -> dict[str, JSON]:
    raise KeyError("canary")


def leave() -> dict[str, JSON]:
    raise SystemExit(3)


def eat_memory() -> dict[str, JSON]:
    return {"length": len(bytearray(1 << 40))}


def spin() -> dict[str, JSON]:
    while True:
        pass


def sleep(*, seconds: float, mark: str | None = None) -> dict[str, JSON]:
    """Write our pid to `mark`, wait, write "done" there."""
    if mark:
        Path(mark).write_text(str(os.getpid()))
    time.sleep(seconds)
    if mark:
        Path(mark).write_text("done")
    return {"pid": os.getpid()}


def kill_self(*, number: int) -> dict[str, JSON]:
    os.kill(os.getpid(), number)
    signal.pause()
    return {}


def kill_zygote() -> dict[str, JSON]:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
    return {}


def write_much(*, path: str, size: int) -> dict[str, JSON]:
    return {"written": Path(path).write_bytes(b"x" * size)}


def count_up() -> dict[str, JSON]:
    for step in range(5):
        progress.report(step / 4)
    return {}


def babble(*, size: int) -> dict[str, JSON]:
    return {"text": "x" * size}


def say_nonsense() -> dict[str, JSON]:
    os.write(3, b'{"half a line\n[1]\n"text"\n')
    return {"well": True}


def say_pid() -> dict[str, JSON]:
    """Who runs this."""
    return {"pid": os.getpid()}


def say_warmth() -> dict[str, JSON]:
    """Which processes warmed up before this."""
    return {"in": [*warmed_up_in], "zygote": os.getppid()}


def niceness() -> dict[str, JSON]:
    """How far back we stand in the line for a core."""
    return {"niceness": os.getpriority(os.PRIO_PROCESS, 0)}
