"""What 200 open tabs cost while an edit is under way and nothing changes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import ROOT
from tests.bench.tabs import Tabs, cpu_seconds, web_processes
from tests.browser.conftest import start_studio, stop_studio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Studio

pytestmark = pytest.mark.bench
TABS, MEMBERS = 200, 20
WARM_UP_SECONDS, MEASURED_SECONDS = 6, 30
SCHEDULE = (ROOT / "static/js/lib/poll-schedule.js").read_text()
MOST_OF_A_CORE = 0.25


def pause(name: str) -> float:
    """Seconds between two questions, as the pages have it."""
    found = re.search(rf"const {name} = ([\d_]+);", SCHEDULE)
    assert found is not None
    return int(found[1].replace("_", "")) / 1000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = start_studio(tmp_path_factory.mktemp("studio"))
    yield studio
    stop_studio(studio)


@pytest.fixture(scope="module")
def tabs(studio: Studio) -> Tabs:
    facts = crowd(studio.data)
    port = int(studio.url.rsplit(":", 1)[1])
    cookies = [f"pentimento_session={key}" for key in facts["sessions"]]
    path = f"/p/{facts['slug']}/pulse?view=gallery&since={facts['cursor']}"
    return Tabs(port, path, cookies)


def crowd(data: Path) -> dict[str, list[str]]:
    environment = os.environ | {
        "PENTIMENTO_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "project.settings.prod",
    }
    command = [sys.executable, "-m", "tests.bench.crowd", str(MEMBERS)]
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    facts: dict[str, list[str]] = json.loads(made.stdout)
    return facts


@pytest.mark.parametrize(("name", "most"), [("CALM_MS", MOST_OF_A_CORE), ("BRISK_MS", 1.0)])
def test_200_tabs(studio: Studio, tabs: Tabs, name: str, most: float) -> None:
    every = pause(name)
    asyncio.run(tabs.poll(TABS, every=every, during=WARM_UP_SECONDS))
    tabs.answers.clear()
    tabs.seconds.clear()
    pids = web_processes(studio.process.pid)
    before = cpu_seconds(pids)
    asyncio.run(tabs.poll(TABS, every=every, during=MEASURED_SECONDS))
    share = (cpu_seconds(pids) - before) / MEASURED_SECONDS
    report(f"{TABS} tabs, one question in {every:g} s each", tabs, share)
    assert set(tabs.answers) == {204}
    assert share < most


def report(what: str, tabs: Tabs, share: float) -> None:
    asked = len(tabs.seconds)
    centiles = statistics.quantiles(tabs.seconds, n=100)
    each = share * MEASURED_SECONDS / asked
    print(  # noqa: T201
        f"\n{what:<44} {asked / MEASURED_SECONDS:6.1f} a second  {share:6.1%} of a core"
        f"  {each * 1000:5.2f} ms CPU each  p50 {centiles[49] * 1000:5.1f} ms"
        f"  p95 {centiles[94] * 1000:5.1f} ms"
    )
