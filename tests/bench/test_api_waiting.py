"""Hundreds of calls that wait for slow edits: what they cost the web process, and the pages.

`make bench ARGS=tests/bench/test_api_waiting.py`
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from editor.models import Edit, User
from tests.bench.process_tree import MIB, family, proportional
from tests.bench.test_api import connected, encoded, studio
from tests.faults.fake import fake_provider
from tests.faults.processes import ROOT, until
from tests.making import as_bytes, make_image, make_project

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

CALLS = 500
PAGES = 100
SLOW_SECONDS = 600.0
COOKIE = "pentimento_session"


def bodies(folder: Path) -> Path:
    """Small pictures, all different: what is measured is the waiting."""
    folder.mkdir()
    area = Image.new("RGBA", (64, 48), (0, 0, 0, 255))
    area.paste((0, 0, 0, 0), (20, 20, 40, 40))
    for number in range(CALLS):
        picture = as_bytes(make_image(seed=number), "JPEG")
        fields = {"prompt": "a red door", "model": "gpt-image-2"}
        (folder / f"{number:04}.body").write_bytes(encoded(picture, as_bytes(area), fields))
    return folder


def web_memory(studio_pid: int) -> int:
    """What the web server's processes hold, their decoders among them."""
    children = [pid for pid in family((studio_pid,)) if b"gunicorn" in command_of(pid)]
    return sum(proportional(pid) for pid in family(tuple(children[:1])))


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def page_times(url: str, slug: str) -> list[float]:
    """Seconds of so many looks at a gallery, one after the other."""
    client = Client()
    client.force_login(User.objects.get())
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    request = urllib.request.Request(  # noqa: S310
        f"{url}/p/{slug}/", headers={"Cookie": f"{COOKIE}={cookie}"}
    )
    taken = []
    for _page in range(PAGES):
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            assert response.status == 200
            response.read()
        taken.append(time.perf_counter() - start)
    return taken


def test_five_hundred_calls_wait(tmp_path: Path) -> None:
    folder = bodies(tmp_path / "bodies")
    with fake_provider(delay=SLOW_SECONDS) as fake:
        token = connected(fake.base_url)
        # Another project's: what is measured is the waiting, not a gallery with 500 edits.
        slug = make_project(User.objects.get(), "Elsewhere").slug
        with studio() as (url, pid):
            page_times(url, slug)
            before = web_memory(pid)
            command = [sys.executable, "-m", "tests.bench.load", f"{url}/v1/images/edits", folder]
            command += [CALLS, CALLS, token]
            calls = subprocess.Popen([str(word) for word in command], cwd=ROOT)
            try:
                until(lambda: Edit.objects.count() == CALLS, "all calls wait", patience=400)
                time.sleep(10)
                grown = web_memory(pid) - before
                taken = page_times(url, slug)
                assert calls.poll() is None, "no call was answered or cut"
            finally:
                calls.kill()
                calls.wait()
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(  # noqa: T201
        f"{CALLS} calls waiting: {grown / MIB:.0f} MiB more in the web server, pages p50 "
        f"{statistics.median(taken) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms; "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )
    assert grown < 150 * MIB
    assert p95 < 0.1
