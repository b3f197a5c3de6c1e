"""What a call costs more through the studio than straight to the provider, beside LiteLLM's proxy.

One run, one fake provider without delay, a new picture of about 1 MB in every call. Row A is
`protect=off` (the answer as it came; the picture is kept, its preview made later), row B strict
(stitched into the picture at full size). `make bench ARGS=tests/bench/test_api.py`.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from editor.models import Edit, Worker
from tests.bench.load import BOUNDARY
from tests.bench.process_tree import MIB, Tree, cpu_seconds
from tests.bench.test_makespan import process, production
from tests.browser.conftest import free_port
from tests.faults.fake import fake_provider
from tests.faults.litellm_proxy import KEY, litellm_proxy
from tests.faults.processes import ROOT, until
from tests.making import (
    agree,
    as_bytes,
    make_api_key,
    make_project,
    make_provider,
    make_user,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

SIZE = (1536, 1024)
CLIENTS = (1, 16, 64)
CALLS = {1: 60, 16: 160, 64: 256}
# A lone caller's calls are few and short, and a bad moment of the machine is soon half of them.
TURNS = {1: 4, 16: 2, 64: 2}
# How many at once call a server that has just started, before anything counts.
WARM_UP = 16
ANSWER_BYTES = 1_000_000


@dataclass
class Row:
    """One line of the table."""

    who: str
    clients: int
    wall: float
    taken: list[float]
    tree: Tree
    began: float

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def rate(self) -> float:
        return len(self.taken) / self.wall

    def tell(self) -> None:
        p95 = statistics.quantiles(self.taken, n=20)[-1]
        cpu = self.tree.cpu_until(self.began + self.wall) / len(self.taken)
        print(  # noqa: T201
            f"{self.who:<24} {self.clients:>3} at once: p50 {self.p50 * 1000:8.1f} ms, "
            f"p95 {p95 * 1000:8.1f} ms, {self.rate:6.1f} calls/s, "
            f"{cpu * 1000:6.1f} CPU ms a call, "
            f"{self.tree.peak / MIB:5.0f} MiB",
            flush=True,
        )


def bodies(folder: Path, count: int, seed: int, **fields: str) -> Path:
    """As many requests, each with a picture of its own that has about 1 MB."""
    folder.mkdir()
    base, chance = np.asarray(photo()).copy(), np.random.default_rng(seed)
    for number in range(count):
        base[:16, :16] = chance.integers(0, 255, (16, 16, 3))
        made = as_bytes(Image.fromarray(base), "JPEG", quality=99, subsampling=0)
        (folder / f"{number:04}.body").write_bytes(encoded(made, mask(), fields))
    return folder


def photo() -> Image.Image:
    with Image.open(ROOT / "editor/samples/Dandelions.jpg") as image:
        return image.convert("RGB").resize(SIZE)


def mask() -> bytes:
    area = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    area.paste((0, 0, 0, 0), (600, 400, 840, 640))
    return as_bytes(area)


def encoded(picture: bytes, area: bytes, fields: dict[str, str]) -> bytes:
    out, part = io.BytesIO(), f"--{BOUNDARY}\r\nContent-Disposition: form-data"
    for name, text in fields.items():
        out.write(f'{part}; name="{name}"\r\n\r\n{text}\r\n'.encode())
    for name, data, kind in (("image", picture, "jpeg"), ("mask", area, "png")):
        head = f'{part}; name="{name}"; filename="{name}.{kind}"\r\nContent-Type: image/{kind}'
        out.write(f"{head}\r\n\r\n".encode() + data + b"\r\n")
    out.write(f"--{BOUNDARY}--\r\n".encode())
    return out.getvalue()


def measured(who: str, url: str, folder: Path, clients: int, key: str, *pids: int) -> Row:
    command = [sys.executable, "-m", "tests.bench.load", url, folder, clients, CALLS[clients], key]
    tree, began = Tree(*pids).start(), time.time()
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, check=False
    )
    tree.stop()
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    said = json.loads(done.stdout)
    row = Row(who, clients, said["wall"], said["taken"], tree, began)
    row.tell()
    return row


@contextmanager
def studio() -> Iterator[tuple[str, int]]:
    """A studio on the test's database; its address and its process."""
    port = free_port()
    command = (sys.executable, "manage.py", "studio", "--port", port)
    # So that a session of this process is one there.
    secret = {"PENTIMENTO_SECRET_KEY": settings.SECRET_KEY}
    with process(*command, **production(), **secret) as running:
        until(Worker.objects.exists, "the worker is up")
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(url), "the web server is up")
        time.sleep(2)
        yield url, running.pid


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310
            return True
    except OSError:
        return False


