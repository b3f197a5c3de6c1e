"""200 edits of 2 s with pictures of 1.5 MB, one worker, beside celery and django-tasks-db.

All three ask the same fake provider in the same run. The clock starts when the workers are up
and the edits become due, so start-up is left out. `make bench ARGS=tests/bench/test_makespan.py`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now
from PIL import Image

from editor.models import Attempt, Edit, State, User, Worker
from editor.pipeline.submit import Wish, submit
from editor.services.engines import planning_registry
from tests.bench.process_tree import MIB, Tree, cpu_seconds
from tests.faults.fake import fake_provider
from tests.faults.processes import ROOT, environment, until
from tests.making import (
    as_bytes,
    make_door,
    make_image,
    make_mask,
    make_picture,
    make_project,
    make_provider,
    make_user,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

EDITS = 200
PROD = "project.settings.prod"
IDEAL_SECONDS = 2.0
ANSWER_BYTES = 1_500_000
SIZE = (512, 512)
SAMPLE = ROOT / "editor/samples/Dandelions.jpg"
BOX = (128, 128, 384, 384)
MODEL = "quick-image"
LONG_AFTER = datetime(2999, 1, 1, tzinfo=UTC)
TASKS_DB_WORKERS = 16
LOG = Path(os.environ.get("BENCH_LOG", os.devnull))
PEERS = ("celery[redis]==5.7.0", "django-tasks-db==0.13.0", "httpx==0.28.1")


@dataclass
class Row:
    """One line of the table; seconds, CPU seconds, bytes."""

    who: str
    makespan: float
    cpu: float
    own: int
    tree: int

    def tell(self) -> None:
        print(  # noqa: T201
            f"{self.who:<34} {self.makespan:6.2f} s = {self.makespan / IDEAL_SECONDS:5.2f} x ideal, "
            f"{self.cpu:6.2f} CPU s, {self.own / MIB:5.0f} MiB alone, {self.tree / MIB:5.0f} MiB tree"
        )


@pytest.fixture(scope="module")
def peers() -> Path:
    """The Python of an environment with the peers in it, made once."""
    folder = ROOT / ".tools/peers"
    python = folder / "bin/python"
    uv = next(ROOT.glob(".tools/uv-*/bin/uv"), None) or shutil.which("uv")
    assert uv, "run `make dev` first"
    if not python.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    command = [str(uv), "pip", "install", "--quiet", "--python", str(python), *PEERS]
    subprocess.run(command, check=True)
    return python


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def surroundings(**variables: str) -> dict[str, str]:
    """The environment of a program; peers would stumble over our settings."""
    ours = environment() | {"PYTHONPATH": str(ROOT)}
    del ours["DJANGO_SETTINGS_MODULE"]
    return ours | variables


@contextmanager
def process(*command: object, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of the benchmark, silent, ended at the end."""
    with LOG.open("ab") as log:
        running = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env=surroundings(**variables),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def photo() -> Image.Image:
    """A real picture, small enough that its preparation is not what is measured."""
    with Image.open(SAMPLE) as image:
        return image.convert("RGB").resize(SIZE)


def queue_edits(url: str) -> User:
    """200 edits of one picture that become due when the clock starts."""
    user = make_user()
    project = make_project(user)
    picture = make_picture(project, user, as_bytes(photo(), "JPEG", quality=95))
    provider = make_provider(base_url=url, concurrency=EDITS, offered=[MODEL])
    for number in range(EDITS):
        mask, engine = make_mask(SIZE, BOX), f"{provider.public_id}:{provider.offered[0]}"
        wish = Wish(picture, engine, f"edit {number}", mask, f"k{number}", agreed_host="127.0.0.1")
        submit(door=make_door(project, user), wish=wish, registry=planning_registry())
    Edit.objects.update(next_run_at=LONG_AFTER)
    return user


def production() -> dict[str, str]:
    """What the worker needs to be one of this test's, and to sync every commit as usual."""
    keys = ",".join(settings.ENCRYPTION_KEYS)
    return {"DJANGO_SETTINGS_MODULE": PROD, "PENTIMENTO_ENCRYPTION_KEY": keys}


