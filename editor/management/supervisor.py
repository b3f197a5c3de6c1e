"""Keeps a few child processes running, and ends them together.

Children share our terminal, run in process groups of their own (so that Ctrl-C reaches only us
and each can be ended with all its descendants), and are on a leash: even if this process is
killed with SIGKILL, none of them stays behind.
"""

import contextlib
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from editor.management import leash

TICK_SECONDS = 0.1
# A child that lived this long was healthy: the next restart is immediate again.
HEALTHY_SECONDS = 30.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0

Say = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """One process to keep running. `arguments` is a full command line."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    inherit: Sequence[int] = ()
    clock: Callable[[], float] = time.monotonic
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    due: float = 0.0
    _started: float = 0.0

    def start(self) -> None:
        """Start the process. Raises OSError when the command cannot be run."""
        self._started = self.clock()
        self.process = subprocess.Popen(  # noqa: S603  our own command lines
            leash.command(list(self.arguments)),
            env=leash.environment() | self.environment,
            pass_fds=tuple(self.inherit),
            stdin=subprocess.DEVNULL,
            process_group=0,
        )

    def ended(self) -> bool:
        """Whether the process is over; if so its descendants are killed and it is reaped."""
        if self.process is None or self.process.returncode is not None:
            return True
        if not _is_over(self.process.pid):
            return False
        # The group is ours until the leader is reaped, so no stranger can be hit.
        self.signal(signal.SIGKILL)
        self.process.wait()
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal: SIGKILL to all descendants in the group, others to the process alone."""
        if self.process is None or self.process.returncode is not None:
            return
        send = os.killpg if number == signal.SIGKILL else os.kill
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(self.process.pid, number)

    def back_off(self) -> float:
        """Note an unwanted end; return the seconds until the next start is due."""
        now = self.clock()
        self.failures = 1 if now - self._started >= HEALTHY_SECONDS else self.failures + 1
        doubled = math.ldexp(FIRST_DELAY_SECONDS, self.failures - 1)
        delay = min(doubled, LONGEST_DELAY_SECONDS)
        self.due = now + delay
        self.process = None
        return delay


def _is_over(pid: int) -> bool:
    """Whether a child has ended, leaving it unreaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class Supervisor:
    """Runs children until told to stop by SIGTERM or SIGINT; a second signal stops them hard."""

    def __init__(self, children: Sequence[Child], *, say: Say, grace_seconds: float) -> None:
        self.children = children
        self.say = say
        self.grace_seconds = grace_seconds
        self.stops_wanted = 0
        self.gave_up = False

    def run(self, every_tick: Callable[[], None]) -> int:
        """Start everything, call `every_tick` ten times a second, and return the exit status.

        Call it from the main thread. 0 after a wished stop, 1 after `give_up`.
        """
        before = {n: signal.signal(n, self._on_signal) for n in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self.stops_wanted and not self.gave_up:
                self._keep_running()
                every_tick()
                time.sleep(TICK_SECONDS)
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return 1 if self.gave_up else 0

    def give_up(self) -> None:
        """Stop everything and let `run` return 1."""
        self.gave_up = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stops_wanted += 1

    def _keep_running(self) -> None:
        for child in self.children:
            if child.process is None:
                if child.clock() >= child.due:
                    child.start()
            elif child.ended():
                status = child.process.returncode
                delay = child.back_off()
                self.say(f"The {child.name} ended ({_reason(status)}); next start in {delay:g} s.")

    def _stop_all(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.grace_seconds
        waiting = [child for child in self.children if not child.ended()]
        while waiting and self.stops_wanted < 2 and time.monotonic() < deadline:
            time.sleep(TICK_SECONDS / 2)
            waiting = [child for child in waiting if not child.ended()]
        for child in waiting:
            child.signal(signal.SIGKILL)
        for child in waiting:
            while not child.ended():
                time.sleep(TICK_SECONDS / 2)


def _reason(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
