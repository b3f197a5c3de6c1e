"""Real processes: restarted when they die, gone when the supervisor goes, however it goes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from editor.management.supervisor import (
    FIRST_DELAY_SECONDS,
    HEALTHY_SECONDS,
    LONGEST_DELAY_SECONDS,
    Child,
    Supervisor,
)
from tests.management.processes import PATIENCE_SECONDS, is_running, wait_for

SLEEP = "import time; time.sleep(600)"
# Writes its own pid and that of a grandchild, which ignores polite requests.
FAMILY = """
import os, pathlib, signal, sys, time
if not os.fork():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    name = "grandchild"
else:
    name = "child"
path = pathlib.Path(sys.argv[1], name)
path.with_suffix(".new").write_text(str(os.getpid()))
path.with_suffix(".new").rename(path)
time.sleep(600)
"""
SUPERVISE = """
import sys
from editor.management.supervisor import Child, Supervisor
child = Child("sleeper", [sys.executable, "-c", sys.argv[2], sys.argv[1]])
sys.exit(Supervisor([child], say=lambda text: None, grace_seconds=0.5).run(lambda: None))
"""


def make_child(code: str = SLEEP, *arguments: str) -> Child:
    return Child("sleeper", [sys.executable, "-c", code, *arguments])


@pytest.fixture
def family(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    """A supervisor in a process of its own, the pids of its child and of its grandchild."""
    process = subprocess.Popen([sys.executable, "-c", SUPERVISE, str(tmp_path), FAMILY])
    names = (tmp_path / "child", tmp_path / "grandchild")
    wait_for(lambda: all(name.exists() for name in names))
    child, grandchild = (int(name.read_text()) for name in names)
    yield process, child, grandchild
    process.kill()
    process.wait()
    for pid in (child, grandchild):
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)


def test_sigterm_ends_children_and_all_their_descendants(
    family: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    process, child, grandchild = family
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert not is_running(child)
    wait_for(lambda: not is_running(grandchild))


def test_a_killed_supervisor_takes_its_child_with_it(
    family: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    process, child, _ = family
    process.kill()
    process.wait()
    wait_for(lambda: not is_running(child))


def test_a_dead_child_is_started_again_and_said_so() -> None:
    said: list[str] = []
    pids: list[int] = []
    child = make_child()
    supervisor = Supervisor([child], say=said.append, grace_seconds=5)

    def watch() -> None:
        if child.process and child.process.pid not in pids:
            pids.append(child.process.pid)
            if len(pids) == 1:
                child.signal(signal.SIGKILL)
            else:
                os.kill(os.getpid(), signal.SIGTERM)

    assert supervisor.run(watch) == 0
    assert len(pids) == 2
    assert said == ["The sleeper ended (SIGKILL); next start in 0.5 s."]
    assert not any(is_running(pid) for pid in pids)


def test_a_stubborn_child_is_killed_after_the_grace(tmp_path: Path) -> None:
    ready = tmp_path / "child"
    child = make_child(
        FAMILY.replace("path =", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\npath =")
    )
    child.arguments = [*child.arguments, str(tmp_path)]
    supervisor = Supervisor([child], say=lambda text: None, grace_seconds=0.2)
    supervisor.run(lambda: supervisor.give_up() if ready.exists() else None)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_giving_up_is_exit_status_1() -> None:
    supervisor = Supervisor([make_child()], say=lambda text: None, grace_seconds=5)
    assert supervisor.run(supervisor.give_up) == 1


def test_signal_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    supervisor = Supervisor([], say=lambda text: None, grace_seconds=1)
    supervisor.run(supervisor.give_up)
    assert signal.getsignal(signal.SIGTERM) is before


def test_delays_double_up_to_a_limit_and_start_over_after_health() -> None:
    now = 100.0
    child = Child("sleeper", ["unused"], clock=lambda: now)
    child._started = now
    delays = [child.back_off() for _ in range(9)]
    assert delays[:4] == [0.5, 1.0, 2.0, 4.0]
    assert delays[-1] == LONGEST_DELAY_SECONDS
    assert child.due == now + LONGEST_DELAY_SECONDS
    now += HEALTHY_SECONDS
    assert child.back_off() == FIRST_DELAY_SECONDS
