"""A real worker process for fault tests: `python -m tests.faults.worker_main [POINT] [options]`.

It kills itself with SIGKILL the first time a run passes the named barrier, or puts itself to
sleep with SIGSTOP. It lives in tests, so no production process can be told to do so.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import django
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEASE_SECONDS = 1.5
PATIENCE_SECONDS = 60


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("point", nargs="?", default="")
    parser.add_argument("--sleep", action="store_true", help="SIGSTOP instead of SIGKILL")
    parser.add_argument("--lease", type=float, default=LEASE_SECONDS)
    parser.add_argument("--engines", default="", help="a function of barrier and runner")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--grace", type=float, default=5, help="for what a provider was asked")
    parser.add_argument("--page", type=int, default=0, help="click on this picture instead")
    parser.add_argument("--nursery", action="store_true", help="read options of victims, fork each")
    return parser.parse_args(arguments)


def barrier_at(point: str, end: Callable[[], object]) -> Callable[[str], None]:
    """Return the barrier that ends, or once puts to sleep, this process at `point`."""
    left = [point]

    def barrier(passed: str) -> None:
        if passed in left:
            left.remove(passed)
            signal.alarm(0)
            end()

    return barrier


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fall_asleep(bed: int) -> None:
    """Say so by stopping once, and stay until the nurse has stopped this process for good."""
    os.kill(os.getpid(), signal.SIGSTOP)
    os.read(bed, 1)


def main(chosen: argparse.Namespace, bed: int = -1) -> None:
    from editor.pipeline.assembly import new_dispatch
    from editor.pipeline.dispatch.local import Timing

    barrier = barrier_at(chosen.point, partial(fall_asleep, bed) if chosen.sleep else die)
    engines: dict[str, Any] = {}
    if chosen.engines:
        engines["registry"] = partial(import_string(chosen.engines), barrier)

    async def run() -> None:
        timing = Timing(
            lease=chosen.lease,
            heartbeat=0.3,
            rescue=0.2,
            tick=0.05,
            grace=1,
            paid_grace=chosen.grace,
            announce=0.0,  # so that every point is passed, however soon an answer comes
        )
        dispatch = new_dispatch(
            slots=chosen.slots, calls=chosen.calls, timing=timing, barrier=barrier, **engines
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, dispatch.stop)
        await dispatch.run()

    asyncio.run(run())


def click(point: str, picture: int) -> None:
    """Submit an edit as the page does, and die before its row (K1) or before the reply (K2)."""
    from django.db.models.signals import pre_save

    from editor.models import Edit, Picture, Provider, User
    from tests.faults import paying

    def die_first(**_sent: object) -> None:
        die()

    if point == "K1":
        pre_save.connect(die_first, sender=Edit)
    found = Picture.objects.get(pk=picture)
    paying.queue(Provider.objects.get(), found, User.objects.get(), point)
    die()


def nurse() -> None:
    """Fork a worker for each line of options: Django starts only once.

    Say which process it is, and how it ended or that it fell asleep.
    """
    for module in ("editor.pipeline.assembly", "tests.faults.paying", "tests.faults.real_client"):
        importlib.import_module(module)
    for line in sys.stdin:
        given = options(line.split())
        bed, word = os.pipe()
        pid = os.fork()
        if pid == 0:
            signal.alarm(PATIENCE_SECONDS)  # one that never comes to its point
            click(given.point, given.page) if given.page else main(given, bed)
            os._exit(0)
        status = os.waitpid(pid, os.WUNTRACED)[1]
        if os.WIFSTOPPED(status):
            status = put_to_bed(pid)
            os.write(word, b"x")
        os.close(bed)
        os.close(word)
        fate = "asleep" if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
        sys.stdout.write(f"{pid} {fate}\n")
        sys.stdout.flush()


def put_to_bed(pid: int) -> int:
    """Stop a worker for good while it writes nothing; return how it is then.

    Its other threads may be writing when it comes to its point: stopped then, it would keep
    SQLite's one lock from everybody. Who has that lock knows that the worker has not.
    """
    from django.db import connection, transaction

    os.kill(pid, signal.SIGCONT)
    with transaction.atomic():
        os.kill(pid, signal.SIGSTOP)
        status = os.waitpid(pid, os.WUNTRACED)[1]
    connection.close()  # no SQLite is carried through a fork
    return status


if __name__ == "__main__":
    chosen = options()
    django.setup()
    if chosen.nursery:
        nurse()
    else:
        main(chosen)