def ours(url: str) -> tuple[Row, float]:
    queue_edits(url)
    with process(sys.executable, "manage.py", "worker", **production()) as worker:
        until(Worker.objects.exists, "the worker is up")
        time.sleep(2)
        idle, began = cpu_seconds(worker.pid), time.monotonic()
        time.sleep(10)
        idle_share = (cpu_seconds(worker.pid) - idle) / (time.monotonic() - began)
        tree, start = Tree(worker.pid).start(), time.time()
        Edit.objects.update(next_run_at=Now())
        until(_nothing_open, "every edit ends", patience=300, every=0.25)
        tree.stop()
    outcomes = Counter(Edit.objects.values_list("state", "error_code"))
    assert outcomes == {(State.SUCCEEDED, ""): EDITS}, outcomes
    received = Attempt.objects.aggregate(last=Max("finished_at"))["last"].timestamp() - start
    stored = Edit.objects.aggregate(last=Max("finished_at"))["last"].timestamp() - start
    cpu, whole = tree.cpu_until(start + received), tree.cpu_until(start + stored)
    print(  # noqa: T201
        f"idle: {idle_share * 100:.2f} % of a core; "
        f"to the last succeeded: {stored:.2f} s, {whole:.2f} CPU s"
    )
    row = Row("studio (to the last received)", received, cpu, tree.own, tree.peak)
    row.tell()
    return row, idle_share


def _nothing_open() -> bool:
    return not Edit.objects.open().exists()


def wait_for_files(folder: Path) -> float:
    """When the last answer was written, on the wall clock."""
    until(
        lambda: len(list(folder.glob("*.png"))) == EDITS,
        "the peer has all answers",
        patience=300,
        every=0.25,
    )
    time.sleep(0.5)
    return max(file.stat().st_mtime for file in folder.glob("*.png"))


def celery(python: Path, variables: dict[str, str], tmp: Path) -> Row:
    port = free_port()
    address = {"BENCH_REDIS": f"redis://127.0.0.1:{port}/0"}
    server = ("redis-server", "--port", port, "--save", "", "--dir", tmp)
    name = "tests.bench.peers.celery_peer"
    command = (python, "-m", "celery", "-A", name, "worker", "-P", "threads", "-c", EDITS)
    with process(*server) as redis, process(*command, **variables, **address) as worker:
        ping = [str(python), "-m", "celery", "-A", name, "inspect", "ping"]
        env = surroundings(**variables, **address)
        until(
            lambda: subprocess.run(ping, cwd=ROOT, env=env, capture_output=True).returncode == 0,
            "celery is up",
        )
        tree, start = Tree(worker.pid, redis.pid).start(), time.time()
        subprocess.run([python, "-m", name, str(EDITS)], cwd=ROOT, env=env, check=True)
        makespan = wait_for_files(Path(variables["BENCH_OUT"])) - start
        tree.stop()
    cpu = tree.cpu_until(start + makespan)
    return Row("celery, 200 threads, redis", makespan, cpu, tree.own, tree.peak)


def tasks_db(python: Path, variables: dict[str, str], tmp: Path) -> Row:
    variables = variables | {"BENCH_DATABASE": str(tmp / "tasks.sqlite3")}
    program = (python, "-m", "tests.bench.peers.tasks_peer")
    env = surroundings(**variables)
    subprocess.run([*program, "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
    with _many(program, variables) as workers:
        time.sleep(8)  # they tell nobody when they are up
        pids = tuple(worker.pid for worker in workers)
        tree, start = Tree(*pids).start(), time.time()
        subprocess.run([*program, "enqueue", str(EDITS)], cwd=ROOT, env=env, check=True)
        makespan = wait_for_files(Path(variables["BENCH_OUT"])) - start
        tree.stop()
    cpu = tree.cpu_until(start + makespan)
    return Row(f"django-tasks-db, {TASKS_DB_WORKERS} workers", makespan, cpu, tree.own, tree.peak)


@contextmanager
def _many(
    program: tuple[object, ...], variables: dict[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    with ExitStack() as stack:
        command = (*program, "db_worker", "--interval", "0.1", "--no-startup-delay")
        yield [stack.enter_context(process(*command, **variables)) for _ in range(TASKS_DB_WORKERS)]


def peer_variables(url: str, tmp: Path, name: str) -> dict[str, str]:
    out = tmp / name
    out.mkdir()
    photo().save(tmp / "crop.png")
    make_image(*SIZE, "RGBA").save(tmp / "mask.png")
    return {
        "BENCH_URL": url,
        "BENCH_CROP": str(tmp / "crop.png"),
        "BENCH_MASK": str(tmp / "mask.png"),
        "BENCH_OUT": str(out),
    }


def test_two_hundred_edits_at_once(peers: Path, tmp_path: Path) -> None:
    with fake_provider(delay=IDEAL_SECONDS, canned=ANSWER_BYTES) as fake:
        row, idle = ours(fake.base_url)
        rows = [
            row,
            celery(peers, peer_variables(fake.base_url, tmp_path, "celery"), tmp_path),
            tasks_db(peers, peer_variables(fake.base_url, tmp_path, "tasks"), tmp_path),
        ]
    for line in rows:
        line.tell()
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")  # noqa: T201
    assert idle <= 0.01
    assert row.makespan <= 2.5 * IDEAL_SECONDS
    assert row.own <= 200 * MIB
    assert row.tree <= 450 * MIB