@dataclass
class Server:
    """One that is measured."""

    who: str
    url: str
    key: str
    pid: int
    rows: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def measured(self, folder: Path, clients: int) -> Row:
        return measured(self.who, self.url, folder, clients, self.key, self.pid)

    def rest(self) -> None:
        """Nothing is left to do, and nothing on its way to the disk: requests were written there too."""
        until(lambda: is_idle(self.pid), "all are landed, with their previews", patience=300)
        os.sync()

    def p50(self, clients: int) -> float:
        """Of the calls of all turns together."""
        return statistics.median(one for row in self.rows[clients] for one in row.taken)


def is_idle(pid: int) -> bool:
    """Whether nothing is left to do, and two seconds pass with a tenth of a core or less."""
    before = cpu_seconds(pid)
    time.sleep(2)
    return cpu_seconds(pid) - before < 0.2 and not Edit.objects.open().exists()


def in_turns() -> Iterator[tuple[int, int]]:
    """Each turn with how many call at once."""
    for turn, clients in product(range(max(TURNS.values())), CLIENTS):
        if turn < TURNS[clients]:
            yield turn, clients


def connected(base_url: str) -> str:
    """A project with the fake as its provider; returns a key."""
    user = make_user()
    project = make_project(user)
    provider = make_provider(base_url=base_url, concurrency=256)
    agree(provider, user)
    _key, token = make_api_key(project, user, requests_per_minute=100_000)
    return token


def test_overhead(tmp_path: Path) -> None:
    """Both servers are there all the time and asked in turns: a machine has better and worse minutes."""
    common = {"prompt": "a red door", "model": "gpt-image-2", "n": "1", "size": "1536x1024"}
    warm = bodies(tmp_path / "warm", CALLS[WARM_UP], 200, protect="off", **common)
    plain = bodies(tmp_path / "plain", max(CALLS.values()), 0, **common)
    strict = bodies(tmp_path / "strict", CALLS[16], 100, **common)
    with fake_provider(canned=ANSWER_BYTES) as fake:
        for clients in CLIENTS:
            measured("direct", f"{fake.base_url}/images/edits", plain, clients, "sk", fake.pid)
        token = connected(fake.base_url)
        with litellm_proxy(fake.home, tmp_path) as proxy, studio() as (home, pid):
            ours = Server("studio, row A", f"{home}/v1/images/edits", token, pid)
            theirs = Server("LiteLLM", f"{proxy.base_url}/images/edits", KEY, proxy.pid)
            ours.measured(warm, WARM_UP)
            theirs.measured(plain, WARM_UP)
            for turn, clients in in_turns():
                new = tmp_path / f"new-{turn}-{clients}"
                bodies(new, CALLS[clients], 10 * turn + clients, protect="off", **common)
                ours.rest()
                ours.rows[clients].append(ours.measured(new, clients))
                ours.rest()
                theirs.rows[clients].append(theirs.measured(plain, clients))
            replace(ours, who="studio, row B").measured(strict, 16)
    print(f"load of the machine at the end: {os.getloadavg()[0]:.1f}")  # noqa: T201
    ratios = {clients: ours.p50(clients) / theirs.p50(clients) for clients in CLIENTS}
    for clients, ratio in ratios.items():
        print(f"{clients:>3} at once: p50 {ratio:.2f} of LiteLLM's")  # noqa: T201
    assert max(ratios.values()) <= 1
    assert max(row.rate for rows in ours.rows.values() for row in rows) >= 30
