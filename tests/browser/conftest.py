"""A real studio, started as people start it, and a real Chromium that must not complain."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"
TOLD_LINES = 150
EMAIL, PASSWORD = "olga@example.test", "correct horse battery"
START_SECONDS = 180
# How long whatever a page is waited for may take, be it by an action or by an expectation.
PATIENCE = 20_000
# The first is Chromium without windows: the same pages for half the CPU.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
FAILED: set[str] = set()
expect.set_options(timeout=PATIENCE)
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
# What a person did last, for the report of a failure: a press that came to nothing is seen nowhere.
RECENT = """
window.recent = [];
for (const type of ["pointerdown", "pointercancel", "pointerup", "click", "keydown", "submit", "focusin"]) {
  addEventListener(type, ({ target, timeStamp }) => {
    const on = target.dataset?.testid ?? target.nodeName ?? "window";
    window.recent = [...window.recent.slice(-19), `${Math.round(timeStamp)} ${type} ${on}`];
  }, { capture: true, passive: true });
}
"""
# The ends of what pages must look good in. The accessibility checker is a script that the pages'
# own policy would rightly refuse.
LOOKS: dict[str, dict[str, Any]] = {
    "dark-360": {
        "viewport": {"width": 360, "height": 800},
        "color_scheme": "dark",
        "bypass_csp": True,
    },
    "light-1440": {
        "viewport": {"width": 1440, "height": 800},
        "color_scheme": "light",
        "bypass_csp": True,
    },
}


@dataclass
class Studio:
    """A running studio with its own data folder."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    storage: Path
    slug: str = ""
    beside: Beside = field(init=False)

    def __post_init__(self) -> None:
        self.beside = Beside(self.data)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError("the studio did not start")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the studio does not answer")


def start_studio(data: Path, **settings: str) -> Studio:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")} | {
        "PENTIMENTO_DATA": str(data),
        "PENTIMENTO_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        **settings,
    }
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen([sys.executable, "manage.py", "studio"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    studio = Studio(url, data, process, data / "browser-login.json")
    try:
        wait_until_up(url, process)
    except AssertionError:
        stop_studio(studio)
        raise
    return studio


def stop_studio(studio: Studio) -> None:
    studio.beside.close()
    studio.process.send_signal(signal.SIGTERM)
    try:
        studio.process.wait(30)
    except subprocess.TimeoutExpired:
        studio.process.kill()
        studio.process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.fail("Chromium is missing. `make test` installs it, or: apt-get install chromium")
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=executable, args=quiet)
        yield browser
        browser.close()


def open_first_account(browser: Browser, studio: Studio) -> None:
    """Make the first account through the page, and keep its login for the tests."""
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto(studio.url)
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/my-first-project-*/")
    studio.slug = page.url.rstrip("/").rsplit("/", 1)[-1]
    context.storage_state(path=studio.storage)
    context.close()


@pytest.fixture(scope="session")
def studio(new_data: Callable[[str], Path], browser: Browser) -> Iterator[Studio]:
    """One studio for the session; its first account was made through the page."""
    studio = start_studio(new_data("studio"))
    try:
        open_first_account(browser, studio)
        yield studio
    finally:
        stop_studio(studio)


@dataclass
class Watched:
    """A page whose complaints are collected; a test that expects one takes it out."""

    page: Page
    studio: Studio
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def tell(self, name: str) -> None:
        """What the page looks like, is to a screen reader, and what was done on it last."""
        RESULTS.mkdir(exist_ok=True)
        # A page that does not even answer to this is no second failure.
        with suppress(Error):
            self.page.screenshot(path=RESULTS / f"{name}.png")
            lines = [self.page.url, *self.page.evaluate("window.recent ?? []")]
            lines += self.page.locator("body").aria_snapshot().splitlines()[:TOLD_LINES]
            sys.stderr.write("\n".join(lines) + "\n")

    def expect_refusal(self, status: int) -> None:
        """Chromium writes a console error for each answer of 400 and above."""
        self.complaints = [c for c in self.complaints if f"status of {status}" not in c]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember what failed: of that a picture is worth its time."""
    report = yield
    if report.failed:
        FAILED.add(item.name)
    return report


def watched(browser: Browser, studio: Studio, name: str, **options: Any) -> Iterator[Watched]:
    context: BrowserContext = browser.new_context(
        storage_state=studio.storage, accept_downloads=True, **options
    )
    context.add_init_script(RECENT)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    watched = Watched(page, studio)
    watched.listen()
    yield watched
    if name in FAILED or watched.complaints:
        watched.tell(name)
    context.close()
    assert watched.complaints == []


@pytest.fixture
def desktop(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from watched(browser, studio, request.node.name, **DESKTOP)


@pytest.fixture
def phone(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from watched(browser, studio, request.node.name, **PHONE)


@pytest.fixture(params=LOOKS)
def checked(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from watched(browser, studio, request.node.name, **LOOKS[request.param])


@pytest.fixture
def browser_without_policy(
    browser: Browser, studio: Studio, request: pytest.FixtureRequest
) -> Iterator[Watched]:
    """For the accessibility checker, a script that the pages' own policy would rightly refuse."""
    yield from watched(browser, studio, request.node.name, **DESKTOP, bypass_csp=True)
