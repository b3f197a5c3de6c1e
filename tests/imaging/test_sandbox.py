from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from editor.imaging.sandbox.children import MOST_JOBS
from editor.imaging.sandbox.client import (
    ChildJob,
    JobCrashed,
    JobRejected,
    Limits,
    Sandbox,
    SandboxError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from editor.imaging.sandbox.wire import JSON

JOBS = "tests.imaging.jobs"
LIMITS = Limits(cpu_seconds=1, memory_bytes=1 << 30, wall_seconds=60.0, file_bytes=1 << 20)
# Long enough for a busy machine; no test waits this long when all is well.
PATIENCE = 10.0


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(preload=[JOBS], limits=LIMITS, slots=4)
    yield box
    box.close()


def make_sandbox(*, slots: int = 1, wall: float = 30.0, preload: str = JOBS) -> Sandbox:
    limits = Limits(cpu_seconds=20, memory_bytes=None, wall_seconds=wall, file_bytes=1 << 20)
    return Sandbox(preload=[preload], limits=limits, slots=slots)


def wait_for[T](ask: Callable[[], T]) -> T:
    """The first true answer of `ask`."""
    end = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)
    return answer


def running(pid: int) -> bool:
    """Whether the process exists and is not only waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def pid_in(mark: Path) -> int:
    return int(mark.read_text() or 0) if mark.exists() else 0


def zygote_of(box: Sandbox) -> int:
    return int(cast("int", box.call(f"{JOBS}:look_up_zygote")["pid"]))


def test_arguments_go_in_and_come_back(sandbox: Sandbox) -> None:
    arguments: dict[str, JSON] = {"text": "ä\n\0", "number": 2.5, "list": [1, None, {"deep": True}]}
    assert sandbox.call(f"{JOBS}:echo", **arguments) == arguments


def test_a_request_larger_than_the_socket_buffer_arrives(sandbox: Sandbox) -> None:
    big = "x" * 3_000_000
    assert sandbox.call(f"{JOBS}:echo", big=big)["big"] == big


def test_a_refusal_keeps_code_params_and_message(sandbox: Sandbox) -> None:
    with pytest.raises(JobRejected, match="animation of 7 frames") as caught:
        sandbox.call(f"{JOBS}:refuse")
    assert (caught.value.code, caught.value.params) == ("animated", {"frames": 7})


@pytest.mark.parametrize(
    ("function", "arguments", "kind", "detail"),
    [
        ("fail", {}, "exception", "canary"),
        ("leave", {}, "exception", "without an answer"),
        ("missing", {}, "exception", "missing"),
        ("_private", {}, "exception", "not offered"),
        ("echo_wrong", {"surprise": 1}, "exception", "echo_wrong"),
        ("eat_memory", {}, "memory", "more memory"),
        ("spin", {}, "cpu", "1 s of CPU"),
        ("kill_self", {"number": signal.SIGSEGV}, "signal", "11"),
        ("kill_self", {"number": signal.SIGKILL}, "signal", "9"),
        ("babble", {"size": 9 << 20}, "exception", "bytes"),
    ],
)
def test_every_bad_end_is_a_crash_of_its_kind(
    sandbox: Sandbox, function: str, arguments: dict[str, int], kind: str, detail: str
) -> None:
    with pytest.raises(JobCrashed, match=detail) as caught:
        sandbox.call(f"{JOBS}:{function}", **arguments)
    assert caught.value.kind == kind


def test_a_job_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    box, mark = make_sandbox(wall=0.3), tmp_path / "mark"
    with pytest.raises(JobCrashed, match="not done after") as caught:
        box.call(f"{JOBS}:sleep", seconds=60, mark=str(mark))
    assert caught.value.kind == "time"
    # On a very busy machine it may die before it has said its name.
    assert not mark.exists() or not running(pid_in(mark))
    box.close()


def test_a_file_over_the_limit_is_refused_by_the_system(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(JobCrashed) as caught:
        sandbox.call(f"{JOBS}:write_much", path=str(tmp_path / "much"), size=(1 << 20) + 1)
    assert (caught.value.kind, caught.value.errno) == ("exception", 27)
    assert sandbox.call(f"{JOBS}:write_much", path=str(tmp_path / "fits"), size=1 << 20) == {
        "written": 1 << 20
    }


def test_nonsense_on_the_wire_does_not_hide_the_answer(sandbox: Sandbox) -> None:
    assert sandbox.call(f"{JOBS}:say_nonsense") == {"well": True}


def test_only_preloaded_modules_can_be_called(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="os is not a preloaded module"):
        sandbox.call("os:getcwd")


def test_several_functions_run_in_one_child_until_one_fails(tmp_path: Path) -> None:
    box, mark = make_sandbox(), tmp_path / "mark"
    write = ChildJob(f"{JOBS}:write_much", {"path": str(mark), "size": 1})
    both = asyncio.run(box.run_each([write, ChildJob(f"{JOBS}:echo", {"pid": 1})]))
    assert both == [{"written": 1}, {"pid": 1}]
    mark.unlink()
    with pytest.raises(JobRejected):
        asyncio.run(box.run_each([ChildJob(f"{JOBS}:refuse", {}), write]))
    assert not mark.exists()
    with pytest.raises(SandboxError, match="os is not a preloaded module"):
        asyncio.run(box.run_each([write, ChildJob("os:getcwd", {})]))
    box.close()


def test_a_sandbox_that_was_started_has_its_zygote_before_the_first_job() -> None:
    box = make_sandbox()
    box.start()
    assert box._server is not None
    first = box._server.process.pid
    box.start()
    assert zygote_of(box) == first
    box.close()


def test_a_module_that_cannot_be_imported_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    box = make_sandbox(preload="tests.imaging.missing")
    with pytest.raises(SandboxError, match="cannot be imported"):
        box.call("tests.imaging.missing:anything")
    box.close()
    assert "ModuleNotFoundError" in capfd.readouterr().err


def test_a_job_sees_no_secret_and_no_other_descriptor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PENTIMENTO_SECRET_KEY", "canary-of-the-key")
    box = make_sandbox()
    world = box.call(f"{JOBS}:look_around")
    box.close()
    environment = cast("dict[str, str]", world["environment"])
    # Python may add LC_CTYPE to make UTF-8 of a plain locale.
    assert environment.keys() - {"LC_CTYPE"} == {
        *("PATH", "LANG", "HOME"),
        *("OPENBLAS_NUM_THREADS", "GLIBC_TUNABLES"),
    }
    assert "canary" not in cast("str", world["parent_environment"])
    # stdin, stdout, stderr, the job's socket, and the listing itself.
    assert world["descriptors"] == [0, 1, 2, 3, 4]
    assert world["core"] == 0


def test_a_job_has_no_network_where_the_system_allows(sandbox: Sandbox) -> None:
    probe = "import os; os.unshare(os.CLONE_NEWNET)"
    allowed = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    interfaces = cast("list[str]", sandbox.call(f"{JOBS}:interfaces_up")["up"])
    assert (interfaces == []) == (allowed.returncode == 0)


def test_intake_needs_pillow_and_arrays_only() -> None:
    limits = Limits(cpu_seconds=5, memory_bytes=None, wall_seconds=10, file_bytes=1 << 20)
    box = Sandbox(preload=["editor.imaging.intake", JOBS], limits=limits, slots=1)
    modules = set(cast("list[str]", box.call(f"{JOBS}:look_around")["modules"]))
    box.close()
    assert "PIL.Image" in modules
    assert not modules & {"cv2", "django", "asyncio"}


def test_at_most_so_many_jobs_at_once(tmp_path: Path) -> None:
    box = make_sandbox(slots=2)
    with ThreadPoolExecutor(6) as pool:
        spans = list(pool.map(lambda _: box.call(f"{JOBS}:span"), range(6)))
    box.close()
    edges = sorted(
        edge
        for span in spans
        for edge in ((cast("float", span["start"]), 1), (cast("float", span["end"]), -1))
    )
    at_once = [sum(step for _, step in edges[: index + 1]) for index in range(len(edges))]
    assert max(at_once) == 2


def test_threads_share_a_sandbox(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: sandbox.call(f"{JOBS}:echo", n=n)["n"], range(40)))
    assert answers == list(range(40))


def test_a_dead_zygote_is_replaced() -> None:
    box = make_sandbox()
    first = zygote_of(box)
    with pytest.raises(JobCrashed, match="sandbox itself died") as caught:
        box.call(f"{JOBS}:kill_zygote")
    assert caught.value.kind == "signal"
    second = zygote_of(box)
    assert first != second
    box.close()
    assert not running(second)


def test_a_stopped_zygote_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("editor.imaging.sandbox.client.GRACE_SECONDS", 0.0)
    box = make_sandbox(wall=0.5)
    zygote = zygote_of(box)
    os.kill(zygote, signal.SIGSTOP)
    with pytest.raises(JobCrashed, match="did not answer") as caught:
        box.call(f"{JOBS}:echo")
    assert caught.value.kind == "time"
    assert zygote_of(box) != zygote
    box.close()


def test_close_kills_what_runs(tmp_path: Path) -> None:
    box, mark = make_sandbox(), tmp_path / "mark"
    ends: list[BaseException] = []

    def work() -> None:
        try:
            box.call(f"{JOBS}:sleep", seconds=60, mark=str(mark))
        except JobCrashed as crash:
            ends.append(crash)

    thread = threading.Thread(target=work)
    thread.start()
    pid = wait_for(lambda: pid_in(mark))
    box.close()
    thread.join(PATIENCE)
    wait_for(lambda: not running(pid))
    assert len(ends) == 1


def test_a_forked_process_starts_its_own(sandbox: Sandbox) -> None:
    ours = zygote_of(sandbox)
    script = (
        "import os\n"
        "from tests.imaging.test_sandbox import make_sandbox, zygote_of\n"
        "box = make_sandbox(); first = zygote_of(box)\n"
        "pid = os.fork()\n"
        "second = zygote_of(box)\n"
        "assert (first == second) == bool(pid), (first, second)\n"
        "box.close()\n"
        "if pid: assert os.waitpid(pid, 0)[1] == 0\n"
        "if pid: assert zygote_of(box) != first\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert zygote_of(sandbox) == ours


def test_nobody_is_left_when_the_client_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = (
        "from tests.imaging.test_sandbox import JOBS, make_sandbox, zygote_of\n"
        "box = make_sandbox(); print(zygote_of(box), flush=True)\n"
        f"box.call(f'{{JOBS}}:sleep', seconds=60, mark={str(mark)!r})\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        zygote = int(client.stdout.readline())
        job = wait_for(lambda: pid_in(mark))
        assert running(zygote)
        assert running(job)
        client.send_signal(signal.SIGKILL)
    wait_for(lambda: not running(zygote) and not running(job))


def test_nobody_is_left_when_the_zygote_is_killed(tmp_path: Path) -> None:
    box, mark = make_sandbox(slots=2), tmp_path / "mark"
    zygote = zygote_of(box)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(box.call, f"{JOBS}:sleep", seconds=60, mark=str(mark))
        job = wait_for(lambda: pid_in(mark))
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(JobCrashed):
            future.result(PATIENCE)
    wait_for(lambda: not running(job))
    box.close()


def test_run_returns_and_reports_progress(sandbox: Sandbox) -> None:
    heard: list[float] = []
    result = asyncio.run(sandbox.run(f"{JOBS}:count_up", progress=heard.append))
    assert (result, heard) == ({}, [0.0, 0.25, 0.5, 0.75, 1.0])


def test_run_raises_like_call(sandbox: Sandbox) -> None:
    with pytest.raises(JobRejected):
        asyncio.run(sandbox.run(f"{JOBS}:refuse"))
    with pytest.raises(JobCrashed, match="canary"):
        asyncio.run(sandbox.run(f"{JOBS}:fail"))


def test_cancelling_kills_the_child_before_it_returns(sandbox: Sandbox, tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    async def scene() -> tuple[int, bool]:
        task = asyncio.create_task(sandbox.run(f"{JOBS}:sleep", seconds=60, mark=str(mark)))
        while not (pid := pid_in(mark)):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pid, running(pid)

    pid, alive = asyncio.run(scene())
    assert not alive
    assert mark.read_text() == str(pid)


def test_cancelling_a_waiting_job_frees_its_place(tmp_path: Path) -> None:
    box = make_sandbox(slots=1)

    async def scene() -> list[object]:
        first = asyncio.create_task(box.run(f"{JOBS}:sleep", seconds=0.2))
        waiting = [asyncio.create_task(box.run(f"{JOBS}:echo", n=n)) for n in range(5)]
        await asyncio.sleep(0.05)
        for task in waiting[:4]:
            task.cancel()
        await first
        return [await waiting[4], await box.run(f"{JOBS}:echo", n=9)]

    assert asyncio.run(scene()) == [{"n": 4}, {"n": 9}]
    box.close()


def test_a_slot_granted_in_the_moment_of_cancelling_is_not_lost() -> None:
    box = make_sandbox(slots=1)

    async def scene() -> dict[str, object]:
        for _ in range(20):
            running_job = asyncio.create_task(box.run(f"{JOBS}:echo", n=1))
            late = asyncio.create_task(box.run(f"{JOBS}:echo", n=2))
            await running_job
            late.cancel()
            await asyncio.gather(late, return_exceptions=True)
        return dict(await asyncio.wait_for(box.run(f"{JOBS}:echo", n=3), PATIENCE))

    assert asyncio.run(scene()) == {"n": 3}
    box.close()


def shared(box: Sandbox, *names: str, fails: bool = False) -> list[object]:
    """The pids of children that ran jobs which were asked for at the same time."""

    async def ask(name: str) -> object:
        wanted = ChildJob(f"{JOBS}:{'refuse' if fails else 'say_pid'}", {})
        (said,) = await box.run_each([wanted], same=name)
        return said["pid"]

    async def all_at_once() -> list[object]:
        return await asyncio.gather(*map(ask, names), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_jobs_that_open_the_same_share_a_child_and_no_others() -> None:
    box = make_sandbox()
    pids = shared(box, "a", "a", "b", "a", "", "")
    first, second, other, third, alone, alone_too = pids
    assert first == second == third
    assert len({first, other, alone, alone_too}) == 4
    box.close()


def test_a_child_is_not_kept_for_nobody() -> None:
    box = make_sandbox()
    pids = shared(box, "a", "a") + shared(box, "a")
    assert pids[0] == pids[1] != pids[2]
    assert not len(box._kept)
    wait_for(lambda: not running(int(cast("int", pids[0]))))
    box.close()


def test_a_child_that_failed_serves_nobody_else() -> None:
    box = make_sandbox()
    failures = shared(box, "a", "a", "a", fails=True)
    assert all(isinstance(one, JobRejected) for one in failures)
    assert not len(box._kept)
    assert len(set(shared(box, "a", "a"))) == 1
    box.close()


def test_a_child_serves_only_so_many_jobs() -> None:
    box = make_sandbox()
    pids = shared(box, *["a"] * (MOST_JOBS + 1))
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [MOST_JOBS, 1]
    box.close()


def test_a_kept_child_that_was_killed_is_replaced() -> None:
    box = make_sandbox()

    async def main() -> list[object]:
        first = box.run_each([ChildJob(f"{JOBS}:say_pid", {})], same="a")
        second = box.run_each([ChildJob(f"{JOBS}:say_pid", {})], same="a")
        tasks = [asyncio.create_task(first), asyncio.create_task(second)]
        (said,) = await tasks[0]
        os.kill(int(cast("int", said["pid"])), signal.SIGKILL)
        (again,) = await tasks[1]
        return [said["pid"], again["pid"]]

    dead, alive = asyncio.run(main())
    assert dead != alive
    box.close()


def test_children_are_not_kept_beyond_the_slots() -> None:
    box = make_sandbox(slots=2)

    async def main() -> int:
        most = 0

        async def ask(same: str) -> None:
            nonlocal most
            await box.run_each([ChildJob(f"{JOBS}:say_pid", {})], same=same)
            most = max(most, len(box._kept))

        names = [f"picture {number}" for number in range(8)] * 2
        await asyncio.gather(*map(ask, names))
        return most

    assert asyncio.run(main()) <= 2
    assert not len(box._kept)
    box.close()


def test_a_child_is_let_go_when_the_last_who_waited_goes_away() -> None:
    box = make_sandbox(slots=1)

    def ask(function: str, same: str, **arguments: JSON) -> asyncio.Task[list[dict[str, JSON]]]:
        jobs = [ChildJob(f"{JOBS}:{function}", arguments)]
        return asyncio.create_task(box.run_each(jobs, same=same))

    async def main() -> None:
        first, other = ask("say_pid", "a"), ask("sleep", "", seconds=30)
        second = ask("say_pid", "a")
        await first
        assert len(box._kept) == 1
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert not len(box._kept)
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)

    asyncio.run(main())
    box.close()
